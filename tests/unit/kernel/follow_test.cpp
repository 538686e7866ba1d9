#include "catch.hpp"
#include "manual_time.hpp"

#include <parley/follow.hpp>

#include <vector>

using namespace parley;
using namespace std::chrono_literals;

namespace {

// A log of numbers whose positions are their indices from 1, and a follower that keeps what it is sent.
struct Log {
  std::vector<std::int64_t> entries;
  std::size_t reads = 0;
  std::optional<Resume<bool>> held;  // a read that has seen the log and has not answered yet
  bool hold = false;

  Task<Result<LogPage<std::int64_t>>> read(std::int64_t position) {
    ++reads;
    LogPage<std::int64_t> page;
    if (static_cast<std::size_t>(position) < entries.size())
      page = {entries[static_cast<std::size_t>(position)], position + 1, false};
    if (hold) {
      co_await callback<bool>([&](Resume<bool> resume) { held.emplace(std::move(resume)); });
    }
    co_return page;
  }
};

struct Receiver final : Outbound {
  std::vector<std::int64_t> received;
  std::size_t room = 100;
  Task<bool> write(const TypeInfo&, const void* answer) override {
    received.push_back(*static_cast<const std::int64_t*>(answer));
    co_return received.size() < room;
  }
};

struct Harness {
  test::ManualTime time;
  Followers followers;
  Log log;
  Receiver receiver;
  std::shared_ptr<Cancellation> cancellation = std::make_shared<Cancellation>();
  std::optional<Error> ended;
  TaskGroup tasks{[](std::exception_ptr) { FAIL("no exception was expected"); }};

  Harness() {
    // A standard type is built on first use.
    describe<std::int64_t>();
  }

  void follow(std::int64_t position, SteadyTime deadline = SteadyTime::max()) {
    CallContext context;
    context.clock = &time;
    context.cancellation = cancellation;
    context.deadline = deadline;
    tasks.spawn(run(std::move(context), position));
  }
  Task<void> run(CallContext context, std::int64_t position) {
    auto call = follow_log(
        std::move(context), followers, time, position, [this](std::int64_t at) { return log.read(at); },
        Sink<std::int64_t>(receiver));
    auto outcome = co_await std::move(call);
    if (!outcome) ended = outcome.error();
  }
};

}  // namespace

TEST_CASE("a follower gets what the log has, then what comes") {
  Harness h;
  h.log.entries = {10, 20};
  h.follow(1);
  CHECK(h.receiver.received == std::vector<std::int64_t>{20});
  h.log.entries.push_back(30);
  h.followers.wake();
  CHECK(h.receiver.received == std::vector<std::int64_t>{20, 30});
  CHECK_FALSE(h.ended);
}

TEST_CASE("what is appended while a follower reads is not slept through") {
  Harness h;
  h.log.hold = true;
  h.follow(0);  // has seen an empty log
  h.log.entries.push_back(10);
  h.followers.wake();
  h.log.hold = false;
  (*h.log.held)(true);
  CHECK(h.receiver.received == std::vector<std::int64_t>{10});
}

TEST_CASE("a follower that waits reads nothing") {
  Harness h;
  h.follow(0);
  CHECK(h.log.reads == 1);
  h.followers.wake();
  CHECK(h.log.reads == 2);
}

TEST_CASE("a follower ends by its receiver, its caller, its deadline and the end of the log") {
  Harness h;
  SECTION("receiver") {
    h.receiver.room = 1;
    h.log.entries = {10, 20};
    h.follow(0);
    REQUIRE(h.ended);
    CHECK(h.ended->code == Code::cancelled);
    CHECK(h.receiver.received.size() == 1);
  }
  SECTION("caller") {
    h.follow(0);
    h.cancellation->cancel();
    REQUIRE(h.ended);
    CHECK(h.ended->code == Code::cancelled);
  }
  SECTION("deadline") {
    h.follow(0, h.time.steady() + 5s);
    h.time.advance(4s);
    CHECK_FALSE(h.ended);
    h.time.advance(1s);
    REQUIRE(h.ended);
    CHECK(h.ended->code == Code::deadline_exceeded);
  }
  SECTION("closed log") {
    h.follow(0);
    h.followers.close();
    REQUIRE(h.ended);
    CHECK(h.ended->code == Code::unavailable);
  }
  CHECK(h.followers.size() == 0);
}

TEST_CASE("a wake that destroys another follower leaves it alone") {
  test::ManualTime time;
  Followers followers;
  CallContext context;
  context.clock = &time;
  TaskGroup first([](std::exception_ptr) { FAIL("no exception was expected"); });
  auto second = std::make_unique<TaskGroup>([](std::exception_ptr) { FAIL("no exception was expected"); });
  int ended = 0;
  const auto follow = [&](std::function<void()> at_end) -> Task<void> {
    Follower follower(followers, context, time);
    auto waiting = follower.wait();
    co_await std::move(waiting);
    ++ended;
    at_end();
  };
  first.spawn(follow([&] { second.reset(); }));
  second->spawn(follow([] {}));
  followers.wake();
  CHECK(ended == 1);
  CHECK(followers.size() == 0);
}
