#include <parley/log_cursor.hpp>

#include <algorithm>

namespace parley {

LogCursor::LogCursor(const Environment& environment, std::optional<std::int64_t> after)
    : environment_(environment), position_(after) {}

Task<void> LogCursor::run() {
  auto backoff = first_backoff;
  while (!stopped_) {
    received_ = false;
    auto calling = call();
    const auto error = co_await std::move(calling);
    if (stopped_) break;
    if (received_) backoff = first_backoff;
    broke_off(error, backoff);
    auto wait = pause_.wait(environment_.scheduler, backoff);
    co_await std::move(wait);
    backoff = std::min(backoff * 2, last_backoff);
  }
}

Task<Error> LogCursor::call() {
  CallContext context;
  context.clock = &environment_.clock;
  context.cancellation = cancellation_;
  try {
    auto following = follow(std::move(context), position_, *this);
    auto ended = co_await std::move(following);
    if (!ended) co_return std::move(ended.error());
  } catch (const std::exception& failure) {
    co_return Error{Code::internal, std::string("the call failed: ") + failure.what()};
  }
  co_return Error{Code::aborted, "the stream ended"};
}

Task<bool> LogCursor::write(const TypeInfo&, const void* answer) {
  if (stopped_) co_return false;
  received_ = true;
  auto taking = take(answer);
  const bool more = co_await std::move(taking);
  if (!more) stopped_ = true;
  co_return more;
}

void LogCursor::stop() {
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

void LogCursor::stop_now() {
  stopped_ = true;
  auto cancellation = cancellation_;
  pause_.wake();  // may destroy *this
  cancellation->cancel();
}

std::int64_t LogCursor::behind(const LogGap& gap) const noexcept {
  return position_ && gap.from <= *position_ ? 0 : gap.to;
}

}  // namespace parley
