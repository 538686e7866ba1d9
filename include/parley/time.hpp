// One clock, so that tests (and a lecture) can move time.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace parley {

using Timestamp = std::chrono::sys_time<std::chrono::microseconds>;  // UTC
using SteadyTime = std::chrono::steady_clock::time_point;            // for deadlines and durations

class Clock {
 public:
  virtual ~Clock() = default;
  virtual Timestamp now() const noexcept = 0;
  virtual SteadyTime steady() const noexcept = 0;
};

// The operating system's clocks. Thread-safe.
const Clock& system_clock() noexcept;

// Runs work later on the loop's thread. Loop thread only, unless stated.
class Scheduler {
 public:
  // Cancels its timer when destroyed; a default one holds none.
  class Timer {
   public:
    struct State {
      virtual ~State() = default;
      virtual void cancel() noexcept = 0;
    };
    Timer() noexcept = default;
    explicit Timer(std::shared_ptr<State> state) noexcept : state_(std::move(state)) {}
    Timer(Timer&&) noexcept = default;
    Timer& operator=(Timer&& other) noexcept {
      cancel();
      state_ = std::move(other.state_);
      return *this;
    }
    ~Timer() { cancel(); }
    void cancel() noexcept {
      if (auto state = std::move(state_)) state->cancel();
    }

   private:
    std::shared_ptr<State> state_;
  };

  virtual ~Scheduler() = default;
  // `work` runs once, not before `delay` has passed; never inline.
  [[nodiscard]] virtual Timer after(std::chrono::milliseconds delay, std::function<void()> work) = 0;
  // `work` runs in a later turn of the loop. Callable from any thread.
  virtual void post(std::function<void()> work) = 0;
};

// RFC 3339 in UTC with `Z`; as many fraction digits as needed (none, 3 or 6).
void append_rfc3339(Timestamp time, std::string& out);
// The same to memory with room for rfc3339_size bytes; gives the end of what was written.
inline constexpr std::size_t rfc3339_size = 27;
char* write_rfc3339(Timestamp time, char* out) noexcept;
std::string to_rfc3339(Timestamp time);
// Accepts any RFC 3339 offset and up to 9 fraction digits (cut to microseconds); nothing else.
std::optional<Timestamp> parse_rfc3339(std::string_view text) noexcept;

// RFC 9110 section 5.6.7 (IMF-fixdate), second precision.
std::string to_http_date(Timestamp time);

inline std::int64_t to_unix_seconds(Timestamp time) noexcept {
  return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
}

}  // namespace parley
