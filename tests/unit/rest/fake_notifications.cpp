#include "fake_notifications.hpp"

#include <algorithm>

namespace parley::test {

using namespace parley::notifications;

namespace {

template <class T>
Task<Result<T>> unused() {
  co_return fail(Code::unimplemented, "not asked by the edge");
}

}  // namespace

Task<Result<Notification>> FakeNotifications::send_notification(CallContext, SendNotification request) {
  append(request.user_id, request.type, request.title);
  co_return log.back();
}
Task<Result<Notification>> FakeNotifications::broadcast(CallContext, Broadcast request) {
  append({}, request.type, request.title);
  co_return log.back();
}
Task<Result<NotificationPage>> FakeNotifications::list_notifications(CallContext, ListNotifications) {
  return unused<NotificationPage>();
}
Task<Result<void>> FakeNotifications::subscribe(CallContext, Subscribe, Sink<Notification>) {
  return unused<void>();
}

Task<Result<void>> FakeNotifications::follow(CallContext context, FollowNotifications request,
                                             Sink<NotificationUpdate> sink) {
  ++follows;
  ++following;
  struct Leave {
    std::size_t& count;
    ~Leave() { --count; }
  } leave{following};
  const auto followers = followers_;
  bool told = !tells_position;
  const auto start = request.after_seq.value_or(static_cast<std::int64_t>(log.size()));
  auto running = follow_log<NotificationUpdate>(
      std::move(context), *followers, scheduler_, start,
      [&](std::int64_t position) -> Task<Result<LogPage<NotificationUpdate>>> {
        auto found = read(request, position, told);
        co_return found;
      },
      sink);
  co_return co_await std::move(running);
}

LogPage<NotificationUpdate> FakeNotifications::read(const FollowNotifications& request, std::int64_t position,
                                                    bool& told) const {
  LogPage<NotificationUpdate> found;
  const auto last = static_cast<std::int64_t>(log.size());
  if (position > last) {
    found.update.gap = LogGap{last + 1, position};
    position = 0;
  } else {
    if (position + 1 < first && last > 0) {
      found.update.gap = LogGap{position + 1, first - 1};
      position = first - 1;
    }
    while (position < last && found.update.notifications.size() < page) {
      const auto& next = log[static_cast<std::size_t>(position++)];
      const bool his = !request.user_id || next.user_id.empty() || next.user_id == *request.user_id;
      const bool of_type =
          request.types.empty() || std::ranges::find(request.types, next.type) != request.types.end();
      if (his && of_type) found.update.notifications.push_back(next);
      told = false;
    }
  }
  found.empty = told && !found.update.gap && found.update.notifications.empty();
  told = true;
  found.position = found.update.position = position;
  return found;
}

void FakeNotifications::append(std::string user, NotificationType type, std::string title) {
  Notification notification;
  notification.seq = static_cast<std::int64_t>(log.size()) + 1;
  notification.id = "id-" + std::to_string(*notification.seq);
  notification.user_id = std::move(user);
  notification.type = type;
  notification.title = std::move(title);
  log.push_back(std::move(notification));
  followers_->wake();
}

void FakeNotifications::interrupt() {
  const auto followers = followers_;
  followers_ = std::make_shared<Followers>();
  followers->close();
}

}  // namespace parley::test
