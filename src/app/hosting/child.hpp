// A process of this program that hosts one module for its parent.
#pragma once

#include "announce.hpp"

#include <parley/net/loop.hpp>
#include <parley/result.hpp>
#include <parley/task.hpp>

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace parley::app {

// What a child is started with.
struct ChildSettings {
  std::string module;
  std::string data;               // the folder that both use; files of the start are put there
  std::string settings;           // TOML: the parent's
  std::string admin_token;        // told through its environment
  std::vector<std::string> bind;  // "users=127.0.0.1:50051": where the modules are that it calls
};

// Loop thread only.
class Child {
 public:
  // The loop outlives it.
  Child(net::Loop& loop, ChildSettings settings);
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child();  // kills one that runs

  // Completes when it serves, gRPC on this port (0: on a free one). An error says why it does not, and then
  // it does not run. Again once it has ended.
  Task<Result<Ports>> start(std::int32_t grpc_port, std::chrono::milliseconds patience);
  // SIGTERM, and SIGKILL after `grace`; completes when it has ended.
  Task<void> stop(std::chrono::milliseconds grace);

  pid_t pid() const noexcept { return pid_; }
  // Whether it runs. Takes note of its end.
  bool running();
  // How it ended, for the log.
  const std::string& end() const noexcept { return end_; }

 private:
  Result<void> spawn(std::int32_t grpc_port);
  void remove_files();
  Task<void> pause(std::chrono::milliseconds time);

  net::Loop& loop_;
  const ChildSettings settings_;
  const std::string settings_file_, ports_file_;
  pid_t pid_ = 0;
  std::string end_;
};

// Has the kernel send SIGTERM to this process when `parent`, who started it, is gone. False when it is
// already.
bool end_with(pid_t parent) noexcept;

}  // namespace parley::app
