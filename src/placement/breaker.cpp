#include <parley/placement/breaker.hpp>

#include <utility>

namespace parley::placement {

CircuitBreaker::State CircuitBreaker::state(SteadyTime now) const noexcept {
  if (!open_) return State::closed;
  return now - opened_ < reset_timeout_ ? State::open : State::half_open;
}

std::chrono::milliseconds CircuitBreaker::closed_for(SteadyTime now) const noexcept {
  if (state(now) != State::open) return std::chrono::milliseconds(0);
  return std::chrono::ceil<std::chrono::milliseconds>(reset_timeout_ - (now - opened_));
}

bool CircuitBreaker::admit(SteadyTime now) noexcept {
  switch (state(now)) {
    case State::closed:
      return true;
    case State::open:
      return false;
    case State::half_open:
      return !std::exchange(trying_, true);
  }
  return false;
}

void CircuitBreaker::succeeded() noexcept {
  // Of a call that was under way when it opened, which says nothing of now.
  if (open_ && !trying_) return;
  failures_ = 0;
  open_ = trying_ = false;
}

void CircuitBreaker::failed(SteadyTime now) noexcept {
  if (open_ && !trying_) return;
  trying_ = false;
  if (++failures_ < max_failures_ && !open_) return;
  open_ = true;
  opened_ = now;
}

void CircuitBreaker::withdrawn() noexcept {
  trying_ = false;
}

std::string_view name_of(CircuitBreaker::State state) noexcept {
  switch (state) {
    case CircuitBreaker::State::closed:
      return "closed";
    case CircuitBreaker::State::open:
      return "open";
    case CircuitBreaker::State::half_open:
      return "half-open";
  }
  return "closed";
}

}  // namespace parley::placement
