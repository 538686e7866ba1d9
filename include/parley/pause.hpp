// Waiting that another may end.
#pragma once

#include <parley/task.hpp>
#include <parley/time.hpp>

#include <chrono>
#include <optional>

namespace parley {

// A wait that somebody else may end. One at a time. Loop thread only.
class Pause {
 public:
  // Completes after `time`, or at the next wake().
  Task<void> wait(Scheduler& scheduler, std::chrono::milliseconds time);
  void wake();  // resumes inline; nothing when nobody waits

 private:
  std::optional<Resume<bool>> resume_;
  Scheduler::Timer timer_;
};

}  // namespace parley
