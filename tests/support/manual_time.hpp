// A clock and a loop that stand still until a test moves them.
#pragma once

#include <parley/task.hpp>
#include <parley/time.hpp>

#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <stdexcept>

namespace parley::test {

class ManualTime final : public Clock, public Scheduler {
 public:
  explicit ManualTime(Timestamp start = Timestamp(std::chrono::seconds(1'700'000'000)));

  Timestamp now() const noexcept override;
  SteadyTime steady() const noexcept override;
  [[nodiscard]] Timer after(std::chrono::milliseconds delay, std::function<void()> work) override;
  void post(std::function<void()> work) override;

  // Moves time, running the timers that fall due in their order, and what was posted.
  void advance(std::chrono::milliseconds by);
  // Runs what was posted so far; true if there was anything.
  bool drain();
  // Drains until `done()`, waiting for posts of other threads. Throws after `limit` of real time.
  void run_until(const std::function<bool()>& done, std::chrono::seconds limit = std::chrono::seconds(20));
  std::size_t timers() const noexcept { return timers_.size(); }

  // Starts `task` and runs until it has completed; gives its value.
  template <class T>
  T wait(Task<T> task) {
    std::optional<T> value;
    std::exception_ptr failure;
    auto runner = [](Task<T> inner, std::optional<T>& out) -> Task<void> {
      out.emplace(co_await std::move(inner));
    };
    TaskGroup group([&](std::exception_ptr e) { failure = e; });
    group.spawn(runner(std::move(task), value));
    run_until([&] { return value || failure; });
    if (failure) std::rethrow_exception(failure);
    return std::move(*value);
  }
  void wait(Task<void> task);

 private:
  struct TimerState;
  std::chrono::microseconds offset_{0};
  Timestamp start_;
  std::multimap<std::chrono::microseconds, std::shared_ptr<TimerState>> timers_;
  std::mutex mutex_;
  std::condition_variable posted_;
  std::deque<std::function<void()>> queue_;
};

}  // namespace parley::test
