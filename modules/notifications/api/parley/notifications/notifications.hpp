// The notifications port: one log of all notifications, of which a user sees his own and those to everybody.
// SSE, WebSocket, paging and gRPC are cursors into it, so to resume means the same everywhere.
#pragma once

#include <parley/context.hpp>
#include <parley/describe.hpp>
#include <parley/follow.hpp>
#include <parley/ids.hpp>
#include <parley/operation.hpp>
#include <parley/result.hpp>
#include <parley/task.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace parley::notifications {

enum class NotificationType : std::int32_t {
  info = 0,
  warning = 1,
  error = 2,
  success = 3,
  order_update = 4,
  user_message = 5,
};

struct Notification {
  std::string id;
  std::string user_id;  // empty: to everybody
  NotificationType type = NotificationType::info;
  std::string title;
  std::string message;
  std::map<std::string, std::string> data;
  Timestamp created_at;  // never earlier than the notification before it
  // Position in the log of all notifications: 1, 2, 3 ... without a hole. Absent for what is said to one
  // subscriber alone and stands in no log.
  std::optional<std::int64_t> seq;
  bool operator==(const Notification&) const = default;
};

struct SendNotification {
  std::string user_id;
  NotificationType type = NotificationType::info;
  std::string title;
  std::string message;
  std::map<std::string, std::string> data;
};

struct Broadcast {
  NotificationType type = NotificationType::info;
  std::string title;
  std::string message;
  std::map<std::string, std::string> data;
};

struct ListNotifications {
  std::string user_id;
  // A cursor from `next`, which is the seq of a notification: those after it. Empty for the newest page. A
  // cursor beyond the end of the log was given by a log that has been replaced: the page has `gap` and begins
  // with what is kept.
  std::string since;
  std::int32_t limit = 100;
  std::vector<NotificationType> types;  // none: all
};

struct NotificationPage {
  std::vector<Notification> notifications;  // oldest first
  std::string next;                         // cursor behind the last one; give it as `since`
  bool more = false;                        // another page is waiting
  bool gap = false;                         // some that were asked for may be no longer kept
};

struct Subscribe {
  std::string user_id;
  std::vector<NotificationType> types;    // none: all
  std::optional<std::int64_t> after_seq;  // absent: only what comes from now on
};

struct FollowNotifications {
  std::optional<std::int64_t> after_seq;  // absent: only what comes from now on
  std::optional<std::string> user_id;     // absent: the whole log
  std::vector<NotificationType> types;    // none: all
};

// What a follower gets, in order.
struct NotificationUpdate {
  std::vector<Notification> notifications;  // at most 100
  std::optional<LogGap> gap;                // before `notifications`
  // Behind this update: the log has nothing more for this follower up to here. The first update comes at
  // once, if only to tell it.
  std::int64_t position = 0;
};

// Loop thread. Besides the codes named: invalid_argument, unavailable, deadline_exceeded.
class NotificationService {
 public:
  virtual ~NotificationService() = default;
  // Durable when it answers; followers have it at about the same time, in the order of `seq`.
  virtual Task<Result<Notification>> send_notification(CallContext context, SendNotification request) = 0;
  virtual Task<Result<Notification>> broadcast(CallContext context, Broadcast request) = 0;
  virtual Task<Result<NotificationPage>> list_notifications(CallContext context,
                                                            ListNotifications request) = 0;
  // The first one says that the subscription stands (see welcome()). Positions that are no longer kept are
  // told by a WARNING titled `Gap`, without a seq. Runs until the context is cancelled or the receiver goes;
  // then `cancelled`. After `unavailable`, subscribe again with the last seq that came.
  virtual Task<Result<void>> subscribe(CallContext context, Subscribe request, Sink<Notification> sink) = 0;
  // The same for an edge that serves many subscribers from one cursor, without a welcome, in pages.
  virtual Task<Result<void>> follow(CallContext context, FollowNotifications request,
                                    Sink<NotificationUpdate> sink) = 0;
};

// What a new subscriber is told first, by whoever serves it. Not stored.
Notification welcome(const std::string& user_id, Timestamp now, Random& random);

}  // namespace parley::notifications

namespace parley {
template <>
const TypeInfo& describe<notifications::NotificationType>();
template <>
const TypeInfo& describe<notifications::Notification>();
template <>
const TypeInfo& describe<notifications::SendNotification>();
template <>
const TypeInfo& describe<notifications::Broadcast>();
template <>
const TypeInfo& describe<notifications::ListNotifications>();
template <>
const TypeInfo& describe<notifications::NotificationPage>();
template <>
const TypeInfo& describe<notifications::Subscribe>();
template <>
const TypeInfo& describe<notifications::FollowNotifications>();
template <>
const TypeInfo& describe<notifications::NotificationUpdate>();
template <>
std::span<const Operation> operations<notifications::NotificationService>();
}  // namespace parley
