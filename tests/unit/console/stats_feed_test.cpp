// The live figures as events: one timer for all, encoded once, bounded.
#include "stats_feed.hpp"

#include "catch.hpp"
#include "manual_time.hpp"

#include <parley/net/event_stream.hpp>

using namespace parley;
using namespace parley::console;
using namespace std::chrono_literals;

namespace {

// Gets what is sent to it alone; what is published goes through a connection, which this is not.
class Stream final : public net::EventStream {
 public:
  void send(const net::Frame& frame) override { events.emplace_back(frame.bytes()); }
  std::size_t backlog() const noexcept override { return 0; }
  bool open() const noexcept override { return false; }
  void close() override {}
  std::vector<std::string> events;

 private:
  void joined(net::Fanout*, std::uint32_t) noexcept override {}
};

struct Fixture {
  test::ManualTime time;
  net::Loop loop;
  int readings = 0;
  Figures figures{{{"users", "users", [this] { return static_cast<double>(++readings); }}}, time};
  StatsFeed feed{loop, time, figures, {.interval = 1s, .max_streams = 2}};
};

}  // namespace

TEST_CASE("whoever follows gets the figures at once") {
  Fixture f;
  Stream stream;
  f.feed.enter(stream);
  REQUIRE(stream.events.size() == 1);
  CHECK(stream.events[0].find("event: stats\ndata: {\"at\":") != std::string::npos);
  CHECK(stream.events[0].find("\"users\":1") != std::string::npos);
}

TEST_CASE("one timer serves all, and none runs for nobody") {
  Fixture f;
  CHECK(f.time.timers() == 0);
  Stream first, second;
  f.feed.enter(first);
  f.feed.enter(second);
  CHECK(f.time.timers() == 1);
  const int before = f.readings;
  f.time.advance(1s);
  CHECK(f.readings == before + 1);  // for both
  f.time.advance(2s);
  CHECK(f.readings == before + 3);
  f.feed.leave();
  f.feed.leave();
  f.time.advance(1s);
  CHECK(f.readings == before + 3);
  CHECK(f.time.timers() == 0);
  f.feed.enter(first);
  CHECK(f.time.timers() == 1);
}

TEST_CASE("no more streams than may be") {
  Fixture f;
  Stream first, second;
  f.feed.enter(first);
  CHECK(f.feed.has_room());
  f.feed.enter(second);
  CHECK_FALSE(f.feed.has_room());
  f.feed.leave();
  CHECK(f.feed.has_room());
}
