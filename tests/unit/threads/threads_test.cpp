// Where threads meet, for the thread sanitizer: other threads and the loop, writers of metrics and their
// reader. (The databases' threads and the log's are in unit_db and unit_observe, which run under it too.)
#include "catch.hpp"

#include <parley/net/loop.hpp>
#include <parley/observe/observe.hpp>
#include <parley/thread.hpp>

#include <atomic>
#include <latch>
#include <stdexcept>
#include <thread>

using namespace parley;

namespace {

constexpr int threads = 6;

// Runs `work(i)` on threads that begin together.
template <class Work>
std::vector<std::thread> together(Work work) {
  auto begin = std::make_shared<std::latch>(threads);
  std::vector<std::thread> all;
  for (int i = 0; i < threads; ++i)
    all.emplace_back([begin, work, i] {
      begin->arrive_and_wait();
      work(i);
    });
  return all;
}

}  // namespace

TEST_CASE("what many threads post runs on the loop, each thread's in its order") {
  constexpr int posts = 500;
  net::Loop loop;
  auto idle = loop.after(std::chrono::hours(1), [] {});  // keeps the loop running
  std::vector<std::vector<int>> seen(threads);           // without a lock: only the loop's thread touches it
  int finished = 0;
  const auto own = std::this_thread::get_id();
  bool elsewhere = false;
  auto posters = together([&](int thread) {
    for (int i = 0; i < posts; ++i)
      loop.post([&, thread, i] {
        elsewhere |= std::this_thread::get_id() != own;
        seen[static_cast<std::size_t>(thread)].push_back(i);
        // Work of the loop begets work, as that of a database's answer does.
        if (i + 1 == posts)
          loop.post([&] {
            if (++finished == threads) loop.stop();
          });
      });
  });
  loop.run();
  for (auto& poster : posters) poster.join();
  CHECK_FALSE(elsewhere);
  for (const auto& of_thread : seen) {
    REQUIRE(of_thread.size() == posts);
    CHECK(std::ranges::is_sorted(of_thread));
  }
}

TEST_CASE("a loop that runs is stopped from another thread") {
  for (int i = 0; i < 20; ++i) {
    net::Loop loop;
    auto idle = loop.after(std::chrono::hours(1), [] {});
    std::thread stopper([&] { loop.stop(); });
    loop.run();
    stopper.join();
  }
  SUCCEED();
}

TEST_CASE("work that blocks runs beside the loop, which goes on meanwhile") {
  net::Loop loop;
  auto idle = loop.after(std::chrono::hours(1), [] {});
  TaskGroup tasks([](std::exception_ptr failure) { std::rethrow_exception(failure); });
  std::latch turned{1};
  const auto own = std::this_thread::get_id();
  std::thread::id there, back;
  std::string answer, failure;
  const auto wait = [&]() -> Task<void> {
    auto work = [&] {
      turned.wait();
      there = std::this_thread::get_id();
      return std::make_unique<std::string>("done");
    };
    auto running = run_beside(loop, "beside", std::move(work));
    const auto got = co_await std::move(running);
    back = std::this_thread::get_id();
    answer = *got;
    auto throwing = [&]() -> int { throw std::runtime_error("it cannot be done"); };
    auto failing = run_beside(loop, "beside", std::move(throwing));
    try {
      co_await std::move(failing);
    } catch (const std::runtime_error& thrown) {
      failure = thrown.what();
    }
    loop.stop();
  };
  tasks.spawn(wait());
  loop.post([&] { turned.count_down(); });  // which the work waits for
  loop.run();
  CHECK(there != own);
  CHECK(there != std::thread::id());
  CHECK(back == own);
  CHECK(answer == "done");
  CHECK(failure == "it cannot be done");
}

TEST_CASE("a coroutine that is destroyed waits for the work beside the loop that it waited for") {
  net::Loop loop;
  auto idle = loop.after(std::chrono::hours(1), [] {});
  std::latch begun{1}, destroyed{1};
  bool ended = false, resumed = false;  // join() is between the threads
  struct Tells {
    std::latch& latch;
    ~Tells() { latch.count_down(); }
  };
  {
    TaskGroup tasks([](std::exception_ptr) {});
    const auto wait = [&]() -> Task<void> {
      auto work = [&] {
        begun.count_down();
        destroyed.wait();
        ended = true;
        return true;
      };
      auto running = run_beside(loop, "beside", std::move(work));
      const Tells when_destroyed{destroyed};  // before `running`, which is below it in the frame
      resumed = co_await std::move(running);
    };
    tasks.spawn(wait());
    begun.wait();
  }
  CHECK(ended);
  loop.post([&] { loop.stop(); });  // behind what the thread has posted
  loop.run();
  CHECK_FALSE(resumed);
}

TEST_CASE("metrics are read while threads count, look up and add") {
  constexpr int steps = 300;
  const auto registry = observe::make_registry();
  std::atomic<int> left = threads;
  registry->on_collect([&registry] { registry->gauge("collections", "Made while others count.").add(1); });
  auto writers = together([&](int thread) {
    auto& mine = registry->counter("steps_total", "Steps.", {{"thread", std::to_string(thread)}});
    auto& seconds = registry->histogram("step_seconds", "Time.");
    for (int i = 0; i < steps; ++i) {
      mine.add();
      seconds.observe(0.001 * i);
      registry->counter("new_total", "One of each.", {{"step", std::to_string(i % 7)}}).add();
    }
    --left;
  });
  double last = 0;
  while (left > 0) {
    const auto text = registry->text();
    const double now = registry->sum("steps_total");
    CHECK(now >= last);
    last = now;
  }
  for (auto& writer : writers) writer.join();
  CHECK(registry->sum("steps_total") == threads * steps);
  CHECK(registry->sum("steps_total", "thread", "0") == steps);
  CHECK(registry->sum("new_total") == threads * steps);
  CHECK(registry->sum("nothing_total") == 0);
  CHECK(registry->text().find("step_seconds_count 1800") != std::string::npos);
}
