#include "catch.hpp"
#include "frame_body.hpp"
#include "live_harness.hpp"

using namespace parley::net;
using namespace parley::net::test;

namespace {

// A peer of another make, as tests of modules have.
struct PlainPeer final : Peer {
  std::string got;
  Fanout* fanout = nullptr;
  std::uint32_t index = 0;
  void send(const Frame& frame) override { got += frame.bytes().substr(2); }
  std::size_t backlog() const noexcept override { return 0; }
  bool open() const noexcept override { return true; }

 private:
  void joined(Fanout* to, std::uint32_t at) noexcept override {
    fanout = to;
    index = at;
  }
};

struct Member {
  explicit Member(LiveHarness& harness) : client(harness.opened(log)) {}
  Recorder::Log log;
  RawClient client;
  WebSocket& socket() { return *log.socket; }
};

}  // namespace

TEST_CASE("members get what is published while they are members, in order", "[net][fanout]") {
  LiveHarness harness;
  Fanout fanout(harness.loop);
  Member a(harness), b(harness), c(harness);
  fanout.publish(Frame::text("nobody"));
  fanout.join(a.socket());
  fanout.join(a.socket());
  CHECK(fanout.size() == 1);
  // All within one turn of the loop.
  fanout.publish(Frame::text("1"));
  fanout.join(b.socket());
  fanout.publish(Frame::text("2"));
  b.socket().send_text("private to b");
  fanout.publish(Frame::text("3"));
  fanout.leave(a.socket());
  fanout.join(c.socket());
  fanout.publish(Frame::text("4"));
  a.socket().send_text("bye");
  fanout.leave(a.socket());  // twice does nothing
  CHECK(fanout.size() == 2);

  const auto read = [](Member& member, std::initializer_list<const char*> expected) {
    for (const char* text : expected) REQUIRE(member.client.frame().payload == text);
    REQUIRE(member.client.received.empty());
  };
  read(a, {"1", "2", "3", "bye"});
  read(b, {"2", "private to b", "3", "4"});
  read(c, {"4"});
}

TEST_CASE("joining another fan-out leaves the first", "[net][fanout]") {
  LiveHarness harness;
  Fanout first(harness.loop), second(harness.loop);
  Member a(harness);
  first.join(a.socket());
  first.publish(Frame::text("first"));
  second.join(a.socket());
  CHECK(first.size() == 0);
  CHECK(second.size() == 1);
  first.publish(Frame::text("not for a"));
  second.publish(Frame::text("second"));
  CHECK(a.client.frame().payload == "first");
  CHECK(a.client.frame().payload == "second");
}

TEST_CASE("a connection that ends leaves its fan-out", "[net][fanout]") {
  LiveHarness harness;
  Fanout fanout(harness.loop);
  Member a(harness), b(harness), c(harness);
  for (auto* member : {&a, &b, &c}) fanout.join(member->socket());
  SECTION("closed by the server") {
    b.socket().close(1000, "");
  }
  SECTION("closed by the client") {
    b.client.send(masked_close(1000));
  }
  SECTION("gone") {
    b.client.close();
  }
  harness.run_until([&] { return fanout.size() == 2; });
  if (b.log.socket) {
    CHECK_FALSE(b.socket().open());
    fanout.join(b.socket());
    CHECK(fanout.size() == 2);
  }
  fanout.publish(Frame::text("still here"));
  CHECK(a.client.frame().payload == "still here");
  CHECK(c.client.frame().payload == "still here");
}

TEST_CASE("destroying a fan-out sends what was published and lets its members go", "[net][fanout]") {
  LiveHarness harness;
  auto fanout = std::make_unique<Fanout>(harness.loop);
  Member a(harness);
  PlainPeer plain;
  fanout->join(a.socket());
  fanout->join(plain);
  fanout->publish(Frame::text("last"));
  fanout.reset();
  CHECK(plain.fanout == nullptr);
  CHECK(a.client.frame().payload == "last");
  CHECK(a.socket().open());
  Fanout next(harness.loop);
  next.join(a.socket());
  next.publish(Frame::text("next"));
  CHECK(a.client.frame().payload == "next");
}

TEST_CASE("a peer of another make is sent to at once", "[net][fanout]") {
  LiveHarness harness;
  Fanout fanout(harness.loop);
  PlainPeer one, two;
  fanout.join(one);
  fanout.join(two);
  fanout.join(one);
  CHECK(fanout.size() == 2);
  fanout.publish(Frame::text("a"));
  fanout.leave(one);
  CHECK(one.fanout == nullptr);
  CHECK(two.index == 0);
  fanout.publish(Frame::text("b"));
  CHECK(one.got == "a");
  CHECK(two.got == "ab");
  fanout.leave(two);
}

TEST_CASE("large frames reach every member whole", "[net][fanout]") {
  LiveHarness harness;
  Fanout fanout(harness.loop);
  Member a(harness), b(harness);
  fanout.join(a.socket());
  fanout.join(b.socket());
  const std::vector<std::size_t> sizes{10, 300'000, 20, 70'000, 5000, 1'000'000, 3};
  for (const auto size : sizes)
    fanout.publish(Frame::binary(std::string(size, static_cast<char>('a' + size % 26))));
  for (auto* member : {&a, &b})
    for (const auto size : sizes)
      REQUIRE(member->client.frame().payload == std::string(size, static_cast<char>('a' + size % 26)));
}

TEST_CASE("shared frames keep off what the protocol engine writes", "[net][fanout]") {
  LiveHarness harness;
  Fanout fanout(harness.loop);
  Member a(harness);
  fanout.join(a.socket());
  a.log.on_message = [&](WebSocket& socket, std::string_view message, bool) {
    fanout.publish(Frame::text(message));
    socket.send_text(message);
  };
  // Pings, fragments and messages in every order; the loop is left alone in between now and then.
  std::size_t texts = 0, pings = 0;
  std::string batch;
  for (int i = 0; i < 600; ++i) {
    const auto text = std::to_string(i);
    switch (i % 5) {
      case 0:
        batch += masked(0x89, "ping " + text);
        ++pings;
        break;
      case 1:
        batch += masked(0x01, text) + masked(0x89, "in " + text) + masked(0x00, "-") + masked(0x80, "x");
        ++pings, ++texts;
        break;
      default:
        batch += masked(0x81, text + std::string(static_cast<std::size_t>(i), '.'));
        ++texts;
    }
    fanout.publish(Frame::binary(text));
    if (i % 17 == 0) a.client.send(std::exchange(batch, {}));
  }
  a.client.send(batch);
  std::size_t got_texts = 0, got_pongs = 0, got_binaries = 0;
  while (got_texts < 2 * texts || got_pongs < pings || got_binaries < 600) {
    const auto frame = a.client.frame();
    REQUIRE(frame.fin);
    REQUIRE(frame.rsv == 0);
    if (frame.opcode == 1)
      ++got_texts;
    else if (frame.opcode == 2)
      REQUIRE(frame.payload == std::to_string(got_binaries++));
    else if (frame.opcode == 10)
      ++got_pongs;
    else
      FAIL("unexpected opcode " << frame.opcode);
  }
  // After the peer's close nothing but the answer comes, whatever is published.
  a.client.send(masked_close(1000, "done"));
  harness.run_until([&] {
    fanout.publish(Frame::text("more"));
    return fanout.size() == 0 || a.client.ended();
  });
  WireFrame frame;
  do frame = a.client.frame();
  while (frame.opcode == 1);
  CHECK(frame.opcode == 8);
  CHECK(frame.close_code() == 1000);
  a.client.expect_end();
  CHECK(a.client.received.empty());
}

TEST_CASE("two thousand members get every frame once", "[net][fanout]") {
  constexpr std::size_t kMembers = 2000, kFrames = 32;
  LiveHarness harness;
  Fanout fanout(harness.loop);
  std::vector<std::unique_ptr<Member>> members;
  for (std::size_t i = 0; i < kMembers; ++i) {
    members.push_back(std::make_unique<Member>(harness));
    fanout.join(members.back()->socket());
  }
  std::string expected;
  for (std::size_t i = 0; i < kFrames; ++i) {
    const auto frame = Frame::text("message " + std::to_string(i));
    expected += frame.bytes();
    fanout.publish(frame);
  }
  for (auto& member : members) {
    member->client.expect_bytes(expected.size());
    REQUIRE(member->client.received == expected);
  }
  CHECK(harness.statistics.websockets == kMembers);
}
