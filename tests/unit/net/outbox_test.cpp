#include "outbox.hpp"

#include "catch.hpp"
#include "frame_body.hpp"
#include "live_harness.hpp"

using namespace parley::net;
using namespace parley::net::test;

namespace {

struct Owner final : Outbox::Owner {
  std::shared_ptr<void> alive = std::make_shared<int>(0);
  int drains = 0, overflows = 0, breaks = 0, gone = 0;
  std::shared_ptr<void> keep_alive() override { return alive; }
  void drained() override { ++drains; }
  void overflowed() override { ++overflows; }
  void broken() override { ++breaks; }
  void loop_gone() noexcept override { ++gone; }
};

constexpr std::size_t kBudget = 100'000;
constexpr int kSmall = 4096;  // kernel buffers, so that backlogs come about

struct Fixture {
  explicit Fixture(int buffers = 0)
      : pair(harness.connect(buffers)),
        outbox(*harness.loop.impl().corks, std::move(pair.server), owner, kBudget, bytes_out),
        client(pair.client) {}
  // Sends until the kernel takes no more and `bytes` wait.
  void fill(std::size_t bytes) {
    while (outbox.backlog() < bytes) {
      outbox.send(Frame::binary(std::string(1000, 'f')));
      harness.poll();
    }
  }

  LiveHarness harness;
  LiveHarness::Pair pair;
  Owner owner;
  std::uint64_t bytes_out = 0;
  Outbox outbox;
  RawClient& client;
};

}  // namespace

TEST_CASE("what one turn produces leaves in one write, in order", "[net][outbox]") {
  Fixture f;
  auto& io = f.harness.loop.impl().io;
  f.outbox.send(Frame::text("one"));
  // Output that comes while the loop goes on producing waits for the end of it.
  for (int hop = 0; hop < 20; ++hop) {
    io.restart();
    REQUIRE(io.poll_one() == 1);
    f.client.receive();
    REQUIRE(f.client.received.empty());
    f.outbox.send_copy("2", "-");
  }
  const auto large = Frame::binary(std::string(9000, 'l'));
  f.outbox.send(large);
  f.outbox.send_copy("end");
  const auto all = f.outbox.backlog();
  f.harness.poll();
  f.client.expect_bytes(all);
  std::string expected(Frame::text("one").bytes());
  for (int i = 0; i < 20; ++i) expected += "2-";
  expected.append(large.bytes()).append("end");
  CHECK(f.client.received == expected);
  CHECK(f.outbox.backlog() == 0);
  CHECK(f.bytes_out == expected.size());
}

TEST_CASE("a producer that never pauses does not keep output back for ever", "[net][outbox]") {
  Fixture f;
  bool stop = false;
  std::function<void()> produce = [&] {
    if (stop) return;
    f.outbox.send_copy("x");
    f.harness.loop.post(produce);
  };
  produce();
  auto& io = f.harness.loop.impl().io;
  for (int turn = 0; turn < 2000 && f.client.received.empty(); ++turn) {
    io.restart();
    REQUIRE(io.poll_one() == 1);
    f.client.receive();
  }
  stop = true;
  // How much is gathered depends on how long a turn takes here; the bound in turns holds anywhere.
  CHECK(f.client.received.size() > 1);
  CHECK(f.client.received.size() <= 600);
}

TEST_CASE("a shared frame is sent from where the reader begins", "[net][outbox]") {
  Fixture f;
  const auto shared = Frame::binary(std::string(50'000, 's'));
  f.outbox.send(shared, 49'000);
  f.outbox.send(shared, 10);
  f.client.expect_bytes(50'004 - 49'000 + 49'994);
  CHECK(f.client.received.size() == shared.bytes().size() - 49'000 + shared.bytes().size() - 10);
}

TEST_CASE("bytes survive partial writes", "[net][outbox]") {
  Fixture f(kSmall);
  std::string expected;
  for (int i = 0; i < 90; ++i) {
    const auto frame =
        Frame::binary(std::string(static_cast<std::size_t>(i * 13), static_cast<char>('a' + i % 26)));
    if (i % 3 == 0)
      f.outbox.send(frame);
    else
      f.outbox.send_copy(frame.bytes());
    expected += frame.bytes();
    if (i % 7 == 0) f.harness.poll();
  }
  REQUIRE(f.outbox.backlog() > 0);
  CHECK(f.outbox.stalled_since());
  f.client.expect_bytes(expected.size());
  CHECK(f.client.received == expected);
  f.harness.poll();
  CHECK(f.outbox.backlog() == 0);
  CHECK_FALSE(f.outbox.stalled_since());
}

TEST_CASE("past the budget nothing is accepted, and the owner hears of it once", "[net][outbox]") {
  Fixture f(kSmall);
  f.fill(kBudget);
  f.outbox.send(Frame::text("over"));  // at the budget's edge one frame may go beyond
  f.outbox.send(Frame::text("refused"));
  const auto backlog = f.outbox.backlog();
  CHECK(backlog <= kBudget + 1100);
  CHECK_FALSE(f.outbox.accepts());
  CHECK(f.owner.overflows == 0);  // never inline
  f.harness.poll();
  CHECK(f.owner.overflows == 1);
  f.outbox.send(Frame::text("refused"));
  CHECK(f.outbox.backlog() == backlog);

  SECTION("dropping ends at a frame's border, and the last bytes follow") {
    f.client.receive();  // part of it has gone; the rest is cut
    f.outbox.drop_unsent(wire::frame_border);
    CHECK(f.outbox.backlog() <= 1004);
    f.outbox.finish(wire::close_frame(1013, "slow"));
    f.outbox.send(Frame::text("too late"));
    WireFrame frame;
    do frame = f.client.frame();
    while (frame.opcode == 2 && frame.payload == std::string(1000, 'f'));
    CHECK(frame.opcode == 8);
    CHECK(frame.close_code() == 1013);
    f.harness.poll();
    CHECK(f.client.received.empty());
    CHECK(f.outbox.backlog() == 0);
  }
}

TEST_CASE("one frame larger than the budget fits into an empty outbox", "[net][outbox]") {
  Fixture f(kSmall);
  const auto large = Frame::binary(std::string(3 * kBudget, 'L'));
  f.outbox.send(large);
  CHECK(f.outbox.accepts());
  f.client.expect_bytes(large.bytes().size());
  CHECK(f.client.received == large.bytes());
  CHECK(f.owner.overflows == 0);
}

TEST_CASE("a large backlog is offered to the kernel before it counts as too slow", "[net][outbox]") {
  Fixture f;
  std::size_t sent = 0;
  // Within one turn: 2 MB against a budget of 100 kB, to a client whose kernel takes all of it.
  for (int i = 0; i < 20; ++i) {
    const auto frame = Frame::binary(std::string(20'000, 'x'));
    f.outbox.send(frame);
    sent += frame.bytes().size();
    f.client.receive();
  }
  f.client.expect_bytes(sent);
  CHECK(f.owner.overflows == 0);
}

TEST_CASE("frames of ours wait while another writer is inside a frame", "[net][outbox]") {
  Fixture f;
  f.outbox.write(
      "\x81\x04"
      "ab");
  f.outbox.border(false);
  f.outbox.send(Frame::text("ours"));
  f.outbox.send_copy("\x81\x01", "!");
  CHECK(f.outbox.backlog() == 4 + 6 + 3);
  f.outbox.write("cd");
  f.outbox.border(true);
  CHECK(f.client.frame().payload == "abcd");
  CHECK(f.client.frame().payload == "ours");
  CHECK(f.client.frame().payload == "!");

  SECTION("and the last bytes too") {
    f.outbox.write("\x01\x01x");
    f.outbox.border(false);
    f.outbox.finish(wire::close_frame(1000, ""));
    f.outbox.send(Frame::text("late"));
    CHECK_FALSE(f.outbox.accepts());
    f.outbox.write(std::string("\x80\x00", 2));
    f.outbox.border(true);
    CHECK(f.client.frame().opcode == 1);
    CHECK(f.client.frame().opcode == 0);
    CHECK(f.client.frame().opcode == 8);
    f.outbox.write("\x8a");
    CHECK(f.outbox.backlog() == 0);
  }
  SECTION("after the other's close they are dropped") {
    f.outbox.write("\x88\x02");
    f.outbox.border(false);
    f.outbox.send(Frame::text("ours"));
    f.outbox.write("\x03\xe8");
    f.outbox.seal();
    f.outbox.border(true);
    CHECK(f.client.frame().close_code() == 1000);
    f.harness.poll();
    CHECK(f.client.received.empty());
    CHECK(f.outbox.backlog() == 0);
  }
}

TEST_CASE("a protected head survives an overflow", "[net][outbox]") {
  Fixture f(kSmall);
  const std::string head(40'000, 'h');
  f.outbox.send_copy(head);
  f.outbox.protect();
  f.fill(kBudget);
  f.outbox.send(Frame::text("over"));
  f.outbox.send(Frame::text("refused"));
  f.harness.poll();
  REQUIRE(f.owner.overflows == 1);
  f.outbox.drop_unsent(wire::frame_border);
  f.outbox.finish("the end");
  CHECK(f.client.until("the end") == head + "the end");
}

TEST_CASE("a watcher is told once that the backlog has shrunk", "[net][outbox]") {
  Fixture f(kSmall);
  f.outbox.watch(10);
  f.harness.poll();
  CHECK(f.owner.drains == 1);  // it was below, but never inline
  f.fill(50'000);
  f.outbox.watch(10'000);
  f.harness.poll();
  CHECK(f.owner.drains == 1);
  f.harness.run_until([&] {
    f.client.receive();
    return f.owner.drains == 2;
  });
  CHECK(f.outbox.backlog() <= 10'000);
  f.harness.run_until([&] {
    f.client.receive();
    return f.outbox.backlog() == 0;
  });
  CHECK(f.owner.drains == 2);
}

TEST_CASE("a failed write is told once, and what is sent afterwards goes nowhere", "[net][outbox]") {
  Fixture f;
  f.client.close();
  f.harness.run_until([&] {
    f.outbox.send(Frame::text("x"));
    return f.owner.breaks > 0;
  });
  CHECK(f.outbox.dead());
  CHECK(f.outbox.backlog() == 0);
  f.outbox.send(Frame::text("x"));
  f.harness.poll();
  CHECK(f.owner.breaks == 1);
}

TEST_CASE("aborting closes the socket and tells nobody", "[net][outbox]") {
  Fixture f(kSmall);
  f.fill(50'000);
  f.outbox.abort();
  CHECK(f.outbox.backlog() == 0);
  f.client.expect_end();
  f.harness.poll();
  CHECK(f.owner.breaks + f.owner.drains + f.owner.overflows == 0);
}

TEST_CASE("outboxes may outlive the loop", "[net][outbox]") {
  Owner owner;
  std::uint64_t bytes_out = 0;
  auto harness = std::make_unique<LiveHarness>();
  auto corks = std::make_unique<Corks>(harness->loop.impl().io);
  auto pair = harness->connect();
  Outbox outbox(*corks, std::move(pair.server), owner, kBudget, bytes_out);
  outbox.send(Frame::text("x"));
  corks.reset();
  CHECK(owner.gone == 1);
  outbox.send(Frame::text("y"));
  harness->poll();
  pair.client.receive();
  CHECK(pair.client.received.empty());
}
