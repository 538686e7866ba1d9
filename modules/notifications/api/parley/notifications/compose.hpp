// Builds the notifications module (implemented in compose/).
#pragma once

#include <parley/chat/chat.hpp>
#include <parley/db/sqlite.hpp>
#include <parley/ids.hpp>
#include <parley/metrics.hpp>
#include <parley/notifications/notifications.hpp>
#include <parley/orders/orders.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>

namespace parley::notifications {

// Configuration section [notifications].
struct Options {
  std::int64_t keep = 1'000'000;  // of all users together, at least 1; older ones are removed
  std::chrono::milliseconds prune_interval{60'000};
};

struct Dependencies {
  std::unique_ptr<db::Database> database;  // opened with migrations()
  Scheduler& scheduler;
  const Clock& clock;
  Metrics& metrics;
  Random& random;
  // Their feeds become notifications.
  orders::OrderService& orders;
  chat::ChatService& chat;
};

// The service with what the composition root drives.
class NotificationModule : public NotificationService {
 public:
  // Loads where the log and the feeds stand, and goes on with the feeds. Before any other call.
  virtual Task<Result<void>> start() = 0;
  // Ends every follow() and subscribe(), the feeds and the timers, and stops the database, which answers what
  // it has taken; later calls get `unavailable`. Idempotent. The module is destroyed after the loop has run
  // what this left behind. Before the modules whose feeds it consumes.
  virtual void stop() = 0;
};

std::span<const db::Migration> migrations();
std::unique_ptr<NotificationModule> make_notifications(Dependencies dependencies, Options options);

}  // namespace parley::notifications

template <>
const parley::TypeInfo& parley::describe<parley::notifications::Options>();
