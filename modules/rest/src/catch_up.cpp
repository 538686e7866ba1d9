#include "catch_up.hpp"

#include <algorithm>

namespace parley::rest {
namespace {

// Peers do not tell when they have drained, so they are looked at: often while they take something (256 KiB
// every 5 ms is more than such a client takes), seldom while they do not (there may be many).
constexpr std::chrono::milliseconds first_look{5}, last_look{160};

}  // namespace

CatchUp::CatchUp(Place& place, std::int64_t after)
    : SourceCursor(place.group_->hub().environment_, place.group_->source(), after),
      group_(place.group_),
      hub_(group_->hub()),
      place_(&place),
      peer_(place.peer_),
      index_(hub_.catching_up_.size()) {
  hub_.catching_up_.push_back(this);
}

CatchUp::~CatchUp() {
  unlist();
}

void CatchUp::unlist() noexcept {
  if (!peer_) return;
  peer_ = nullptr;
  std::exchange(place_, nullptr)->catch_up_ = nullptr;
  auto& list = hub_.catching_up_;
  list[index_] = list.back();
  list[index_]->index_ = index_;
  list.pop_back();
}

void CatchUp::drop() noexcept {
  unlist();
  stop();
}

bool CatchUp::try_join() {
  if (!peer_ || !hub_.position() || *hub_.position() != *position_) return false;
  auto& peer = *peer_;
  unlist();
  group_->join(peer);
  return true;
}

Task<bool> CatchUp::take(const void* update) {
  const auto view = source_.view(update);
  if (view.gap && peer_) {
    const auto position = behind(*view.gap);
    Frames gap(source_, *view.gap, position, environment_.clock.now(), buffer_);
    send(gap, position);
    if (try_join()) co_return false;
  }
  for (std::size_t i = 0; i < view.count; ++i) {
    if (peer_ && peer_->backlog() > hub_.hubs_.backlog_) {
      auto wait = wait_for_peer();
      co_await std::move(wait);
    }
    if (stopped() || !peer_ || !peer_->open()) co_return false;  // gone, or met the hub meanwhile
    const void* entry = source_.entry(view, i);
    Frames frames(source_, entry, buffer_);
    send(frames, source_.seq(entry));
    group_->caught_up_with(entry);
    if (try_join()) co_return false;
  }
  if (peer_ && view.position && view.position != position_) {
    position_ = view.position;
    if (try_join()) co_return false;
  }
  co_return peer_ != nullptr;
}

Task<void> CatchUp::wait_for_peer() {
  const auto limit = hub_.hubs_.backlog_;
  for (auto look = first_look; !stopped() && peer_ && peer_->open() && peer_->backlog() > limit;) {
    const auto before = peer_->backlog();
    auto wait = pause_.wait(environment_.scheduler, look);
    co_await std::move(wait);
    look = peer_ && peer_->backlog() < before ? first_look : std::min(look * 2, last_look);
  }
}

void CatchUp::send(Frames& frames, std::int64_t position) {
  peer_->send(frames.in(group_->form()));
  position_ = position;
}

}  // namespace parley::rest
