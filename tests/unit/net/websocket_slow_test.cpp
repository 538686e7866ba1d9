// Peers that take too little or say nothing.
#include "catch.hpp"
#include "live_harness.hpp"

#include <sys/socket.h>

using namespace parley::net;
using namespace parley::net::test;
using namespace std::chrono_literals;

namespace {

constexpr int kSmall = 4096;

// Reads to the close frame; all before it are whole frames of `payload`.
WireFrame close_after(RawClient& client, const std::string& payload) {
  for (;;) {
    const auto frame = client.frame();
    if (frame.opcode == 8) return frame;
    REQUIRE(frame.opcode == 2);
    REQUIRE(frame.payload == payload);
  }
}

}  // namespace

TEST_CASE("a slow consumer is told how to resume, at a frame's border", "[net][websocket]") {
  const bool answers = GENERATE(true, false);
  LiveHarness harness;
  harness.limits.send_buffer = 200'000;
  Recorder::Log log;
  WebSocketOptions options;
  options.slow_reason = "resume after 17";
  auto client = harness.opened(log, options, {}, kSmall);
  const std::string payload(3000, 'p');
  const auto shared = Frame::binary(payload);
  Fanout fanout(harness.loop);
  fanout.join(*log.socket);
  int published = 0;
  SECTION("by broadcast") {
    while (fanout.size() == 1) {
      fanout.publish(shared);
      harness.poll();
      REQUIRE(++published < 1000);
    }
  }
  SECTION("by private messages") {
    while (log.socket->open()) {
      log.socket->send_binary(payload);
      REQUIRE(++published < 1000);
    }
  }
  SECTION("by both, many in a turn") {
    while (log.socket->open()) {
      for (int i = 0; i < 5; ++i) fanout.publish(shared);
      log.socket->send_binary(payload);
      REQUIRE(++published < 1000);
    }
  }
  harness.run_until([&] { return harness.statistics.slow_consumers == 1; });
  CHECK(fanout.size() == 0);
  CHECK(log.closes.empty());
  const auto frame = close_after(client, payload);
  CHECK(frame.close_code() == 1013);
  CHECK(frame.payload.substr(2) == "resume after 17");
  if (answers) {
    client.send(masked_close(1013));
    client.expect_end();
  }
  client.close();
  harness.run_until([&] { return harness.connections.empty(); });
  CHECK(log.closes == std::vector<std::uint16_t>{static_cast<std::uint16_t>(answers ? 1013 : 1006)});
  CHECK(harness.statistics.slow_consumers == 1);
}

TEST_CASE("a consumer that takes nothing at all is cut off", "[net][websocket]") {
  LiveHarness harness;
  harness.limits.send_buffer = 100'000;
  Recorder::Log log;
  auto client = harness.opened(log, {}, {}, kSmall);
  while (log.socket->open()) log.socket->send_binary(std::string(5000, 'x'));
  const auto start = std::chrono::steady_clock::now();
  harness.run_until([&] { return harness.connections.empty(); });
  CHECK(std::chrono::steady_clock::now() - start > 4s);
  CHECK(log.closes == std::vector<std::uint16_t>{1006});
}

TEST_CASE("without progress within the write timeout a peer is too slow", "[net][websocket]") {
  LiveHarness harness;
  harness.limits.write_timeout = 500ms;
  Recorder::Log log;
  auto client = harness.opened(log, {}, {}, kSmall);
  const std::string payload(100'000, 'w');
  log.socket->send_binary(payload);
  log.socket->send_binary(payload);
  harness.run_until([&] { return harness.statistics.slow_consumers == 1; });
  // The frame under way is finished, the one that had not begun is dropped.
  CHECK(client.frame().payload == payload);
  CHECK(client.frame().close_code() == 1013);
}

TEST_CASE("a slow reader that makes progress is left in peace", "[net][websocket]") {
  LiveHarness harness;
  harness.limits.write_timeout = 150ms;
  Recorder::Log log;
  auto client = harness.opened(log, {}, {}, kSmall);
  const std::string payload(400'000, 'w');
  log.socket->send_binary(payload);
  const auto end = std::chrono::steady_clock::now() + 800ms;
  // A little at a time, for several timeouts.
  harness.run_until([&] {
    const auto now = std::chrono::steady_clock::now();
    const auto share = 1.0 - std::chrono::duration<double>(end - now) / 800ms;
    if (static_cast<double>(client.received.size()) < share * 300'000) client.receive();
    return now > end;
  });
  CHECK(harness.statistics.slow_consumers == 0);
  CHECK(client.frame().payload == payload);
}

TEST_CASE("a peer that sends pings and reads nothing is held back", "[net][websocket]") {
  LiveHarness harness;
  Recorder::Log log;
  auto client = harness.opened(log, {}, {}, kSmall);
  const auto ping = masked(0x89, std::string(125, 'p'));
  std::string pings;
  for (int i = 0; i < 100; ++i) pings += ping;
  std::size_t sent = 0;
  const std::size_t most = 64u << 20;
  for (int idle = 0; idle < 50 && sent < most;) {
    const auto n = ::send(client.fd(), pings.data(), pings.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (n > 0) sent += static_cast<std::size_t>(n);
    idle = n > 0 ? 0 : idle + 1;
    harness.poll();
  }
  CHECK(sent < most);
  REQUIRE(log.socket != nullptr);
  CHECK(log.socket->backlog() < 300'000);
  // Reading frees it.
  harness.run_until([&] {
    client.receive();
    return client.received.size() > 600'000;
  });
  CHECK(log.closes.empty());
}

TEST_CASE("a peer that does not read its answers is not listened to", "[net][websocket]") {
  LiveHarness harness;
  harness.limits.send_buffer = 200'000;
  Recorder::Log log;
  log.on_message = [](WebSocket& socket, std::string_view message, bool) { socket.send_binary(message); };
  auto client = harness.opened(log, {}, {}, kSmall);
  const std::string payload(10'000, 'e');
  const auto frame = masked(0x82, payload);
  std::string waiting;
  std::size_t frames = 0;
  for (int idle = 0; idle < 50 && frames < 10'000;) {
    if (waiting.empty()) waiting = frame, ++frames;
    const auto n = ::send(client.fd(), waiting.data(), waiting.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (n > 0) waiting.erase(0, static_cast<std::size_t>(n));
    idle = n > 0 ? 0 : idle + 1;
    harness.poll();
  }
  CHECK(frames < 10'000);
  CHECK(harness.statistics.slow_consumers == 0);
  client.send(waiting);
  for (std::size_t i = 0; i < frames; ++i) REQUIRE(client.frame().payload == payload);
}

TEST_CASE("a ping comes when its interval is over", "[net][websocket]") {
  LiveHarness harness;
  harness.limits.ping_interval = 300ms;
  harness.limits.pong_timeout = 500ms;
  Recorder::Log log;
  const auto start = std::chrono::steady_clock::now();
  auto client = harness.opened(log);
  REQUIRE(client.frame().opcode == 9);
  CHECK(std::chrono::steady_clock::now() - start >= 300ms);
}

TEST_CASE("pings go out in intervals, and any answer keeps the connection", "[net][websocket]") {
  LiveHarness harness;
  harness.limits.ping_interval = 100ms;
  harness.limits.pong_timeout = 400ms;
  Recorder::Log log;
  auto client = harness.opened(log);
  SECTION("a pong") {
    const auto start = std::chrono::steady_clock::now();
    for (int i = 0; i < 8; ++i) {
      const auto frame = client.frame();
      REQUIRE(frame.opcode == 9);
      client.send(masked(0x8a, frame.payload));
    }
    CHECK(std::chrono::steady_clock::now() - start >= 700ms);
  }
  SECTION("a message") {
    for (int i = 0; i < 8; ++i) {
      REQUIRE(client.frame().opcode == 9);
      client.send(masked(0x81, "here"));
    }
  }
  SECTION("a ping") {
    for (int i = 0; i < 8; ++i) {
      WireFrame frame;
      do frame = client.frame();
      while (frame.opcode == 10);
      REQUIRE(frame.opcode == 9);
      client.send(masked(0x89, ""));
    }
  }
  CHECK(log.closes.empty());
  CHECK(harness.statistics.timeouts == 0);
}

TEST_CASE("a silent peer is given up", "[net][websocket]") {
  LiveHarness harness;
  harness.limits.ping_interval = 100ms;
  harness.limits.pong_timeout = 300ms;
  Recorder::Log log;
  auto client = harness.opened(log);
  const auto start = std::chrono::steady_clock::now();
  SECTION("open") {}
  SECTION("in the middle of a message") {
    client.send(masked(0x01, "half"));
  }
  harness.run_until([&] { return harness.connections.empty(); });
  CHECK(std::chrono::steady_clock::now() - start >= 300ms);
  CHECK(log.closes == std::vector<std::uint16_t>{1006});
  CHECK(harness.statistics.timeouts == 1);
  client.expect_end();
}

TEST_CASE("a peer that the application does not listen to is not given up", "[net][websocket]") {
  LiveHarness harness;
  harness.limits.ping_interval = 50ms;
  harness.limits.pong_timeout = 200ms;
  Recorder::Log log;
  auto client = harness.opened(log);
  log.on_message = [](WebSocket& socket, std::string_view, bool) { socket.pause(); };
  client.send(masked(0x81, "pause"));
  for (int i = 0; i < 12; ++i) REQUIRE(client.frame().opcode == 9);
  CHECK(log.closes.empty());
  log.socket->resume();
  harness.run_until([&] { return harness.connections.empty(); });
  CHECK(harness.statistics.timeouts == 1);
}
