// The circuit breaker of the lecture (slide "Health checks and circuit breakers").
#pragma once

#include <parley/time.hpp>

#include <chrono>
#include <cstdint>
#include <string_view>

namespace parley::placement {

// Closed, calls go on; after `max_failures` in a row it opens and refuses them; after `reset_timeout` it is
// half-open and lets one call try: success closes it, failure opens it again. Loop thread only.
class CircuitBreaker {
 public:
  enum class State : std::uint8_t { closed, open, half_open };

  CircuitBreaker(std::int32_t max_failures, std::chrono::milliseconds reset_timeout) noexcept
      : max_failures_(max_failures), reset_timeout_(reset_timeout) {}

  // Whether a call may be made now. Each one that was let on tells how it ended.
  bool admit(SteadyTime now) noexcept;
  void succeeded() noexcept;
  void failed(SteadyTime now) noexcept;
  // The call ended for a reason that tells nothing of the other side: its caller withdrew it.
  void withdrawn() noexcept;

  State state(SteadyTime now) const noexcept;
  // Time until a call may try; 0 when one may.
  std::chrono::milliseconds closed_for(SteadyTime now) const noexcept;

 private:
  const std::int32_t max_failures_;
  const std::chrono::milliseconds reset_timeout_;
  std::int32_t failures_ = 0;
  bool open_ = false, trying_ = false;
  SteadyTime opened_{};
};

std::string_view name_of(CircuitBreaker::State state) noexcept;  // closed, open, half-open

}  // namespace parley::placement
