#include "delivery.hpp"

#include <parley/log.hpp>

#include <algorithm>

namespace parley::chat {
namespace {

using std::chrono::milliseconds;

constexpr std::int32_t batch = 64;  // messages of one transaction
constexpr milliseconds first_pause{100}, longest_pause{5'000};
// Due times are on the wall clock and timers are not, so a clock that is set must be noticed.
constexpr milliseconds longest_wait{60'000};

}  // namespace

Delivery::Delivery(Store& store, Rooms& rooms, MentionFeed& mentions, Scheduler& scheduler,
                   const Clock& clock, Metrics& metrics)
    : store_(store),
      rooms_(rooms),
      mentions_(mentions),
      scheduler_(scheduler),
      clock_(clock),
      waiting_(metrics.gauge("chat_delayed", "Messages that wait for their delay.")),
      work_([this](std::exception_ptr failure) {
        log::error("chat", "delivering delayed messages failed unexpectedly",
                   {{"reason", reason_of(failure)}});
        running_ = false;
        next_due_ = clock_.now();  // what was due is so still
        arm(longest_pause);
      }) {}

void Delivery::start(std::int64_t waiting, std::optional<Timestamp> next_due) {
  waiting_.set(static_cast<double>(waiting));
  next_due_ = next_due;
  if (next_due_ && *next_due_ <= clock_.now()) {
    run();
  } else {
    arm_for_next();
  }
}

void Delivery::expect(Timestamp due) {
  waiting_.add(1);
  if (next_due_ && *next_due_ <= due) return;
  next_due_ = due;
  if (!running_ && pause_ == milliseconds(0)) arm_for_next();
}

void Delivery::stop() {
  stopped_ = true;
  timer_.cancel();
}

void Delivery::arm(milliseconds wait) {
  if (stopped_) return;
  timer_ = scheduler_.after(wait, [this] { run(); });
}

void Delivery::arm_for_next() {
  if (!next_due_) return;
  const auto wait = std::chrono::ceil<milliseconds>(*next_due_ - clock_.now());
  arm(std::clamp(wait, milliseconds(0), longest_wait));
}

void Delivery::run() {
  if (running_ || stopped_) return;
  running_ = true;
  work_.spawn(deliver_due());
}

Task<void> Delivery::deliver_due() {
  while (next_due_ && *next_due_ <= clock_.now() && !stopped_) {
    next_due_.reset();  // what is stored from here on is counted anew by expect()
    CallContext context;
    context.clock = &clock_;
    const Timestamp now = clock_.now();
    auto delivered = co_await store_.deliver(std::move(context), now, batch);
    if (!delivered) {
      next_due_ = std::min(next_due_.value_or(now), now);
      pause_ = std::clamp(pause_ * 2, first_pause, longest_pause);
      if (!stopped_)
        log::warn("chat", "delayed messages could not be delivered",
                  {{"error", delivered.error().message}, {"retry_ms", pause_.count()}});
      running_ = false;
      arm(pause_);
      co_return;
    }
    waiting_.add(-static_cast<double>(delivered->messages.size()));
    for (Message& message : delivered->messages) {
      Room& room = rooms_.restore(message.room);
      --room.delayed;
      rooms_.publish(room, std::move(message));
    }
    mentions_.grown(delivered->last_mention);
    if (delivered->next_due)
      next_due_ = std::min(next_due_.value_or(*delivered->next_due), *delivered->next_due);
  }
  pause_ = milliseconds(0);
  running_ = false;
  arm_for_next();
}

}  // namespace parley::chat
