#include "job_queue.hpp"

#include "fixture.hpp"

#include <thread>

using namespace parley;
using namespace parley::test;

namespace {

struct Nothing final : db::Job {
  bool run(db::Session&) noexcept override { return true; }
  void refuse(Error) noexcept override {}
  void finish() override {}
};

}  // namespace

TEST_CASE("the queue gives jobs in their order, at most so many at once", "[db]") {
  db::JobQueue queue(4);
  Nothing jobs[5];
  for (int i = 0; i < 4; ++i) CHECK(queue.push(jobs[i]) == db::JobQueue::Push::taken);
  CHECK(queue.push(jobs[4]) == db::JobQueue::Push::full);
  auto taken = queue.take(3, 1, std::nullopt);
  CHECK(taken.count == 3);
  CHECK(taken.first == &jobs[0]);
  CHECK(jobs[0].next == &jobs[1]);
  CHECK(jobs[2].next == nullptr);
  CHECK(queue.size() == 1);
  queue.close();
  CHECK(queue.push(jobs[4]) == db::JobQueue::Push::closed);
  taken = queue.take(3, 1, std::nullopt);
  CHECK(taken.first == &jobs[3]);
  CHECK(taken.closed);
  CHECK(queue.take(3, 1, std::nullopt).first == nullptr);
}

TEST_CASE("a consumer that wants several gets what there is when its time is up", "[db]") {
  db::JobQueue queue(4);
  Nothing job;
  const auto soon = [] { return std::chrono::steady_clock::now() + std::chrono::milliseconds(5); };
  CHECK(queue.take(4, 1, soon()).count == 0);
  CHECK(queue.push(job) == db::JobQueue::Push::taken);
  CHECK(queue.take(4, 3, soon()).first == &job);
  // More than the queue holds cannot be wanted.
  Nothing jobs[4];
  std::thread producer([&] {
    for (auto& each : jobs) (void)queue.push(each);
  });
  CHECK(queue.take(4, 99, std::nullopt).count == 4);
  producer.join();
}

TEST_CASE("several consumers lose nothing and sleep only when there is nothing", "[db]") {
  constexpr int all = 20'000;
  db::JobQueue queue(all);
  std::vector<Nothing> jobs(all);
  std::atomic<int> taken{0};
  std::vector<std::thread> consumers;
  for (int i = 0; i < 3; ++i) {
    consumers.emplace_back([&] {
      for (;;) {
        const auto got = queue.take(5, 1, std::nullopt);
        taken += static_cast<int>(got.count);
        if (!got.first && got.closed) return;
      }
    });
  }
  for (auto& job : jobs) {
    while (queue.push(job) != db::JobQueue::Push::taken) std::this_thread::yield();
  }
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (taken != all && std::chrono::steady_clock::now() < end) std::this_thread::yield();
  CHECK(taken == all);  // before the close wakes them
  queue.close();
  for (auto& consumer : consumers) consumer.join();
}
