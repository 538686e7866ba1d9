#include "room_follower.hpp"

#include <parley/log.hpp>

#include <algorithm>

namespace parley::rest {
namespace {

constexpr std::chrono::milliseconds first_backoff{100}, last_backoff{5000};

}  // namespace

Task<void> Pause::wait(Scheduler& scheduler, std::chrono::milliseconds time) {
  co_await callback<bool>([&](Resume<bool> done) {
    resume_.emplace(std::move(done));
    timer_ = scheduler.after(time, [this] { wake(); });
  });
}

void Pause::wake() {
  if (!resume_) return;
  auto resume = std::move(*resume_);
  resume_.reset();
  timer_.cancel();
  resume(true);  // may destroy *this
}

RoomFollower::RoomFollower(const Environment& environment, std::string room,
                           std::optional<std::int64_t> after)
    : environment_(environment), room_(std::move(room)), position_(after) {}

Task<void> RoomFollower::run() {
  auto backoff = first_backoff;
  while (!stopped_) {
    received_ = false;
    auto call = follow();
    const auto error = co_await std::move(call);
    if (stopped_) break;
    if (received_) backoff = first_backoff;
    log::warn("chat", "following a room ended; trying again",
              {{"code", info(error.code).name}, {"reason", error.message}, {"wait_ms", backoff.count()}});
    auto wait = pause_.wait(environment_.scheduler, backoff);
    co_await std::move(wait);
    backoff = std::min(backoff * 2, last_backoff);
  }
}

Task<Error> RoomFollower::follow() {
  chat::FollowRoom request;
  request.room = room_;
  request.after_seq = position_;
  CallContext context;
  context.clock = &environment_.clock;
  context.cancellation = cancellation_;
  Sink<chat::RoomUpdate> sink(*this);
  try {
    auto call = environment_.chat.follow(std::move(context), std::move(request), sink);
    auto ended = co_await std::move(call);
    if (!ended) co_return std::move(ended.error());
  } catch (const std::exception& failure) {
    log::error("chat", "following a room failed", {{"reason", failure.what()}});
    co_return Error{Code::internal, "the call failed"};
  }
  co_return Error{Code::aborted, "the stream ended"};
}

Task<bool> RoomFollower::write(const TypeInfo&, const void* answer) {
  if (stopped_) co_return false;
  received_ = true;
  auto taking = take(*static_cast<const chat::RoomUpdate*>(answer));
  const bool more = co_await std::move(taking);
  if (!more) stopped_ = true;
  co_return more;
}

void RoomFollower::stop() {
  if (stopped_) return;
  stopped_ = true;
  environment_.scheduler.post([weak = std::weak_ptr(self_)] {
    if (auto self = weak.lock()) {
      auto cancellation = (*self)->cancellation_;
      (*self)->pause_.wake();  // may destroy it
      cancellation->cancel();
    }
  });
}

void RoomFollower::stop_now() {
  stopped_ = true;
  auto cancellation = cancellation_;
  pause_.wake();  // may destroy *this
  cancellation->cancel();
}

std::int64_t RoomFollower::behind(const LogGap& gap) const noexcept {
  return position_ && gap.from <= *position_ ? 0 : gap.to;
}

}  // namespace parley::rest
