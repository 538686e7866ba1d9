#include "pruner.hpp"

#include <parley/log.hpp>

#include <algorithm>

namespace parley::orders {
namespace {

constexpr std::int64_t chunk = 500;  // rows of one transaction

}  // namespace

Pruner::Pruner(OrderStore& store, Scheduler& scheduler, const Clock& clock, const Options& options)
    : store_(store),
      scheduler_(scheduler),
      clock_(clock),
      options_(options),
      work_([this](std::exception_ptr failure) {
        log::error("orders", "removing old entries failed unexpectedly", {{"reason", reason_of(failure)}});
        arm();
      }) {}

void Pruner::start(const OrderStore::Inventory& found) {
  first_event_ = found.first_event;
  last_event_ = found.last_event;
  keys_ = found.keys;
  arm();
}

void Pruner::stop() {
  stopped_ = true;
  timer_.cancel();
}

void Pruner::count_event(std::int64_t seq) noexcept {
  last_event_ = std::max(last_event_, seq);
  if (first_event_ == 0) first_event_ = 1;
}

void Pruner::arm() {
  if (stopped_) return;
  timer_ = scheduler_.after(options_.prune_interval, [this] { work_.spawn(prune()); });
}

CallContext Pruner::context() const {
  CallContext context;
  context.clock = &clock_;
  return context;
}

Task<void> Pruner::prune() {
  auto pruned = co_await prune_events();
  if (pruned) pruned = co_await prune_keys();
  if (!pruned && !stopped_)
    log::warn("orders", "old entries could not be removed", {{"error", pruned.error().message}});
  arm();
}

Task<Result<void>> Pruner::prune_events() {
  while (!stopped_ && last_event_ - first_event_ + 1 > options_.keep_events) {
    const std::int64_t until = std::min(last_event_ - options_.keep_events, first_event_ + chunk - 1);
    CallContext call = context();
    auto removed = co_await store_.remove_events(std::move(call), until);
    if (!removed) co_return std::unexpected(std::move(removed.error()));
    first_event_ = until + 1;
  }
  co_return Result<void>{};
}

Task<Result<void>> Pruner::prune_keys() {
  const Timestamp now = clock_.now();
  auto forgotten = co_await forget_keys(now - options_.keep_idempotency_keys, 0);
  if (forgotten) forgotten = co_await forget_keys(now, options_.max_idempotency_keys);
  co_return forgotten;
}

Task<Result<void>> Pruner::forget_keys(Timestamp until, std::int64_t keep) {
  while (!stopped_ && keys_ > keep) {
    const std::int64_t limit = std::min(keys_ - keep, chunk);
    CallContext call = context();
    auto forgotten = co_await store_.forget_keys(std::move(call), until, limit);
    if (!forgotten) co_return std::unexpected(std::move(forgotten.error()));
    keys_ -= *forgotten;
    if (*forgotten < limit) break;  // the others are younger
  }
  co_return Result<void>{};
}

}  // namespace parley::orders
