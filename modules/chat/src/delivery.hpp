// Brings messages whose delay has passed into their rooms: once each, in the order in which they fall due,
// also those that fell due while the server was down. Loop thread only.
#pragma once

#include "mention_feed.hpp"
#include "rooms.hpp"
#include "store.hpp"

#include <parley/metrics.hpp>
#include <parley/task.hpp>
#include <parley/time.hpp>

#include <chrono>
#include <optional>

namespace parley::chat {

class Delivery {
 public:
  // What it is given outlives it.
  Delivery(Store& store, Rooms& rooms, MentionFeed& mentions, Scheduler& scheduler, const Clock& clock,
           Metrics& metrics);

  // `waiting` messages are stored, the first due at `next_due`.
  void start(std::int64_t waiting, std::optional<Timestamp> next_due);
  // One more is stored.
  void expect(Timestamp due);
  // What is being delivered completes; nothing more begins.
  void stop();

 private:
  void arm(std::chrono::milliseconds wait);
  void arm_for_next();
  void run();
  Task<void> deliver_due();

  Store& store_;
  Rooms& rooms_;
  MentionFeed& mentions_;
  Scheduler& scheduler_;
  const Clock& clock_;
  Gauge& waiting_;
  std::optional<Timestamp> next_due_;
  std::chrono::milliseconds pause_{0};  // after a failure; 0: none
  bool running_ = false;
  bool stopped_ = false;
  Scheduler::Timer timer_;
  TaskGroup work_;
};

}  // namespace parley::chat
