#include "job_queue.hpp"

#include <algorithm>

namespace parley::db {

JobQueue::Push JobQueue::push(Job& job) {
  bool wake = false;
  {
    std::lock_guard lock(mutex_);
    if (closed_) return Push::closed;
    const std::size_t size = size_.load(std::memory_order_relaxed);
    if (size >= bound_) return Push::full;
    job.next = nullptr;
    (last_ ? last_->next : first_) = &job;
    last_ = &job;
    size_.store(size + 1, std::memory_order_relaxed);
    if (waiting_ > woken_ && size + 1 >= wanted_) {
      ++woken_;
      wake = true;
    }
  }
  if (wake) ready_.notify_one();
  return Push::taken;
}

void JobQueue::close() {
  {
    std::lock_guard lock(mutex_);
    closed_ = true;
  }
  ready_.notify_all();
}

JobQueue::Taken JobQueue::take(std::size_t most, std::size_t wanted, std::optional<SteadyTime> until) {
  // A queue that cannot grow to `wanted` would never wake its consumer.
  wanted = std::clamp<std::size_t>(wanted, 1, bound_);
  std::unique_lock lock(mutex_);
  if (size() < wanted && !closed_) {
    wanted_ = wanted;
    ++waiting_;
    bool late = false;
    while (size() < wanted && !closed_ && !late) {
      if (until) {
        late = ready_.wait_until(lock, *until) == std::cv_status::timeout;
      } else {
        ready_.wait(lock);
      }
      if (woken_ > 0) --woken_;
    }
    --waiting_;
  }

  Taken taken;
  taken.closed = closed_;
  Job* end = nullptr;
  for (Job* job = first_; job && taken.count < most; job = job->next) {
    end = job;
    ++taken.count;
  }
  if (end) {
    taken.first = first_;
    first_ = end->next;
    if (!first_) last_ = nullptr;
    end->next = nullptr;
    size_.store(size() - taken.count, std::memory_order_relaxed);
    // What is left over belongs to a consumer that sleeps.
    if (first_ && waiting_ > woken_ && size() >= wanted_) {
      ++woken_;
      ready_.notify_one();
    }
  }
  return taken;
}

}  // namespace parley::db
