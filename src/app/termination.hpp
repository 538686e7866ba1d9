// SIGTERM and SIGINT: the first asks for a graceful stop, the second ends the process at once.
#pragma once

#include <parley/net/loop.hpp>
#include <parley/task.hpp>

#include <chrono>
#include <functional>
#include <optional>

namespace parley::app {

// Loop thread only. One at a time in a process.
class Termination {
 public:
  // A stop that hangs is ended by force some seconds after `grace`: see `overtime`.
  Termination(net::Loop& loop, std::chrono::milliseconds grace);
  // Completes at the first signal; at once if it has come. One waiter.
  Task<void> requested();

  static constexpr std::chrono::seconds overtime{5};

 private:
  void on_signal(int number);

  std::chrono::milliseconds grace_;
  bool requested_ = false;
  std::optional<Resume<bool>> waiting_;
};

}  // namespace parley::app
