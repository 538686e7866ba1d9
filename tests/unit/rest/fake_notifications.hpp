// Notifications in memory.
#pragma once

#include <parley/follow.hpp>
#include <parley/notifications/notifications.hpp>

#include <optional>
#include <string>
#include <vector>

namespace parley::test {

// Followers are woken inline.
class FakeNotifications final : public notifications::NotificationService {
 public:
  explicit FakeNotifications(Scheduler& scheduler) : scheduler_(scheduler) {}

  Task<Result<notifications::Notification>> send_notification(
      CallContext context, notifications::SendNotification request) override;
  Task<Result<notifications::Notification>> broadcast(CallContext context,
                                                      notifications::Broadcast request) override;
  Task<Result<notifications::NotificationPage>> list_notifications(
      CallContext context, notifications::ListNotifications request) override;
  Task<Result<void>> subscribe(CallContext context, notifications::Subscribe request,
                               Sink<notifications::Notification> sink) override;
  Task<Result<void>> follow(CallContext context, notifications::FollowNotifications request,
                            Sink<notifications::NotificationUpdate> sink) override;

  // For everybody when `user` is empty.
  void append(std::string user, notifications::NotificationType type = notifications::NotificationType::info,
              std::string title = "hello");
  void forget_until(std::int64_t seq) { first = seq + 1; }
  // Ends every follow().
  void interrupt();

  std::vector<notifications::Notification> log;  // seq n at n - 1
  std::int64_t first = 1;
  std::size_t page = 100;
  std::size_t follows = 0, following = 0;
  bool tells_position = true;  // at once, as the port has it

 private:
  LogPage<notifications::NotificationUpdate> read(const notifications::FollowNotifications& request,
                                                  std::int64_t position, bool& told) const;
  Scheduler& scheduler_;
  std::shared_ptr<Followers> followers_ = std::make_shared<Followers>();
};

}  // namespace parley::test
