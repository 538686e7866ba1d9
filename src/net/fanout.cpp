#include "corks_state.hpp"
#include "fanout_impl.hpp"
#include "frame_body.hpp"

#include <parley/net/loop.hpp>

#include <limits>

namespace parley::net {

void Receiver::catch_up() {
  if (fanout_) fanout_->impl_->catch_up(fanout_->impl_->members[index_]);
}

void Receiver::leave(Peer& self) {
  if (fanout_) fanout_->leave(self);
}

Fanout::Fanout(Loop& loop) : impl_(std::make_unique<Impl>(*this, loop.impl().corks->state())) {}

Fanout::~Fanout() {
  impl_->deliver();
  impl_->corks->forget(*impl_);
  for (auto& member : impl_->members) member.peer->joined(nullptr, 0);
}

void Fanout::join(Peer& peer) {
  auto* receiver = dynamic_cast<Receiver*>(&peer);
  if (!peer.open() || (receiver && receiver->fanout_ == this)) return;
  if (receiver) receiver->leave(peer);
  if (!receiver && impl_->index_of(peer) != impl_->members.size()) return;
  const auto index = static_cast<std::uint32_t>(impl_->members.size());
  impl_->members.push_back({&peer, receiver, impl_->batch.bytes().size()});
  peer.joined(this, index);
}

void Fanout::leave(Peer& peer) {
  auto& members = impl_->members;
  const auto index = impl_->index_of(peer);
  if (index == members.size()) return;
  impl_->catch_up(members[index]);  // it was a member when these were published
  members[index] = members.back();
  members.pop_back();
  if (index < members.size()) members[index].peer->joined(this, static_cast<std::uint32_t>(index));
  peer.joined(nullptr, 0);
}

void Fanout::publish(const Frame& frame) {
  if (frame && !impl_->members.empty()) impl_->publish(frame);
}

std::size_t Fanout::size() const noexcept {
  return impl_->members.size();
}

std::size_t Fanout::Impl::index_of(Peer& peer) const noexcept {
  if (auto* receiver = dynamic_cast<Receiver*>(&peer))
    return receiver->fanout_ == &self ? receiver->index_ : members.size();
  const auto found =
      std::find_if(members.begin(), members.end(), [&](const Member& m) { return m.peer == &peer; });
  return static_cast<std::size_t>(found - members.begin());
}

void Fanout::Impl::publish(const Frame& frame) {
  if (batch && batch.bytes().size() + frame.bytes().size() > kMaxBatch) deliver();
  if (!batch) {
    batch = frame;
    gathers = false;
  } else {
    if (!gathers) {
      std::string together;
      together.reserve(2 * (batch.bytes().size() + frame.bytes().size()));
      together.append(batch.bytes());
      // Members that have some of it refer to the frame itself: only what comes from here on is new to them.
      batch = Frame::Body::make(std::move(together));
      gathers = true;
    }
    Frame::Body::growing(batch).append(frame.bytes());
  }
  // A peer of another make may leave the fan-out while it is sent to.
  for (std::size_t i = 0; i < members.size(); ++i)
    if (!members[i].receiver) members[i].peer->send(frame);
  corks->mark(*this);
}

void Fanout::Impl::catch_up(Member& member) {
  const auto size = batch.bytes().size();
  if (!member.receiver || member.from >= size) return;
  const auto from = std::exchange(member.from, size);
  member.receiver->outbox_.send(batch, from);
}

void Fanout::Impl::deliver() {
  if (!batch) return;
  const Frame bytes = std::move(batch);
  batch = Frame();
  for (auto& member : members) {
    const auto from = std::exchange(member.from, 0);
    if (member.receiver && from < bytes.bytes().size()) member.receiver->outbox_.send(bytes, from);
  }
}

}  // namespace parley::net
