// The port's operations, declared once.
#include <parley/notifications/notifications.hpp>

namespace {

using namespace parley;
using notifications::NotificationService;

// The lecture's SendNotification and Broadcast answer Empty, which reads any message as its own.
constexpr Operation rows[] = {
    operation<&NotificationService::send_notification>(
        "SendNotification", summary("Sends a notification to one user."),
        http(Verb::post, "/api/v1/notifications", 201),
        grpc_method("/notification.NotificationService/SendNotification"), permission("notifications:write")),
    operation<&NotificationService::broadcast>("Broadcast", summary("Sends a notification to everybody."),
                                               http(Verb::post, "/api/v1/notifications/broadcast", 201),
                                               grpc_method("/notification.NotificationService/Broadcast"),
                                               permission("notifications:write")),
    operation<&NotificationService::list_notifications>(
        "ListNotifications", summary("Reads a page of a user's notifications."),
        details(
            "His own and those to everybody: the newest page, or with `since` those after it. Going on from "
            "`next` loses nothing and repeats nothing."),
        http(Verb::get, "/api/v1/notifications"),
        grpc_method("/notification.NotificationService/ListNotifications"), permission("notifications:read"),
        idempotent()),
    operation<&NotificationService::subscribe>(
        "Subscribe", summary("Streams a user's notifications as they come."),
        details(
            "The first is an INFO titled `Connected`; then come his own and those to everybody, of the types "
            "asked for."),
        http(Verb::get, "/api/v1/notifications/stream"),
        grpc_method("/notification.NotificationService/Subscribe"), permission("notifications:read"),
        idempotent(), endless()),
    operation<&NotificationService::follow>(
        "FollowNotifications", summary("Streams notifications in pages, for an edge that serves many."),
        grpc_method("/notification.NotificationService/FollowNotifications"),
        permission("notifications:read"), idempotent(), endless()),
};
static_assert(distinct(rows));

}  // namespace

template <>
std::span<const parley::Operation> parley::operations<NotificationService>() {
  return rows;
}
