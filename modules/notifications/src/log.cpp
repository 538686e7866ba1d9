#include "log.hpp"

#include "limits.hpp"

#include <algorithm>
#include <utility>

namespace parley::notifications {

Log::Log(Store& store, Scheduler& scheduler, Metrics& metrics)
    : store_(store),
      scheduler_(scheduler),
      following_(metrics.gauge("notifications_followers", "Followers of the log of notifications.")) {
  for (const auto& item : describe<NotificationType>().items)
    counters_[item.value] = &metrics.counter("notifications_total", "Notifications that came into the log.",
                                             {{"type", item.name}});
}

void Log::publish(Notification notification) {
  counters_[static_cast<std::int32_t>(notification.type)]->add();
  const auto seq = log_seq(notification);
  if (seq <= last_) return;
  last_ = seq;
  if (first_ == 0) first_ = seq;
  if (readers_ == 0) return;
  if (notification.user_id.empty())
    wake_users_ = true;
  else if (of_users_.contains(notification.user_id))
    wake_.insert(notification.user_id);
  tail_.append(std::move(notification));
  if (std::exchange(flushing_, true)) return;
  scheduler_.post([this, alive = std::weak_ptr(alive_)] {
    if (!alive.expired()) flush();
  });
}

void Log::flush() {
  flushing_ = false;
  const bool all = std::exchange(wake_users_, false);
  const auto some = std::exchange(wake_, {});
  // Whoever is woken may end, and others may come.
  std::vector<std::shared_ptr<Followers>> followers{of_all_};
  if (all) {
    for (auto& [user, of_user] : of_users_) followers.push_back(of_user.followers);
  } else {
    for (auto& user : some)
      if (const auto found = of_users_.find(user); found != of_users_.end())
        followers.push_back(found->second.followers);
  }
  for (auto& waiting : followers) waiting->wake();
}

void Log::close() {
  closed_ = true;
  std::vector<std::shared_ptr<Followers>> followers{of_all_};
  for (auto& [user, of_user] : of_users_) followers.push_back(of_user.followers);
  for (auto& waiting : followers) waiting->close();
}

LogReader::LogReader(Log& log, View view, std::optional<std::int64_t> after, bool positions)
    : log_(log),
      view_(std::move(view)),
      position_(after.value_or(log.last())),
      inside_(position_ <= log.last()),
      tell_position_(positions),
      positions_(positions) {
  if (view_.user) {
    auto& of_user = log_.of_users_[*view_.user];
    ++of_user.readers;
    followers_ = of_user.followers;
  } else {
    followers_ = log_.of_all_;
  }
  if (log_.closed_) followers_->close();
  ++log_.readers_;
  log_.following_.add(1);
}

LogReader::~LogReader() {
  log_.following_.add(-1);
  if (--log_.readers_ == 0) log_.tail_.clear();
  if (!view_.user) return;
  const auto of_user = log_.of_users_.find(*view_.user);
  if (--of_user->second.readers == 0) log_.of_users_.erase(of_user);
}

Task<Result<LogPage<NotificationUpdate>>> LogReader::read(const CallContext& context) {
  LogPage<NotificationUpdate> page;
  auto& update = page.update;
  for (;;) {
    const auto before = position_;
    const auto known = log_.last();
    if (!inside_ || before < known) {
      if (!read_tail(update)) {
        auto reading = read_store(context, update);
        auto fine = co_await std::move(reading);
        if (!fine) co_return std::unexpected(std::move(fine.error()));
      }
    }
    if (positions_ && position_ != before) tell_position_ = true;
    if (update.gap || !update.notifications.empty()) break;
    // Nothing to see yet: on to the end, unless the log lacks what was published; then there is nothing to do
    // until the next notification.
    if (position_ >= log_.last() || (position_ == before && log_.last() == known)) break;
  }
  page.empty = !update.gap && update.notifications.empty() && !tell_position_;
  tell_position_ = false;
  page.position = update.position = position_;
  co_return page;
}

bool LogReader::read_tail(NotificationUpdate& update) {
  if (!inside_ || !log_.tail_.covers(position_)) return false;
  std::size_t bytes = 0;
  log_.tail_.visit_after(position_, [&](const Notification& notification) {
    if (update.notifications.size() == max_update || bytes >= max_page_bytes) return false;
    position_ = log_seq(notification);
    if (view_.shows(notification)) {
      bytes += footprint(notification);
      update.notifications.push_back(notification);
    }
    return true;
  });
  return true;
}

Task<Result<void>> LogReader::read_store(const CallContext& context, NotificationUpdate& update) {
  auto reading = log_.store_.after(context, view_, position_, max_update);
  auto page = co_await std::move(reading);
  if (!page) co_return std::unexpected(std::move(page.error()));
  if (!inside_ && position_ > page->last) {
    // The log is not the one that gave this position: whatever it has is new to the reader.
    update.gap = LogGap{page->last + 1, position_};
    position_ = 0;
  } else {
    if (page->first > position_ + 1) update.gap = LogGap{position_ + 1, page->first - 1};
    update.notifications = std::move(page->notifications);
    position_ = std::max(position_, page->position);
  }
  inside_ = true;
  co_return Result<void>{};
}

}  // namespace parley::notifications
