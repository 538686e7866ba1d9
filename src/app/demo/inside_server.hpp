// The demo's own server: `parley serve` of this program, as a child with a folder of its own.
#pragma once

#include <parley/result.hpp>

#include <cstdint>
#include <memory>
#include <string>

namespace parley::app {

class InsideServer {
 public:
  struct Options {
    std::string data;  // empty: in the folder that goes away
    std::string port = "0", ws_port = "0";
  };
  // Returns once it accepts. Its error holds what the server said.
  static Result<InsideServer> start(const Options& options);
  InsideServer(InsideServer&&) noexcept;
  // Asks it to stop, waits for it, and removes its folder. It also ends with this process, however that ends.
  ~InsideServer();

  std::uint16_t port() const noexcept;
  std::uint16_t ws_port() const noexcept;
  const std::string& data() const noexcept;
  bool runs() noexcept;
  std::string last_words() const;  // the end of what it logged

 private:
  struct Impl;
  explicit InsideServer(std::unique_ptr<Impl> impl) noexcept;
  std::unique_ptr<Impl> impl_;
};

}  // namespace parley::app
