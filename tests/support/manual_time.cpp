#include "manual_time.hpp"

namespace parley::test {

struct ManualTime::TimerState : Scheduler::Timer::State {
  std::function<void()> work;
  void cancel() noexcept override { work = nullptr; }
};

ManualTime::ManualTime(Timestamp start) : start_(start) {}

Timestamp ManualTime::now() const noexcept {
  return start_ + offset_;
}
SteadyTime ManualTime::steady() const noexcept {
  return SteadyTime(std::chrono::hours(1)) + offset_;
}

Scheduler::Timer ManualTime::after(std::chrono::milliseconds delay, std::function<void()> work) {
  auto state = std::make_shared<TimerState>();
  state->work = std::move(work);
  timers_.emplace(offset_ + delay, state);
  return Timer(state);
}

void ManualTime::post(std::function<void()> work) {
  std::lock_guard lock(mutex_);
  queue_.push_back(std::move(work));
  posted_.notify_all();
}

bool ManualTime::drain() {
  bool any = false;
  for (;;) {
    std::deque<std::function<void()>> ready;
    {
      std::lock_guard lock(mutex_);
      ready.swap(queue_);
    }
    if (ready.empty()) return any;
    any = true;
    for (auto& work : ready) work();
  }
}

void ManualTime::advance(std::chrono::milliseconds by) {
  const auto target = offset_ + std::chrono::microseconds(by);
  drain();
  while (!timers_.empty() && timers_.begin()->first <= target) {
    auto first = timers_.begin();
    offset_ = std::max(offset_, first->first);
    auto state = first->second;
    timers_.erase(first);
    if (auto work = std::move(state->work)) work();
    drain();
  }
  offset_ = target;
}

void ManualTime::run_until(const std::function<bool()>& done, std::chrono::seconds limit) {
  const auto end = std::chrono::steady_clock::now() + limit;
  while (drain(), !done()) {
    std::unique_lock lock(mutex_);
    if (!posted_.wait_until(lock, end, [&] { return !queue_.empty(); }))
      throw std::runtime_error("the event the test waits for did not come");
  }
}

void ManualTime::wait(Task<void> task) {
  auto runner = [](Task<void> inner) -> Task<bool> {
    co_await std::move(inner);
    co_return true;
  };
  wait(runner(std::move(task)));
}

}  // namespace parley::test
