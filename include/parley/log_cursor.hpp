// A cursor into another module's log that does not give up: what consumers of feeds and the edges that stream
// share. Loop thread only.
#pragma once

#include <parley/context.hpp>
#include <parley/follow.hpp>
#include <parley/operation.hpp>
#include <parley/pause.hpp>
#include <parley/result.hpp>
#include <parley/task.hpp>
#include <parley/time.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>

namespace parley {

// Owned by whoever runs run(), which must keep it alive until run() has completed.
class LogCursor : public Outbound {
 public:
  struct Environment {
    Scheduler& scheduler;
    const Clock& clock;
  };
  static constexpr std::chrono::milliseconds first_backoff{100}, last_backoff{5000};

  // Follows until stop(), or until take() answers false. When the port ends the call for another reason it
  // is called again from the position reached, after first_backoff, doubling up to last_backoff.
  Task<void> run();
  // In a later turn of the loop: what calls this may be within the port.
  void stop();
  // At once, for a caller that is not.
  void stop_now();

  // The last entry taken; nothing before the first when it started without a position.
  std::optional<std::int64_t> position() const noexcept { return position_; }

 protected:
  // `environment` outlives it. Without `after`: what comes from now on. What comes while a call that gave
  // nothing is made anew is then skipped: start from a known position where each entry counts.
  LogCursor(const Environment& environment, std::optional<std::int64_t> after);

  // Calls the port's streaming operation.
  virtual Task<Result<void>> follow(CallContext context, std::optional<std::int64_t> after,
                                    Outbound& out) = 0;
  // What `follow` sent, of the operation's answer type. May wait; `update` lives until it completes. Moves
  // the position on as it goes. False: no more.
  virtual Task<bool> take(const void* update) = 0;
  // A call ended with `error`; the next one begins after `wait`.
  virtual void broke_off(const Error& error, std::chrono::milliseconds wait) = 0;

  // The position behind a gap: its end, or the start of a log that was replaced by a shorter one.
  std::int64_t behind(const LogGap& gap) const noexcept;
  bool stopped() const noexcept { return stopped_; }

  const Environment& environment_;
  std::optional<std::int64_t> position_;
  Pause pause_;

 private:
  Task<bool> write(const TypeInfo& type, const void* answer) final;
  Task<Error> call();

  std::shared_ptr<Cancellation> cancellation_ = std::make_shared<Cancellation>();
  std::shared_ptr<LogCursor*> self_ = std::make_shared<LogCursor*>(this);  // guards what was posted
  bool stopped_ = false;
  bool received_ = false;  // something, since the last call of the port
};

}  // namespace parley
