#include "catch.hpp"
#include "manual_time.hpp"

#include <parley/log_cursor.hpp>

#include <stdexcept>
#include <vector>

using namespace parley;
using namespace std::chrono_literals;

namespace {

// Entries are their own positions. What a call of the port does is up to the test.
class NumberCursor final : public LogCursor {
 public:
  NumberCursor(const Environment& environment, std::optional<std::int64_t> after)
      : LogCursor(environment, after) {}

  std::function<Task<Result<void>>(const CallContext&, Sink<std::int64_t>)> port;
  std::function<Task<bool>(std::int64_t)> taking;  // instead of taking at once
  std::vector<std::optional<std::int64_t>> called_with;
  std::vector<std::chrono::milliseconds> waits;
  std::vector<std::string> reasons;
  std::vector<std::int64_t> taken;

  std::int64_t position_behind(const LogGap& gap) const { return behind(gap); }

 private:
  Task<Result<void>> follow(CallContext context, std::optional<std::int64_t> after, Outbound& out) override {
    called_with.push_back(after);
    auto calling = port(context, Sink<std::int64_t>(out));
    auto outcome = co_await std::move(calling);
    co_return outcome;
  }
  Task<bool> take(const void* update) override {
    const auto entry = *static_cast<const std::int64_t*>(update);
    bool more = true;
    if (taking) {
      auto waiting = taking(entry);
      more = co_await std::move(waiting);
    }
    taken.push_back(entry);
    position_ = entry;
    co_return more;
  }
  void broke_off(const Error& error, std::chrono::milliseconds wait) override {
    reasons.push_back(error.message);
    waits.push_back(wait);
  }
};

struct Harness {
  test::ManualTime time;
  LogCursor::Environment environment{time, time};
  std::optional<NumberCursor> cursor;
  std::optional<Resume<bool>> held;  // a call or a take() that waits
  bool ended = false;
  TaskGroup tasks{[](std::exception_ptr) { FAIL("no exception was expected"); }};

  explicit Harness(std::optional<std::int64_t> after = 0) { cursor.emplace(environment, after); }

  void run() {
    auto running = [](Harness& h) -> Task<void> {
      auto work = h.cursor->run();
      co_await std::move(work);
      h.ended = true;
    };
    tasks.spawn(running(*this));
  }
  Task<bool> hold() {
    const bool value =
        co_await callback<bool>([this](Resume<bool> resume) { held.emplace(std::move(resume)); });
    co_return value;
  }
  void release(bool value = true) {
    auto resume = std::move(*held);
    held.reset();
    resume(value);
  }
  // A port that sends `entries`, then waits for the end of the call.
  auto sends_then_waits(std::vector<std::int64_t> entries) {
    return [this, entries](const CallContext& context, Sink<std::int64_t> sink) -> Task<Result<void>> {
      return send_then_wait(context, sink, entries);
    };
  }
  Task<Result<void>> send_then_wait(CallContext context, Sink<std::int64_t> sink,
                                    std::vector<std::int64_t> entries) {
    for (const auto entry : entries) {
      auto sending = sink.send(entry);
      const bool more = co_await std::move(sending);
      if (!more) co_return fail(Code::cancelled, "the receiver has gone");
    }
    context.cancellation->on_cancel([this] { release(false); });
    auto holding = hold();
    co_await std::move(holding);
    context.cancellation->on_cancel(nullptr);
    co_return fail(Code::cancelled, "the call was cancelled");
  }
};

Task<Result<void>> down(const CallContext&, Sink<std::int64_t>) {
  co_return fail(Code::unavailable, "the port is down");
}

}  // namespace

TEST_CASE("a cursor waits twice as long after each call that gave nothing, up to a limit") {
  Harness h;
  h.cursor->port = down;
  h.run();
  std::vector<std::chrono::milliseconds> expected{100ms};
  for (int i = 0; i < 8; ++i) {
    h.time.advance(expected.back() - 1ms);
    CHECK(h.cursor->waits == expected);
    h.time.advance(1ms);
    expected.push_back(std::min<std::chrono::milliseconds>(expected.back() * 2, LogCursor::last_backoff));
    CHECK(h.cursor->waits == expected);
  }
  CHECK(expected.back() == LogCursor::last_backoff);
  CHECK(h.cursor->reasons.front() == "the port is down");
}

TEST_CASE("a cursor that received something begins again soon, behind it") {
  Harness h;
  h.cursor->port = down;
  h.run();
  h.time.advance(100ms);
  h.time.advance(200ms);
  REQUIRE(h.cursor->waits.back() == 400ms);
  h.cursor->port = [](const CallContext&, Sink<std::int64_t> sink) -> Task<Result<void>> {
    for (const std::int64_t entry : {1, 2}) {
      auto sending = sink.send(entry);
      (void)co_await std::move(sending);
    }
    co_return Result<void>{};
  };
  h.time.advance(400ms);
  CHECK(h.cursor->taken == std::vector<std::int64_t>{1, 2});
  CHECK(h.cursor->waits.back() == LogCursor::first_backoff);
  CHECK(h.cursor->reasons.back() == "the stream ended");
  h.cursor->port = down;
  h.time.advance(100ms);
  CHECK(h.cursor->called_with.back() == 2);
}

TEST_CASE("a port that throws is called again like one that answers an error") {
  Harness h;
  h.cursor->port = [](const CallContext&, Sink<std::int64_t>) -> Task<Result<void>> {
    throw std::runtime_error("no");
  };
  h.run();
  CHECK(h.cursor->reasons == std::vector<std::string>{"the call failed: no"});
  h.cursor->port = h.sends_then_waits({1});
  h.time.advance(100ms);
  CHECK(h.cursor->taken == std::vector<std::int64_t>{1});
  h.cursor->stop_now();
  CHECK(h.ended);
}

TEST_CASE("a cursor ends when it is told to, wherever it is") {
  Harness h;
  SECTION("while the port waits") {
    h.cursor->port = h.sends_then_waits({1});
    h.run();
    h.cursor->stop();
    CHECK_FALSE(h.ended);  // whoever calls it may be within the port
    h.time.drain();
  }
  SECTION("from within the port") {
    h.cursor->port = [&](const CallContext& context, Sink<std::int64_t> sink) -> Task<Result<void>> {
      h.cursor->stop();
      return h.send_then_wait(context, sink, {1});
    };
    h.run();
    CHECK(h.cursor->taken.empty());
    h.time.drain();
  }
  SECTION("during a pause") {
    h.cursor->port = down;
    h.run();
    h.cursor->stop_now();
  }
  SECTION("during take()") {
    h.cursor->port = h.sends_then_waits({1, 2});
    h.cursor->taking = [&](std::int64_t) { return h.hold(); };
    h.run();
    h.cursor->stop_now();
    CHECK_FALSE(h.ended);
    h.release();  // the entry at hand is still taken, the next one is not
    CHECK(h.cursor->taken == std::vector<std::int64_t>{1});
  }
  SECTION("by take() itself") {
    h.cursor->port = h.sends_then_waits({1, 2});
    h.cursor->taking = [](std::int64_t) -> Task<bool> { return false; };
    h.run();
    CHECK(h.cursor->taken == std::vector<std::int64_t>{1});
  }
  CHECK(h.ended);
  CHECK(h.tasks.size() == 0);
  CHECK(h.time.timers() == 0);
}

TEST_CASE("a cursor that goes away is not reached by a stop that was posted") {
  Harness h;
  h.cursor->stop();
  h.cursor.reset();
  h.time.drain();
  CHECK(h.tasks.size() == 0);
}

TEST_CASE("without a position a cursor starts at what comes, also after a call that gave nothing") {
  Harness h(std::nullopt);
  h.cursor->port = down;
  h.run();
  h.time.advance(100ms);
  CHECK(h.cursor->called_with == std::vector<std::optional<std::int64_t>>{std::nullopt, std::nullopt});
  CHECK_FALSE(h.cursor->position());
  h.cursor->port = h.sends_then_waits({7});
  h.time.advance(200ms);
  CHECK(h.cursor->position() == 7);
  h.cursor->stop_now();
}

TEST_CASE("behind a gap is its end, or the start of a log that was replaced by a shorter one") {
  Harness h(5);
  CHECK(h.cursor->position_behind({6, 9}) == 9);
  CHECK(h.cursor->position_behind({3, 5}) == 0);
  CHECK(h.cursor->position_behind({5, 5}) == 0);
  h.cursor.emplace(h.environment, std::nullopt);
  CHECK(h.cursor->position_behind({1, 4}) == 4);
}
