// One coarse timer for the timeouts of all connections: moving a deadline is a store, not a system call.
#pragma once

#include "loop_impl.hpp"

#include <parley/time.hpp>

#include <boost/asio/basic_waitable_timer.hpp>

#include <array>
#include <chrono>
#include <memory>

namespace parley::net {

// Real time, whatever the clock of the calls says: sockets know no other. Loop thread only.
class TimerWheel {
 public:
  static constexpr std::chrono::milliseconds tick{50};

  // In the wheel at most once; leaves it when destroyed.
  class Entry {
   public:
    Entry() noexcept = default;
    Entry(const Entry&) = delete;
    Entry& operator=(const Entry&) = delete;

    // Calls due() at `at` or up to two ticks later. A later deadline than the one before costs nothing: the
    // entry moves when its old time comes.
    void expire_at(TimerWheel& wheel, SteadyTime at) noexcept {
      deadline_ = at;
      if (!linked() || at < visit_) wheel.link(*this);
    }
    // Never, until the next expire_at().
    void keep() noexcept { deadline_ = SteadyTime::max(); }

   protected:
    virtual ~Entry() { unlink(); }
    // May destroy the entry and any other.
    virtual void due(SteadyTime now) = 0;

   private:
    friend class TimerWheel;
    bool linked() const noexcept { return next_ != this; }
    void unlink() noexcept {
      next_->previous_ = previous_;
      previous_->next_ = next_;
      next_ = previous_ = this;
    }
    Entry* next_ = this;
    Entry* previous_ = this;
    SteadyTime deadline_ = SteadyTime::max();
    SteadyTime visit_{};  // when the wheel looks at the entry
  };

  explicit TimerWheel(asio::io_context& io);
  ~TimerWheel();

 private:
  static constexpr std::size_t slots = 1024;  // 51 s; what lies beyond is looked at once a turn

  struct Anchor final : Entry {
    void due(SteadyTime) override {}
  };
  using Timer = asio::basic_waitable_timer<std::chrono::steady_clock,
                                           asio::wait_traits<std::chrono::steady_clock>, Executor>;

  static std::int64_t tick_of(SteadyTime time) noexcept { return time.time_since_epoch() / tick; }
  void link(Entry& entry) noexcept;
  void wait();
  void turn(SteadyTime now);

  Timer timer_;
  bool waiting_ = false;
  std::int64_t done_;  // the last tick that was looked at
  std::array<Anchor, slots> slots_;
  std::shared_ptr<TimerWheel*> self_;  // null inside once the wheel is gone, for a wait that still comes back
};

}  // namespace parley::net
