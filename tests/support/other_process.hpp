// A process of its own that does what the test says.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace parley::test {

// A fork of this process. No thread but the test's runs when it is made.
class OtherProcess {
 public:
  // What runs there.
  class Side {
   public:
    virtual ~Side() = default;
    virtual std::uint16_t port() = 0;
    // A few turns of its loop.
    virtual void settle() = 0;
    virtual void advance(std::chrono::milliseconds by) = 0;  // between two settle()
    virtual bool restart() { return false; }
    // What else a test asks, by a name of one letter; at most 40 bytes.
    virtual std::string tell(char) { return {}; }
  };

  explicit OtherProcess(const std::function<std::unique_ptr<Side>()>& make);
  OtherProcess(const OtherProcess&) = delete;
  OtherProcess& operator=(const OtherProcess&) = delete;
  ~OtherProcess();

  std::uint16_t port() const noexcept { return port_; }
  // Each completes there before it returns.
  void settle() { ask("settle"); }
  void advance(std::chrono::milliseconds by) { ask("advance", by.count()); }
  bool restart() { return ask("restart") == "1"; }
  std::string tell(char what) { return ask("tell", what); }

 private:
  std::string ask(const char* command, std::int64_t argument = 0);
  int socket_ = -1;
  pid_t pid_ = 0;
  std::uint16_t port_ = 0;
};

}  // namespace parley::test
