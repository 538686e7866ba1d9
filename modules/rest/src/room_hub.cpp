#include "room_hub.hpp"

#include "catch_up.hpp"

#include <parley/codec/json.hpp>
#include <parley/log.hpp>

namespace parley::rest {
namespace {

constexpr std::chrono::milliseconds linger{30'000};
constexpr std::size_t max_lingering = 256;  // hubs without members; more are removed at once
constexpr std::size_t kept_buffer = 64 << 10;

}  // namespace

RoomHub::RoomHub(Rooms& rooms, const Environment& environment, net::Loop& loop, std::string room)
    : RoomFollower(environment, std::move(room), std::nullopt), rooms_(rooms) {
  for (auto& fanout : fanouts_) fanout = std::make_unique<net::Fanout>(loop);
}

RoomHub::~RoomHub() = default;

Task<bool> RoomHub::take(const chat::RoomUpdate& update) {
  if (update.gap) {
    const auto position = behind(*update.gap);
    const auto now = environment_.clock.now();
    for (const auto audience : {Audience::chat, Audience::lab, Audience::events})
      announce(audience, gap_to_frame(audience, room_, *update.gap, position, now));
    position_ = position;
    meet();
  }
  for (const auto& message : update.messages) publish(message);
  if (buffer_.capacity() > kept_buffer) std::string().swap(buffer_);
  co_return true;
}

void RoomHub::publish(const chat::Message& message) {
  auto& chat = fanout(Audience::chat);
  auto& lab = fanout(Audience::lab);
  auto& events = fanout(Audience::events);
  if (chat.size() + lab.size() + events.size() > 0) {
    buffer_.clear();
    codec::write_json(describe<chat::Message>(), &message, buffer_);
    if (chat.size() + lab.size() > 0) {
      const auto frame = message_to_frame(Audience::chat, message.seq, buffer_);
      chat.publish(frame);
      lab.publish(frame);
    }
    if (events.size() > 0) events.publish(message_to_frame(Audience::events, message.seq, buffer_));
  }
  position_ = message.seq;
  meet();
}

void RoomHub::meet() {
  // A member that joins leaves the list, and the last takes its place.
  for (std::size_t i = 0; i < catching_up_.size();) {
    auto* member = catching_up_[i];
    if (member->try_join())
      member->stop();
    else
      ++i;
  }
}

void RoomHub::announce(Audience audience, const net::Frame& frame) {
  if (fanout(audience).size() > 0) fanout(audience).publish(frame);
}

void RoomHub::entered() {
  if (++members_ > 1) return;
  linger_.cancel();
  --rooms_.lingering_;
}

void RoomHub::left() {
  if (--members_ == 0) rooms_.abandoned(*this);
}

void Membership::enter(net::Peer& peer, Audience audience, std::optional<std::int64_t> after) {
  // The handshake took so long that the hub was given up meanwhile.
  if (hub_->stopped()) hub_ = hub_->rooms_.hub(hub_->room());
  peer_ = &peer;
  audience_ = audience;
  hub_->entered();
  if (!after || hub_->position() == after) {
    hub_->fanout(audience).join(peer);
    return;
  }
  auto catch_up = std::make_shared<CatchUp>(hub_, peer, audience, *after);
  catch_up_ = catch_up;
  hub_->rooms_.start(std::move(catch_up));
}

void Membership::leave() noexcept {
  if (!peer_) return;
  hub_->fanout(audience_).leave(*peer_);
  peer_ = nullptr;
  if (auto catch_up = catch_up_.lock()) catch_up->drop();
  hub_->left();
}

Rooms::Rooms(net::Loop& loop, Scheduler& scheduler, const Clock& clock, chat::ChatService& chat)
    : loop_(loop), environment_{chat, scheduler, clock}, tasks_([](std::exception_ptr failure) {
        try {
          std::rethrow_exception(failure);
        } catch (const std::exception& e) {
          log::error("chat", "following a room broke off", {{"reason", e.what()}});
        }
      }) {}

Rooms::~Rooms() = default;

std::shared_ptr<RoomHub> Rooms::hub(const std::string& room) {
  if (const auto found = hubs_.find(room); found != hubs_.end()) return found->second;
  auto hub = std::make_shared<RoomHub>(*this, environment_, loop_, room);
  hubs_.emplace(room, hub);
  abandoned(*hub);  // until somebody enters
  start(hub);
  return hub;
}

void Rooms::start(std::shared_ptr<RoomFollower> follower) {
  if (stopped_) return;
  struct Runner {
    static Task<void> run(Rooms& rooms, std::shared_ptr<RoomFollower> follower) {
      rooms.running_.emplace(follower.get(), follower);
      auto running = follower->run();
      co_await std::move(running);
      rooms.running_.erase(follower.get());
    }
  };
  tasks_.spawn(Runner::run(*this, std::move(follower)));
}

void Rooms::abandoned(RoomHub& hub) {
  ++lingering_;
  const bool at_once = lingering_ > max_lingering;
  hub.linger_ = environment_.scheduler.after(at_once ? std::chrono::milliseconds(0) : linger,
                                             [this, &hub] { remove(hub); });
}

void Rooms::remove(RoomHub& hub) {
  --lingering_;
  const auto found = hubs_.find(hub.room());
  if (found == hubs_.end() || found->second.get() != &hub) return;
  auto kept = std::move(found->second);
  hubs_.erase(found);
  kept->stop();
}

Task<void> Rooms::stop() {
  stopped_ = true;
  std::vector<std::shared_ptr<RoomFollower>> running;
  for (auto& [address, follower] : running_) running.push_back(follower);
  for (auto& follower : running) follower->stop_now();
  running.clear();
  auto empty = tasks_.when_empty();
  co_await std::move(empty);
}

}  // namespace parley::rest
