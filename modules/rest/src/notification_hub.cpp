#include "notification_hub.hpp"

#include "chat_frames.hpp"

#include <parley/codec/json.hpp>

#include <algorithm>

namespace parley::rest {
namespace {

using notifications::Notification;
using notifications::NotificationType;

std::uint32_t bit(NotificationType type) noexcept {
  return std::uint32_t{1} << static_cast<std::uint32_t>(type);
}

constexpr std::uint32_t all_types = ~std::uint32_t{0};

}  // namespace

Task<Result<void>> NotificationSource::follow(CallContext context, std::optional<std::int64_t> after,
                                              Outbound& out) {
  notifications::FollowNotifications request;
  request.after_seq = after;
  request.user_id = user_;
  request.types = types_;
  return port_.follow(std::move(context), std::move(request), Sink<notifications::NotificationUpdate>(out));
}

LogSource::View NotificationSource::view(const void* update) const {
  const auto& of_log = *static_cast<const notifications::NotificationUpdate*>(update);
  return {of_log.gap, of_log.notifications.data(), of_log.notifications.size(), of_log.position};
}

const void* NotificationSource::entry(const View& view, std::size_t index) const noexcept {
  return static_cast<const Notification*>(view.entries) + index;
}

std::int64_t NotificationSource::seq(const void* entry) const noexcept {
  return static_cast<const Notification*>(entry)->seq.value_or(0);
}

void NotificationSource::write_entry(const void* entry, std::string& json) const {
  codec::write_json(describe<Notification>(), entry, json);
}

void NotificationSource::write_gap(const LogGap& gap, Timestamp now, std::string& json) const {
  json += gap_frame("notifications", {}, gap, now);
}

// Everybody who asked for the same types in the same form, whoever he is.
class NotificationHub::Channel {
 public:
  Channel(std::uint32_t types, Form form, net::Loop& loop) : types_(types), form_(form), fanout_(loop) {}

  bool wants(NotificationType type) const noexcept { return (types_ & bit(type)) != 0; }
  std::uint32_t types() const noexcept { return types_; }
  Form form() const noexcept { return form_; }
  net::Fanout& fanout() noexcept { return fanout_; }
  void publish(Frames& frames) {
    if (fanout_.size() > 0) fanout_.publish(frames.in(form_));
  }

 private:
  const std::uint32_t types_;
  const Form form_;
  net::Fanout fanout_;
};

// Those of one user among them. Keeps the hub.
class NotificationHub::Streams final : public Group, public std::enable_shared_from_this<Streams> {
 public:
  Streams(std::shared_ptr<NotificationHub> hub, std::string user, std::vector<NotificationType> types,
          Channel& channel)
      : Group(*hub, channel.form()),
        hub_(std::move(hub)),
        user_(user),
        channel_(channel),
        source_(hub_->port_, std::move(user), std::move(types)) {
    hub_->users_[user_].push_back(this);
  }
  ~Streams() override {
    auto& all = hub_->users_.find(user_)->second;
    std::erase(all, this);
    if (all.empty()) hub_->users_.erase(user_);
  }

  LogSource& source() noexcept override { return source_; }
  const Channel& channel() const noexcept { return channel_; }

  void join(net::Peer& peer) override {
    channel_.fanout().join(peer);
    peers_.push_back(&peer);
  }
  void leave(net::Peer& peer) noexcept override {
    channel_.fanout().leave(peer);
    const auto place = std::find(peers_.begin(), peers_.end(), &peer);
    if (place == peers_.end()) return;
    *place = peers_.back();
    peers_.pop_back();
  }
  void send(Frames& frames) {
    for (auto* peer : peers_) peer->send(frames.in(form()));
  }

 private:
  const std::shared_ptr<NotificationHub> hub_;
  const std::string user_;
  Channel& channel_;
  NotificationSource source_;
  std::vector<net::Peer*> peers_;
};

NotificationHub::NotificationHub(LogHubs& hubs, notifications::NotificationService& port, net::Loop& loop)
    : LogHub(hubs, source_, {}), port_(port), loop_(loop), source_(port, std::nullopt, {}) {}

NotificationHub::~NotificationHub() = default;

std::shared_ptr<Group> NotificationHub::group(const std::string& user,
                                              const std::vector<NotificationType>& types, Form form) {
  std::uint32_t bits = 0;
  for (const auto type : types) bits |= bit(type);
  auto& of_types = channel(bits == 0 ? all_types : bits, form);
  if (const auto known = users_.find(user); known != users_.end())
    for (auto* streams : known->second)
      if (&streams->channel() == &of_types) return streams->shared_from_this();
  return std::make_shared<Streams>(shared_from_this(), user, types, of_types);
}

NotificationHub::Channel& NotificationHub::channel(std::uint32_t types, Form form) {
  auto& channel = channels_[{types, form}];
  if (!channel) channel = std::make_unique<Channel>(types, form, loop_);
  return *channel;
}

void NotificationHub::distribute(Frames& entry) {
  const auto& notification = *static_cast<const Notification*>(entry.entry());
  if (notification.user_id.empty()) {
    for (auto& [key, channel] : channels_)
      if (channel->wants(notification.type)) channel->publish(entry);
    return;
  }
  const auto user = users_.find(notification.user_id);
  if (user == users_.end()) return;
  for (auto* streams : user->second)
    if (streams->channel().wants(notification.type)) streams->send(entry);
}

void NotificationHub::tell_all(Frames& frames) {
  for (auto& [key, channel] : channels_) channel->publish(frames);
}

std::shared_ptr<NotificationHub> NotificationHubs::hub() {
  return std::static_pointer_cast<NotificationHub>(find({}));
}

std::shared_ptr<LogHub> NotificationHubs::make(const std::string&) {
  return std::make_shared<NotificationHub>(*this, port_, loop_);
}

}  // namespace parley::rest
