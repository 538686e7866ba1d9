#include "catch_up.hpp"

#include "chat_frames.hpp"

#include <parley/codec/json.hpp>

#include <algorithm>

namespace parley::rest {
namespace {

// What may wait for a client that catches up.
constexpr std::size_t high_water = 256 << 10;
// Peers do not tell when they have drained, so they are looked at: often while they take something (256 KiB
// every 5 ms is more than such a client takes), seldom while they do not (there may be many).
constexpr std::chrono::milliseconds first_look{5}, last_look{160};

}  // namespace

CatchUp::CatchUp(std::shared_ptr<RoomHub> hub, net::Peer& peer, Audience audience, std::int64_t after)
    : RoomFollower(hub->environment_, hub->room(), after),
      hub_(std::move(hub)),
      peer_(&peer),
      audience_(audience),
      index_(hub_->catching_up_.size()) {
  hub_->catching_up_.push_back(this);
}

CatchUp::~CatchUp() {
  unlist();
}

void CatchUp::unlist() noexcept {
  if (!peer_) return;
  peer_ = nullptr;
  auto& list = hub_->catching_up_;
  list[index_] = list.back();
  list[index_]->index_ = index_;
  list.pop_back();
}

void CatchUp::drop() noexcept {
  unlist();
  stop();
}

bool CatchUp::try_join() {
  if (!peer_ || !hub_->position() || *hub_->position() != *position_) return false;
  auto& peer = *peer_;
  unlist();
  hub_->fanout(audience_).join(peer);
  return true;
}

Task<bool> CatchUp::take(const chat::RoomUpdate& update) {
  if (update.gap && peer_) {
    send_gap(*update.gap);
    if (try_join()) co_return false;
  }
  for (const auto& message : update.messages) {
    if (peer_ && peer_->backlog() > high_water) {
      auto wait = wait_for_peer();
      co_await std::move(wait);
    }
    if (stopped() || !peer_ || !peer_->open()) co_return false;  // gone, or met the hub meanwhile
    send(message);
    if (try_join()) co_return false;
  }
  co_return peer_ != nullptr;
}

Task<void> CatchUp::wait_for_peer() {
  for (auto look = first_look; !stopped() && peer_ && peer_->open() && peer_->backlog() > high_water;) {
    const auto before = peer_->backlog();
    auto wait = pause_.wait(environment_.scheduler, look);
    co_await std::move(wait);
    look = peer_ && peer_->backlog() < before ? first_look : std::min(look * 2, last_look);
  }
}

void CatchUp::send_gap(const LogGap& gap) {
  const auto position = behind(gap);
  peer_->send(gap_to_frame(audience_, room_, gap, position, environment_.clock.now()));
  position_ = position;
}

void CatchUp::send(const chat::Message& message) {
  buffer_.clear();
  codec::write_json(describe<chat::Message>(), &message, buffer_);
  peer_->send(message_to_frame(audience_, message.seq, buffer_));
  position_ = message.seq;
}

net::Frame message_to_frame(Audience audience, std::int64_t seq, std::string_view json) {
  return audience == Audience::events ? net::Frame::event(std::to_string(seq), "message", json)
                                      : net::Frame::text(json);
}

net::Frame gap_to_frame(Audience audience, std::string_view room, const LogGap& gap,
                        std::int64_t behind, Timestamp now) {
  const auto json = gap_frame(room, gap, now);
  return audience == Audience::events ? net::Frame::event(std::to_string(behind), "gap", json)
                                      : net::Frame::text(json);
}

}  // namespace parley::rest
