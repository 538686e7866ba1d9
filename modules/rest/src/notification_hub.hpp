// The notifications on this edge: one hub over the whole log, whoever listens.
//
// Every notification is encoded once per form. One to everybody goes to the fan-outs of those who asked for
// its type, whoever they are; one to a user goes to his own streams, behind what the fan-outs still gather
// for them.
#pragma once

#include "log_hub.hpp"

#include <parley/notifications/notifications.hpp>

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace parley::rest {

// The log, or a user's view of it.
class NotificationSource final : public LogSource {
 public:
  // `port` outlives it.
  NotificationSource(notifications::NotificationService& port, std::optional<std::string> user,
                     std::vector<notifications::NotificationType> types)
      : port_(port), user_(std::move(user)), types_(std::move(types)) {}

  Task<Result<void>> follow(CallContext context, std::optional<std::int64_t> after, Outbound& out) override;
  View view(const void* update) const override;
  const void* entry(const View& view, std::size_t index) const noexcept override;
  std::int64_t seq(const void* entry) const noexcept override;
  Name name() const noexcept override { return {"notifications", "notifications"}; }
  std::string_view event() const noexcept override { return "notification"; }
  void write_entry(const void* entry, std::string& json) const override;
  void write_gap(const LogGap& gap, Timestamp now, std::string& json) const override;

 private:
  notifications::NotificationService& port_;
  const std::optional<std::string> user_;  // nothing: everybody
  const std::vector<notifications::NotificationType> types_;
};

// Loop thread only.
class NotificationHub final : public LogHub, public std::enable_shared_from_this<NotificationHub> {
 public:
  NotificationHub(LogHubs& hubs, notifications::NotificationService& port, net::Loop& loop);
  ~NotificationHub() override;

  // The streams of one user that asked for the same types in the same form; of one that is there already, if
  // any. No types: all.
  std::shared_ptr<Group> group(const std::string& user,
                               const std::vector<notifications::NotificationType>& types, Form form);
  std::size_t users() const noexcept { return users_.size(); }

 private:
  class Channel;
  class Streams;

  void distribute(Frames& entry) override;
  void tell_all(Frames& frames) override;
  Channel& channel(std::uint32_t types, Form form);

  notifications::NotificationService& port_;
  net::Loop& loop_;
  NotificationSource source_;
  // By the types asked for, a bit each, and the form. There are few, and they stay.
  std::map<std::pair<std::uint32_t, Form>, std::unique_ptr<Channel>> channels_;
  std::unordered_map<std::string, std::vector<Streams*>> users_;
};

class NotificationHubs final : public LogHubs {
 public:
  NotificationHubs(net::Loop& loop, Scheduler& scheduler, const Clock& clock,
                   notifications::NotificationService& port, std::size_t backlog = catch_up_backlog)
      : LogHubs(loop, scheduler, clock, backlog), port_(port) {}

  std::shared_ptr<NotificationHub> hub();

 private:
  std::shared_ptr<LogHub> make(const std::string& key) override;

  notifications::NotificationService& port_;
};

}  // namespace parley::rest
