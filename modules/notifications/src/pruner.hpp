// Keeps the log at its configured length, a little at a time so that senders need not wait for it. Loop
// thread only.
#pragma once

#include "log.hpp"
#include "store.hpp"

#include <parley/task.hpp>
#include <parley/time.hpp>

#include <chrono>
#include <cstdint>

namespace parley::notifications {

class Pruner {
 public:
  // What it is given outlives it. The newest `keep` notifications stay, one at least.
  Pruner(Store& store, Log& log, Scheduler& scheduler, const Clock& clock, std::int64_t keep,
         std::chrono::milliseconds interval);
  void start();
  // The transaction that runs completes; nothing more begins.
  void stop();

 private:
  Task<void> prune();

  Store& store_;
  Log& log_;
  Scheduler& scheduler_;
  const Clock& clock_;
  const std::int64_t keep_;
  const std::chrono::milliseconds interval_;
  bool stopped_ = false;
  Scheduler::Timer timer_;
  TaskGroup work_;
};

}  // namespace parley::notifications
