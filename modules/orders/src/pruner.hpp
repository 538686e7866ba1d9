// Keeps the log of orders and the idempotency keys within their bounds, a little at a time so that orders
// need not wait for it. Loop thread only.
#pragma once

#include "store.hpp"

#include <parley/orders/compose.hpp>
#include <parley/task.hpp>
#include <parley/time.hpp>

#include <cstdint>

namespace parley::orders {

class Pruner {
 public:
  // What it is given outlives it.
  Pruner(OrderStore& store, Scheduler& scheduler, const Clock& clock, const Options& options);
  void start(const OrderStore::Inventory& found);
  // The transaction that runs completes; nothing more begins.
  void stop();

  // After each commit.
  void count_event(std::int64_t seq) noexcept;
  void count_key() noexcept { ++keys_; }

 private:
  void arm();
  Task<void> prune();
  Task<Result<void>> prune_events();
  Task<Result<void>> prune_keys();
  // The oldest ones up to `until`, until there are no more than `keep`.
  Task<Result<void>> forget_keys(Timestamp until, std::int64_t keep);
  CallContext context() const;

  OrderStore& store_;
  Scheduler& scheduler_;
  const Clock& clock_;
  const Options& options_;
  std::int64_t first_event_ = 0, last_event_ = 0;
  std::int64_t keys_ = 0;
  bool stopped_ = false;
  Scheduler::Timer timer_;
  TaskGroup work_;
};

}  // namespace parley::orders
