#include "catch.hpp"
#include "loop_impl.hpp"
#include "outbox.hpp"
#include "timer_wheel.hpp"

#include <parley/net/loop.hpp>

#include <csignal>
#include <thread>

using namespace parley;
using namespace parley::net;
using std::chrono::milliseconds;

TEST_CASE("timers run in the order of their times, never inline, and not once cancelled") {
  Loop loop;
  std::string order;
  auto late = loop.after(milliseconds(30), [&] { order += 'c'; });
  auto early = loop.after(milliseconds(5), [&] { order += 'b'; });
  auto at_once = loop.after(milliseconds(0), [&] { order += 'a'; });
  auto cancelled = loop.after(milliseconds(10), [&] { order += 'x'; });
  {
    auto dropped = loop.after(milliseconds(10), [&] { order += 'y'; });
  }
  auto replaced = loop.after(milliseconds(10), [&] { order += 'z'; });
  replaced = loop.after(milliseconds(60), [&] { order += 'd'; });
  CHECK(order.empty());
  cancelled.cancel();
  loop.run();
  CHECK(order == "abcd");
}

TEST_CASE("a timer may cancel and set timers, itself included") {
  Loop loop;
  Scheduler::Timer timer, other;
  int runs = 0;
  std::function<void()> again = [&] {
    other.cancel();
    if (++runs < 3) timer = loop.after(milliseconds(1), again);
  };
  other = loop.after(milliseconds(200), [&] { runs = 100; });
  timer = loop.after(milliseconds(1), again);
  loop.run();
  CHECK(runs == 3);
}

TEST_CASE("work is posted from any thread and stop() ends a run") {
  Loop loop;
  const auto day = loop.after(std::chrono::hours(24), [] {});
  int count = 0;
  std::thread other([&] {
    for (int i = 0; i < 1000; ++i) loop.post([&] { ++count; });
    loop.post([&] { loop.stop(); });
  });
  loop.run();
  other.join();
  CHECK(count == 1000);
}

TEST_CASE("each termination signal is told") {
  Loop loop;
  int told = 0;
  loop.on_termination([&](int number) {
    CHECK(number == SIGTERM);
    if (++told == 2)
      loop.stop();
    else
      std::raise(SIGTERM);
  });
  loop.post([] { std::raise(SIGTERM); });
  loop.run();
  CHECK(told == 2);
}

namespace {

struct Alarm final : TimerWheel::Entry {
  std::function<void(SteadyTime)> ring;
  explicit Alarm(std::function<void(SteadyTime)> what) : ring(std::move(what)) {}
  void due(SteadyTime now) override { ring(now); }
};

}  // namespace

TEST_CASE("the wheel calls no entry before its deadline, and all soon after") {
  Loop loop;
  auto& wheel = loop.impl().corks->wheel();
  const auto begin = std::chrono::steady_clock::now();
  std::vector<std::unique_ptr<Alarm>> alarms;
  int rung = 0, early = 0;
  for (int delay : {1, 49, 50, 51, 120, 121, 200}) {
    const auto deadline = begin + milliseconds(delay);
    alarms.push_back(std::make_unique<Alarm>([&, deadline](SteadyTime now) {
      ++rung;
      if (now < deadline) ++early;
    }));
    alarms.back()->expire_at(wheel, deadline);
  }
  loop.run();
  CHECK(rung == 7);
  CHECK(early == 0);
}

TEST_CASE("a deadline of the wheel moves both ways, goes and comes back") {
  Loop loop;
  auto& wheel = loop.impl().corks->wheel();
  const auto now = std::chrono::steady_clock::now();
  std::string order;
  Alarm later([&](SteadyTime) { order += 'l'; });
  later.expire_at(wheel, now + milliseconds(10));
  later.expire_at(wheel, now + milliseconds(400));
  Alarm sooner([&](SteadyTime) { order += 's'; });
  sooner.expire_at(wheel, now + std::chrono::hours(1));
  sooner.expire_at(wheel, now + milliseconds(100));
  Alarm never([&](SteadyTime) { order += 'n'; });
  never.expire_at(wheel, now + milliseconds(50));
  never.keep();
  auto gone = std::make_unique<Alarm>([&](SteadyTime) { order += 'g'; });
  gone->expire_at(wheel, now + milliseconds(250));
  Alarm again([&](SteadyTime) { order += 'a'; });
  Alarm first([&](SteadyTime at) {
    order += 'f';
    gone.reset();
    again.expire_at(wheel, at + milliseconds(60));
  });
  first.expire_at(wheel, now + milliseconds(1));
  loop.run();
  CHECK(order.size() == 4);
  CHECK(order.front() == 'f');
  CHECK(order.back() == 'l');
}
