// The port wherever its module is: a line for each method.
#include <parley/notifications/placed.hpp>

namespace parley::notifications {
namespace {

class PlacedNotificationService final : public Placed<NotificationService> {
 public:
  using Placed::Placed;
  Task<Result<Notification>> send_notification(CallContext context, SendNotification request) override {
    return call<&NotificationService::send_notification>(std::move(context), std::move(request));
  }
  Task<Result<Notification>> broadcast(CallContext context, Broadcast request) override {
    return call<&NotificationService::broadcast>(std::move(context), std::move(request));
  }
  Task<Result<NotificationPage>> list_notifications(CallContext context, ListNotifications request) override {
    return call<&NotificationService::list_notifications>(std::move(context), std::move(request));
  }
  Task<Result<void>> subscribe(CallContext context, Subscribe request, Sink<Notification> sink) override {
    return call<&NotificationService::subscribe>(std::move(context), std::move(request), sink);
  }
  Task<Result<void>> follow(CallContext context, FollowNotifications request,
                            Sink<NotificationUpdate> sink) override {
    return call<&NotificationService::follow>(std::move(context), std::move(request), sink);
  }
};

}  // namespace

std::unique_ptr<Placed<NotificationService>> make_placed(Scheduler& scheduler, std::size_t max_waiting) {
  return std::make_unique<PlacedNotificationService>("notifications", scheduler, max_waiting);
}

}  // namespace parley::notifications
