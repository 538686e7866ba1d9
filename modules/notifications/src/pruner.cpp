#include "pruner.hpp"

#include <parley/log.hpp>

#include <algorithm>

namespace parley::notifications {
namespace {

constexpr std::int64_t chunk = 500;  // notifications of one transaction

}  // namespace

Pruner::Pruner(Store& store, Log& log, Scheduler& scheduler, const Clock& clock, std::int64_t keep,
               std::chrono::milliseconds interval)
    : store_(store),
      log_(log),
      scheduler_(scheduler),
      clock_(clock),
      keep_(std::max<std::int64_t>(keep, 1)),
      interval_(interval),
      work_([this](std::exception_ptr failure) {
        log::error("notifications", "removing old notifications failed unexpectedly",
                   {{"reason", reason_of(failure)}});
        start();
      }) {}

void Pruner::start() {
  if (stopped_) return;
  timer_ = scheduler_.after(interval_, [this] { work_.spawn(prune()); });
}

void Pruner::stop() {
  stopped_ = true;
  timer_.cancel();
}

Task<void> Pruner::prune() {
  while (!stopped_ && log_.last() - log_.first() + 1 > keep_) {
    const std::int64_t until = std::min(log_.last() - keep_, log_.first() + chunk - 1);
    CallContext context;
    context.clock = &clock_;
    auto removing = store_.remove_until(std::move(context), until);
    auto removed = co_await std::move(removing);
    if (!removed) {
      if (!stopped_)
        log::warn("notifications", "old notifications could not be removed",
                  {{"error", removed.error().message}});
      break;
    }
    log_.removed_until(until);
  }
  start();
}

}  // namespace parley::notifications
