// Builds the orders module (implemented in compose/).
#pragma once

#include <parley/db/sqlite.hpp>
#include <parley/ids.hpp>
#include <parley/metrics.hpp>
#include <parley/orders/orders.hpp>
#include <parley/users/users.hpp>

#include <chrono>
#include <memory>

namespace parley::orders {

// Configuration section [orders].
struct Options {
  std::chrono::milliseconds keep_idempotency_keys{86'400'000};
  std::int64_t max_idempotency_keys = 1'000'000;  // the oldest go, however young they are
  std::int64_t keep_events = 100'000;             // at least 1
  std::chrono::milliseconds prune_interval{60'000};
};

struct Dependencies {
  std::unique_ptr<db::Database> database;  // opened with migrations()
  users::UserService& users;
  Scheduler& scheduler;
  const Clock& clock;
  Metrics& metrics;
  Random& random;
};

// The service with what the composition root drives.
class OrderModule : public OrderService {
 public:
  // Finds the ends of the log. Before any other call.
  virtual Task<Result<void>> start() = 0;
  // Ends every follow_orders() and the timers, and stops the database, which answers what it has taken; later
  // calls get `unavailable`. Idempotent. The module is destroyed after the loop has run what this left
  // behind.
  virtual void stop() = 0;
};

std::span<const db::Migration> migrations();
// What `dependencies` refers to outlives the module. Loop thread only.
std::unique_ptr<OrderModule> make_orders(Dependencies dependencies, Options options);

}  // namespace parley::orders

template <>
const parley::TypeInfo& parley::describe<parley::orders::Options>();
