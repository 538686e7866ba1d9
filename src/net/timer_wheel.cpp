#include "timer_wheel.hpp"

#include <algorithm>

namespace parley::net {

TimerWheel::TimerWheel(asio::io_context& io)
    : timer_(io),
      done_(tick_of(std::chrono::steady_clock::now())),
      self_(std::make_shared<TimerWheel*>(this)) {}

TimerWheel::~TimerWheel() {
  *self_ = nullptr;
  for (auto& slot : slots_)
    while (slot.linked()) slot.next_->unlink();
}

void TimerWheel::link(Entry& entry) noexcept {
  entry.unlink();
  if (entry.deadline_ == SteadyTime::max()) return;
  // Nothing was looked at while nothing waited.
  if (!waiting_) done_ = tick_of(std::chrono::steady_clock::now());
  const auto due = std::max(tick_of(entry.deadline_) + 1, done_ + 1);
  entry.visit_ = SteadyTime(due * tick);
  auto& slot = slots_[static_cast<std::size_t>(due) % slots];
  entry.next_ = &slot;
  entry.previous_ = slot.previous_;
  entry.previous_->next_ = &entry;
  slot.previous_ = &entry;
  wait();
}

void TimerWheel::wait() {
  if (waiting_) return;
  waiting_ = true;
  timer_.expires_at(SteadyTime((tick_of(std::chrono::steady_clock::now()) + 1) * tick));
  timer_.async_wait([self = self_](error_code error) {
    if (error || !*self) return;
    (*self)->turn(std::chrono::steady_clock::now());
  });
}

void TimerWheel::turn(SteadyTime now) {
  // `waiting_` stays set: what is linked from here on must not start the timer yet.
  const auto alive = self_;
  const auto until = tick_of(now);
  // After a long pause one round over all slots sees every entry.
  for (auto at = std::max(done_ + 1, until - static_cast<std::int64_t>(slots) + 1); at <= until; ++at) {
    done_ = at;
    auto& slot = slots_[static_cast<std::size_t>(at) % slots];
    if (!slot.linked()) continue;
    // Taken off the slot first: what due() links again is not met twice.
    Anchor batch;
    batch.next_ = slot.next_;
    batch.previous_ = slot.previous_;
    batch.next_->previous_ = &batch;
    batch.previous_->next_ = &batch;
    slot.next_ = slot.previous_ = &slot;
    while (batch.linked()) {
      Entry& entry = *batch.next_;
      entry.unlink();
      if (entry.deadline_ > now) {
        link(entry);
      } else {
        entry.due(now);
        if (!*alive) return;
      }
    }
  }
  waiting_ = false;
  if (std::any_of(slots_.begin(), slots_.end(), [](const Anchor& slot) { return slot.linked(); })) wait();
}

}  // namespace parley::net
