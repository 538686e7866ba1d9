// The fields of the port's values and their rules.
#include "limits.hpp"

#include <parley/describe_map.hpp>
#include <parley/notifications/notifications.hpp>

#include <limits>

namespace {

using namespace parley;
using notifications::NotificationType;

// PostgreSQL's text cannot hold U+0000, and no person means it.
consteval rules::Pattern no_nul() {
  return pattern(R"([^\x00]*)", "text without the character U+0000");
}
consteval rules::Items up_to_all_types() {
  return items(0, notifications::max_types);
}
consteval rules::Keys data_keys() {
  return keys(R"([^\x00-\x1f]{1,64})", "1 to 64 characters, none of them a control character");
}
consteval auto user_length() {
  return length(1, notifications::max_user_length);
}

}  // namespace

template <>
const parley::TypeInfo& parley::describe<NotificationType>() {
  static constexpr EnumItem all[] = {
      {"INFO", static_cast<std::int32_t>(NotificationType::info)},
      {"WARNING", static_cast<std::int32_t>(NotificationType::warning)},
      {"ERROR", static_cast<std::int32_t>(NotificationType::error)},
      {"SUCCESS", static_cast<std::int32_t>(NotificationType::success)},
      {"ORDER_UPDATE", static_cast<std::int32_t>(NotificationType::order_update)},
      {"USER_MESSAGE", static_cast<std::int32_t>(NotificationType::user_message)},
  };
  static const TypeInfo type =
      enumeration<NotificationType>("NotificationType", all, "What a notification is about.");
  return type;
}

template <>
const parley::TypeInfo& parley::describe<parley::notifications::Notification>() {
  using notifications::Notification;
  static constexpr Row rows[] = {
      field<&Notification::id>("id", doc("Unique."), example(R"("0190163d-8694-739b-aea5-966c26f8ad91")"),
                               number(1)),
      field<&Notification::user_id>("user_id", doc("Whom it is for; empty for everybody."),
                                    example(R"("bob")"), number(2)),
      field<&Notification::type>("type", example(R"("ORDER_UPDATE")"), number(3)),
      field<&Notification::title>("title", example(R"("Order confirmed")"), number(4)),
      field<&Notification::message>("message", example(R"("Your order is now CONFIRMED.")"), number(5)),
      field<&Notification::data>("data", doc("Details for programs."), example(R"({"status":"CONFIRMED"})"),
                                 number(6)),
      field<&Notification::created_at>("created_at", example(R"("2025-01-31T12:00:00Z")"), number(7)),
      field<&Notification::seq>("seq",
                                doc("Position in the log of all notifications; absent for what stands in no "
                                    "log, such as the welcome of a subscription."),
                                example("42"), number(10)),
  };
  static const TypeInfo type = object<Notification>("Notification", rows, "One entry of the log.");
  return type;
}

template <>
const parley::TypeInfo& parley::describe<parley::notifications::SendNotification>() {
  using notifications::SendNotification;
  static constexpr Row rows[] = {
      field<&SendNotification::user_id>("user_id", user_length(), no_nul(), doc("Whom it is for."),
                                        example(R"("bob")"), number(1)),
      field<&SendNotification::type>("type", may_be_absent(), doc("What it is about."),
                                     example(R"("SUCCESS")"), number(2)),
      field<&SendNotification::title>("title", length(1, notifications::max_title_length), no_nul(),
                                      doc("A few words."), example(R"("Welcome")"), number(3)),
      field<&SendNotification::message>("message", length(0, notifications::max_message_length), no_nul(),
                                        may_be_absent(), doc("The text."),
                                        example(R"("Your account is ready.")"), number(4)),
      field<&SendNotification::data>("data", items(0, notifications::max_data_entries), data_keys(),
                                     values(0, notifications::max_value_length), may_be_absent(),
                                     doc("Details for programs."), example(R"({"account":"42"})"), number(5)),
  };
  static const TypeInfo type =
      object<SendNotification>("SendNotificationRequest", rows, "A notification for one user.");
  return type;
}

template <>
const parley::TypeInfo& parley::describe<parley::notifications::Broadcast>() {
  using notifications::Broadcast;
  static constexpr Row rows[] = {
      field<&Broadcast::type>("type", may_be_absent(), doc("What it is about."), example(R"("WARNING")"),
                              number(1)),
      field<&Broadcast::title>("title", length(1, notifications::max_title_length), no_nul(),
                               doc("A few words."), example(R"("Maintenance")"), number(2)),
      field<&Broadcast::message>("message", length(0, notifications::max_message_length), no_nul(),
                                 may_be_absent(), doc("The text."), example(R"("We are back at noon.")"),
                                 number(3)),
      field<&Broadcast::data>("data", items(0, notifications::max_data_entries), data_keys(),
                              values(0, notifications::max_value_length), may_be_absent(),
                              doc("Details for programs."), example(R"({"until":"12:00"})"), number(4)),
  };
  static const TypeInfo type = object<Broadcast>("BroadcastRequest", rows, "A notification for everybody.");
  return type;
}

template <>
const parley::TypeInfo& parley::describe<parley::notifications::ListNotifications>() {
  using notifications::ListNotifications;
  static constexpr Row rows[] = {
      field<&ListNotifications::user_id>("user_id", user_length(), no_nul(),
                                         doc("Whose: his own, and those to everybody."), example(R"("bob")"),
                                         number(1)),
      field<&ListNotifications::since>(
          "since", pattern("[0-9]{0,18}", "a cursor as `next` gave it, or the seq of a notification"),
          may_be_absent(), doc("Where to go on: a cursor from `next`; the newest page where it is left out."),
          example(R"("42")"), number(2)),
      field<&ListNotifications::limit>("limit", range(1, notifications::max_page), may_be_absent(),
                                       doc("The most notifications in one answer."), example("100"),
                                       number(3)),
      field<&ListNotifications::types>("types", up_to_all_types(), may_be_absent(),
                                       doc("Of these types only; none for all."), example(R"(["ERROR"])"),
                                       number(4)),
  };
  static const TypeInfo type = object<ListNotifications>("ListNotificationsRequest", rows,
                                                         "Asks for a page of a user's notifications.");
  return type;
}

template <>
const parley::TypeInfo& parley::describe<parley::notifications::NotificationPage>() {
  using notifications::NotificationPage;
  static constexpr Row rows[] = {
      field<&NotificationPage::notifications>("notifications", doc("Oldest first."), number(1)),
      field<&NotificationPage::next>("next", doc("Give it as `since` to go on without loss or repetition."),
                                     example(R"("42")"), number(2)),
      field<&NotificationPage::more>("more", doc("Whether another page is waiting."), example("false"),
                                     number(3)),
      field<&NotificationPage::gap>("gap", doc("Whether some that were asked for may be no longer kept."),
                                    example("false"), number(4)),
  };
  static const TypeInfo type =
      object<NotificationPage>("NotificationPage", rows, "A page of a user's notifications.");
  return type;
}

template <>
const parley::TypeInfo& parley::describe<parley::notifications::Subscribe>() {
  using notifications::Subscribe;
  static constexpr Row rows[] = {
      field<&Subscribe::user_id>("user_id", user_length(), no_nul(),
                                 doc("Whose: his own, and those to everybody."), example(R"("bob")"),
                                 number(1)),
      field<&Subscribe::types>("types", up_to_all_types(), may_be_absent(),
                               doc("Of these types only; none for all."), example(R"(["ORDER_UPDATE"])"),
                               number(2)),
      field<&Subscribe::after_seq>(
          "after_seq", range(0, std::numeric_limits<std::int64_t>::max()), alias("since"),
          doc("The last position already known; left out for what comes from now on."), example("42"),
          number(10)),
  };
  static const TypeInfo type =
      object<Subscribe>("SubscribeRequest", rows, "Asks for a user's notifications as they come.");
  return type;
}

template <>
const parley::TypeInfo& parley::describe<parley::notifications::FollowNotifications>() {
  using notifications::FollowNotifications;
  static constexpr Row rows[] = {
      field<&FollowNotifications::after_seq>(
          "after_seq", range(0, std::numeric_limits<std::int64_t>::max()),
          doc("The last position already known; left out for what comes from now on."), example("42"),
          number(1)),
      field<&FollowNotifications::user_id>("user_id", user_length(), no_nul(),
                                           doc("Whose notifications; left out for the whole log."),
                                           example(R"("bob")"), number(2)),
      field<&FollowNotifications::types>("types", up_to_all_types(), may_be_absent(),
                                         doc("Of these types only; none for all."),
                                         example(R"(["ORDER_UPDATE"])"), number(3)),
  };
  static const TypeInfo type = object<FollowNotifications>("FollowNotifications", rows,
                                                           "Asks for notifications in pages as they come.");
  return type;
}

template <>
const parley::TypeInfo& parley::describe<parley::notifications::NotificationUpdate>() {
  using notifications::NotificationUpdate;
  static constexpr Row rows[] = {
      field<&NotificationUpdate::notifications>("notifications", doc("Oldest first."), number(1)),
      field<&NotificationUpdate::gap>("gap", doc("What is missing before them."), number(2)),
      field<&NotificationUpdate::position>("position", doc("Behind this update: where to go on."),
                                           example("42"), number(3)),
  };
  static const TypeInfo type =
      object<NotificationUpdate>("NotificationUpdate", rows, "What a follower of notifications gets.");
  return type;
}
