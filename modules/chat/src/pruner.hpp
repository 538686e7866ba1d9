// Keeps the logs at their configured length, a little at a time so that posts need not wait for it. Loop
// thread only.
#pragma once

#include "mention_feed.hpp"
#include "rooms.hpp"
#include "store.hpp"

#include <parley/task.hpp>
#include <parley/time.hpp>

#include <chrono>
#include <cstdint>

namespace parley::chat {

class Pruner {
 public:
  // What it is given outlives it. Of each room the newest `keep` messages stay, one at least.
  Pruner(Store& store, Rooms& rooms, MentionFeed& mentions, Scheduler& scheduler, const Clock& clock,
         std::int64_t keep, std::chrono::milliseconds interval);
  void start();
  // The transaction that runs completes; nothing more begins.
  void stop();

 private:
  Task<void> prune();
  Task<bool> prune_room(std::string name);

  Store& store_;
  Rooms& rooms_;
  MentionFeed& mentions_;
  Scheduler& scheduler_;
  const Clock& clock_;
  const std::int64_t keep_;
  const std::chrono::milliseconds interval_;
  bool stopped_ = false;
  Scheduler::Timer timer_;
  TaskGroup work_;
};

}  // namespace parley::chat
