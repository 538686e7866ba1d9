// The rules of notifications over their store: the implementation of the port.
#pragma once

#include "consumer.hpp"
#include "feed.hpp"
#include "log.hpp"
#include "pruner.hpp"
#include "store.hpp"

#include <parley/notifications/compose.hpp>

#include <memory>
#include <vector>

namespace parley::notifications {

// Loop thread only. Outlives every call made on it: destroy it after stop(), when the loop has run what that
// left behind.
class Service final : public NotificationModule {
 public:
  struct Environment {
    std::unique_ptr<db::Database> database;
    Scheduler& scheduler;
    const Clock& clock;
    Metrics& metrics;
    Random& random;
  };
  // What the feeds refer to outlives it.
  Service(Environment environment, Options options, std::vector<std::unique_ptr<Feed>> feeds);

  Task<Result<void>> start() override;
  void stop() override;

  Task<Result<Notification>> send_notification(CallContext context, SendNotification request) override;
  Task<Result<Notification>> broadcast(CallContext context, Broadcast request) override;
  Task<Result<NotificationPage>> list_notifications(CallContext context, ListNotifications request) override;
  Task<Result<void>> subscribe(CallContext context, Subscribe request, Sink<Notification> sink) override;
  Task<Result<void>> follow(CallContext context, FollowNotifications request,
                            Sink<NotificationUpdate> sink) override;

 private:
  Task<Result<Notification>> append(CallContext context, Notification notification);
  Task<Result<void>> run(CallContext context, LogReader& reader, Sink<NotificationUpdate> sink);

  std::unique_ptr<db::Database> database_;
  Scheduler& scheduler_;
  const Clock& clock_;
  Random& random_;
  Store store_;
  Log log_;
  Pruner pruner_;
  Consumers consumers_;
  bool stopped_ = false;
};

}  // namespace parley::notifications
