#include "pruner.hpp"

#include <parley/log.hpp>

#include <algorithm>

namespace parley::chat {
namespace {

constexpr std::int64_t messages_at_once = 500;  // messages of one transaction

}  // namespace

Pruner::Pruner(Store& store, Rooms& rooms, MentionFeed& mentions, Scheduler& scheduler, const Clock& clock,
               std::int64_t keep, std::chrono::milliseconds interval)
    : store_(store),
      rooms_(rooms),
      mentions_(mentions),
      scheduler_(scheduler),
      clock_(clock),
      keep_(std::max<std::int64_t>(keep, 1)),
      interval_(interval),
      work_([this](std::exception_ptr failure) {
        log::error("chat", "removing old messages failed unexpectedly", {{"reason", reason_of(failure)}});
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
  std::vector<std::string> names;
  for (auto& [name, room] : rooms_.all())
    if (room->last - room->first + 1 > keep_) names.push_back(name);
  for (std::string& name : names) {
    const bool go_on = co_await prune_room(std::move(name));
    if (!go_on) break;
  }
  bool more = true;
  while (more && !stopped_) {
    CallContext context;
    context.clock = &clock_;
    auto pruning = mentions_.prune(std::move(context));
    more = co_await std::move(pruning);
  }
  start();
}

// False after a failure, or when it is time to stop.
Task<bool> Pruner::prune_room(std::string name) {
  Room& room = *rooms_.find(name);  // has messages, so it is never forgotten
  while (!stopped_ && room.last - room.first + 1 > keep_) {
    const std::int64_t until = std::min(room.last - keep_, room.first + messages_at_once - 1);
    CallContext context;
    context.clock = &clock_;
    auto removed = co_await store_.remove_until(std::move(context), room.name, until);
    if (!removed) {
      if (!stopped_)
        log::warn("chat", "old messages could not be removed", {{"error", removed.error().message}});
      co_return false;
    }
    room.first = until + 1;
  }
  co_return !stopped_;
}

}  // namespace parley::chat
