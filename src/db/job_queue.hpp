// The bounded queue between the loop and one kind of driver thread.
#pragma once

#include "job.hpp"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <optional>

namespace parley::db {

// First in, first out. The queue links jobs through Job::next and owns none.
class JobQueue {
 public:
  explicit JobQueue(std::size_t bound) : bound_(bound) {}
  JobQueue(const JobQueue&) = delete;
  JobQueue& operator=(const JobQueue&) = delete;

  enum class Push { taken, full, closed };
  Push push(Job& job);
  // Nothing is taken from now on; who waits in take() returns. Jobs that wait already can still be taken.
  void close();

  struct Taken {
    Job* first = nullptr;  // chained by Job::next, the last one's is null
    std::size_t count = 0;
    bool closed = false;
  };
  // Waits until `wanted` jobs are there, or until `until` has passed, or until the queue is closed; then
  // takes what there is, at most `most`. Waking a thread costs more than a small write, so a consumer that
  // expects company asks for several and is woken once.
  Taken take(std::size_t most, std::size_t wanted, std::optional<SteadyTime> until);

  std::size_t size() const noexcept { return size_.load(std::memory_order_relaxed); }  // any thread

 private:
  const std::size_t bound_;
  std::mutex mutex_;
  std::condition_variable ready_;
  Job* first_ = nullptr;
  Job* last_ = nullptr;
  std::atomic<std::size_t> size_{0};  // written under mutex_
  std::size_t wanted_ = 1;            // of the consumer that came to wait last
  std::size_t waiting_ = 0;           // consumers inside take()
  std::size_t woken_ = 0;             // of these, how many a notification is under way to
  bool closed_ = false;
};

}  // namespace parley::db
