// Violations of the protocol and the ways a connection ends.
#include "catch.hpp"
#include "live_harness.hpp"

#include <random>

using namespace parley::net;
using namespace parley::net::test;

namespace {

std::string bytes(std::initializer_list<int> values) {
  std::string out;
  for (const int value : values) out.push_back(static_cast<char>(value));
  return out;
}

struct Case {
  const char* name;
  std::string sent;
  std::uint16_t code;
  std::size_t whole = 0;  // messages that are complete before the violation
};

std::vector<Case> violations() {
  const std::string key(4, '\0');
  std::vector<Case> cases{
      {"unmasked", bytes({0x81, 1, 'x'}), 1002},
      {"RSV1", masked(0xc1, "x"), 1002},
      {"RSV2", masked(0xa1, "x"), 1002},
      {"RSV3", masked(0x91, "x"), 1002},
      {"RSV on a ping", masked(0xc9, "x"), 1002},
      {"RSV1 on a continuation", masked(0x01, "x") + masked(0xc0, "y"), 1002},
      {"fragmented ping", masked(0x09, "x"), 1002},
      {"fragmented close", masked(0x08, ""), 1002},
      {"ping of 126 bytes", masked(0x89, std::string(126, 'x')), 1002},
      {"close of 126 bytes", masked(0x88, std::string(126, 'x')), 1002},
      {"continuation of nothing", masked(0x80, "x"), 1002},
      {"unfinished continuation of nothing", masked(0x00, "x"), 1002},
      {"continuation after the end", masked(0x01, "a") + masked(0x80, "b") + masked(0x80, "c"), 1002, 1},
      {"new message inside a message", masked(0x01, "a") + masked(0x81, "b"), 1002},
      {"binary inside a text", masked(0x01, "a") + masked(0x82, "b"), 1002},
      {"16-bit length that fits 7", bytes({0x82, 0xfe, 0, 5}) + key + "12345", 1002},
      {"64-bit length that fits 16",
       bytes({0x82, 0xff, 0, 0, 0, 0, 0, 0, 1, 0}) + key + std::string(256, 'x'), 1002},
      {"close with one byte", masked(0x88, "x"), 1002},
      {"close with a bad reason",
       masked_close(1000, "\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5\xed\xa0\x80"), 1002},
      {"text that is not UTF-8", masked(0x81, "\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5\xed\xa0\x80"),
       1007},
      {"text that ends inside a character", masked(0x81, "\xce\xba\xe1\xbd"), 1007},
      {"text that ends inside a character, fragmented", masked(0x01, "\xce\xba") + masked(0x80, "\xe1\xbd"),
       1007},
      {"text that ends inside a character, with an empty fragment behind it",
       masked(0x01, "caf\xc3") + masked(0x80, ""), 1007},
      {"over-long encoding", masked(0x81, "\xc0\xaf"), 1007},
      {"beyond U+10FFFF", masked(0x81, "\xf4\x90\x80\x80"), 1007},
      {"too long", masked(0x82, std::string(5001, 'x')), 1009},
      {"too long in fragments", masked(0x02, std::string(3000, 'x')) + masked(0x80, std::string(2001, 'x')),
       1009},
      {"too long by its header", bytes({0x82, 0xff, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}) + key,
       1009},
      // Nobody has to wait for the end of a message that cannot become valid.
      {"bad UTF-8 in the first fragment", masked(0x01, "ok\xff"), 1007},
      {"bad UTF-8 in half a frame",
       bytes({0x81, 0xff, 0, 0, 0, 0, 0, 0, 0x10, 0x00}).replace(1, 9, bytes({0xfe, 0x10, 0x00})) + key +
           "a\xff",
       1007},
  };
  for (const int opcode : {3, 4, 5, 6, 7, 11, 12, 13, 14, 15})
    cases.push_back({"reserved opcode", masked(0x80u | static_cast<unsigned>(opcode), ""), 1002});
  for (const int code : {0, 999, 1004, 1005, 1006, 1016, 1100, 2000, 2999, 5000, 65535})
    cases.push_back({"bad close code", masked_close(static_cast<std::uint16_t>(code)), 1002});
  return cases;
}

}  // namespace

TEST_CASE("each violation is answered with its close code, and the connection ends", "[net][websocket]") {
  LiveHarness harness;
  for (const auto& violation : violations()) {
    INFO(violation.name);
    Recorder::Log log;
    WebSocketOptions options;
    options.max_message = 5000;
    auto client = harness.opened(log, std::move(options));
    client.send(masked(0x81, "before") + violation.sent);
    const auto frame = client.frame();
    REQUIRE(frame.opcode == 8);
    CHECK(frame.close_code() == violation.code);
    client.send(masked(0x81, "after"));
    client.expect_end();
    CHECK(client.received.empty());
    client.close();
    harness.run_until([&] { return harness.connections.empty(); });
    CHECK(log.messages.front() == "before");
    CHECK(log.messages.size() == 1 + violation.whole);
    CHECK(log.closes == std::vector<std::uint16_t>{1006});
    CHECK(log.destroyed == 1);
  }
  CHECK(harness.statistics.websockets == 0);
}

TEST_CASE("mutilated streams end their own connection and nothing else", "[net][websocket]") {
  LiveHarness harness;
  harness.limits.deflate = true;
  Fanout fanout(harness.loop);
  Recorder::Log witness_log;
  auto witness = harness.opened(witness_log);
  std::mt19937 random(20250101);
  const auto pick = [&](std::size_t below) { return static_cast<std::size_t>(random() % below); };
  for (int round = 0; round < 400; ++round) {
    Recorder::Log log;
    log.on_open = [&](WebSocket& socket) { fanout.join(socket); };
    log.on_message = [&](WebSocket& socket, std::string_view message, bool) {
      switch (pick(6)) {
        case 0:
          socket.close(4000, "enough");
          break;
        case 1:
          fanout.publish(Frame::binary(message));
          break;
        case 2:
          fanout.leave(socket);
          break;
        default:
          socket.send_binary(message);
      }
    };
    Handshake handshake;
    if (pick(2)) handshake.extensions = "permessage-deflate";
    auto client = harness.opened(log, {}, handshake);
    std::string stream;
    for (std::size_t i = 0, n = 1 + pick(12); i < n; ++i) {
      constexpr unsigned kFirst[] = {0x81, 0x82, 0x01, 0x00, 0x80, 0x89, 0x8a, 0xc1, 0x88};
      std::string payload(pick(4) ? pick(200) : pick(70'000), 'a');
      if (pick(3) == 0)
        for (auto& c : payload) c = static_cast<char>(random());
      stream += masked(kFirst[pick(std::size(kFirst))], payload);
    }
    for (std::size_t i = 0, n = pick(4); i < n; ++i)
      stream[pick(stream.size())] = static_cast<char>(random());
    if (pick(4) == 0) stream.resize(pick(stream.size()));
    while (!stream.empty()) {
      const auto step = std::min(stream.size(), 1 + pick(3000));
      client.send(std::string_view(stream).substr(0, step));
      stream.erase(0, step);
      if (pick(3) == 0) fanout.publish(Frame::text("broadcast"));
      client.receive();
    }
    switch (pick(4)) {
      case 0:
        harness.latest->cut();
        break;
      case 1:
        harness.latest->restart();
        break;
      case 2:
        client.shutdown_send();
        break;
      default:
        break;
    }
    client.receive();
    client.close();
    const auto gone = std::chrono::steady_clock::now();
    harness.run_until([&] { return harness.connections.size() == 1; });
    REQUIRE(std::chrono::steady_clock::now() - gone <
            std::chrono::seconds(4));  // not by the closing's deadline
    REQUIRE(log.closes.size() == 1);
    REQUIRE(log.destroyed == 1);
    REQUIRE(fanout.size() == 0);
  }
  witness.send(masked(0x89, "alive?"));
  CHECK(witness.frame().payload == "alive?");
}

TEST_CASE("a violator that goes on sending still reads its close frame", "[net][websocket]") {
  LiveHarness harness;
  Recorder::Log log;
  WebSocketOptions options;
  options.max_message = 1000;
  auto client = harness.opened(log, std::move(options));
  client.send(masked(0x82, std::string(4 << 20, 'x')));
  CHECK(client.frame().close_code() == 1009);
  client.expect_end();
  CHECK_FALSE(client.reset());
}

TEST_CASE("valid close codes are answered with the same", "[net][websocket]") {
  LiveHarness harness;
  for (const int code : {1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999}) {
    INFO(code);
    Recorder::Log log;
    auto client = harness.opened(log);
    client.send(masked_close(static_cast<std::uint16_t>(code), "bye") + masked(0x89, "after the close"));
    const auto frame = client.frame();
    REQUIRE(frame.opcode == 8);
    CHECK(frame.close_code() == code);
    client.expect_end();
    CHECK(client.received.empty());
    client.close();
    harness.run_until([&] { return harness.connections.empty(); });
    CHECK(log.closes == std::vector<std::uint16_t>{static_cast<std::uint16_t>(code)});
  }
  Recorder::Log log;
  auto client = harness.opened(log);
  client.send(masked(0x88, ""));
  CHECK(client.frame().opcode == 8);
  client.close();
  harness.run_until([&] { return harness.connections.empty(); });
  CHECK(log.closes == std::vector<std::uint16_t>{1005});
}

TEST_CASE("the server's close follows what is queued", "[net][websocket]") {
  LiveHarness harness;
  Recorder::Log log;
  log.on_message = [](WebSocket& socket, std::string_view, bool) {
    socket.send_text("last words");
    socket.close(4000, "that was all");
    CHECK_FALSE(socket.open());
    socket.send_text("never");
    socket.close(4001, "never");
  };
  auto client = harness.opened(log);
  client.send(masked(0x81, "x") + masked(0x81, "not delivered"));
  CHECK(client.frame().payload == "last words");
  const auto frame = client.frame();
  CHECK(frame.close_code() == 4000);
  CHECK(frame.payload.substr(2) == "that was all");
  CHECK(log.closes.empty());
  SECTION("answered") {
    client.send(masked_close(4000));
    client.expect_end();
    CHECK(client.received.empty());
    client.close();
    harness.run_until([&] { return harness.connections.empty(); });
    CHECK(log.closes == std::vector<std::uint16_t>{4000});
  }
  SECTION("the peer goes without an answer") {
    client.close();
    harness.run_until([&] { return harness.connections.empty(); });
    CHECK(log.closes == std::vector<std::uint16_t>{1006});
  }
  SECTION("the peer violates the protocol instead") {
    client.send(masked(0x83, ""));
    client.expect_end();
    CHECK(client.received.empty());
    client.close();
    harness.run_until([&] { return harness.connections.empty(); });
    CHECK(log.closes == std::vector<std::uint16_t>{1006});
  }
  CHECK(log.messages.size() == 1);
  CHECK(log.destroyed == 1);
}

TEST_CASE("a close code that may not be sent becomes 1000", "[net][websocket]") {
  LiveHarness harness;
  Recorder::Log log;
  auto client = harness.opened(log);
  log.socket->close(1006, "");
  CHECK(client.frame().close_code() == 1000);
}

TEST_CASE("a silent peer does not keep a closed connection", "[net][websocket]") {
  LiveHarness harness;
  harness.limits.write_timeout = std::chrono::milliseconds(300);  // bounds the closing too
  Recorder::Log log;
  auto client = harness.opened(log);
  const auto start = std::chrono::steady_clock::now();
  std::uint16_t expected = 1006;
  SECTION("that never answers the server's close") {
    log.socket->close(1000, "");
    CHECK(client.frame().opcode == 8);
  }
  SECTION("that said goodbye and keeps the socket open") {
    client.send(masked_close(1001));
    CHECK(client.frame().opcode == 8);
    expected = 1001;
  }
  harness.run_until([&] { return harness.connections.empty(); });
  CHECK(log.closes == std::vector<std::uint16_t>{expected});
  CHECK(std::chrono::steady_clock::now() - start >= std::chrono::milliseconds(300));
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(4));
}

TEST_CASE("a client that vanishes is noticed", "[net][websocket]") {
  LiveHarness harness;
  Recorder::Log log;
  auto client = harness.opened(log);
  client.send(masked(0x81, "whole") + masked(0x01, "half"));
  harness.run_until([&] { return log.messages.size() == 1; });
  SECTION("closing its socket") {
    client.close();
  }
  SECTION("closing one direction") {
    client.shutdown_send();
  }
  harness.run_until([&] { return harness.connections.empty(); });
  CHECK(log.closes == std::vector<std::uint16_t>{1006});
  CHECK(harness.statistics.websockets == 0);
}

TEST_CASE("a client that closes at once while much is sent to it is still heard", "[net][websocket]") {
  LiveHarness harness;
  Recorder::Log log;
  auto client = harness.opened(log);
  client.send(masked(0x81, "parting") + masked_close(1001));
  client.close();
  for (int i = 0; i < 50 && log.socket; ++i) {
    log.socket->send_binary(std::string(20'000, 'x'));
    harness.poll();
  }
  harness.run_until([&] { return harness.connections.empty(); });
  CHECK(log.messages == std::vector<std::string>{"parting"});
  CHECK(log.closes.size() == 1);
}

TEST_CASE("when the server restarts peers are told after what is queued", "[net][websocket]") {
  LiveHarness harness;
  Recorder::Log log;
  WebSocketOptions options;
  options.restart_reason = "back soon";
  SECTION("open") {
    auto client = harness.opened(log, options);
    log.socket->send_text("queued");
    harness.latest->restart();
    harness.latest->restart();
    CHECK(client.frame().payload == "queued");
    const auto frame = client.frame();
    CHECK(frame.close_code() == 1012);
    CHECK(frame.payload.substr(2) == "back soon");
    client.send(masked_close(1012));
    client.close();
    harness.run_until([&] { return harness.connections.empty(); });
    CHECK(log.closes == std::vector<std::uint16_t>{1012});
  }
  SECTION("in its handshake") {
    auto client = harness.open(log, options);
    harness.latest->restart();
    client.until("\r\n\r\n");
    CHECK(client.frame().close_code() == 1012);
  }
}

TEST_CASE("cut off at once, the end is told later and once", "[net][websocket]") {
  LiveHarness harness;
  Recorder::Log log;
  auto client = harness.opened(log);
  log.socket->send_text("unsent");
  SECTION("open") {}
  SECTION("paused") {
    log.socket->pause();
  }
  SECTION("closing") {
    harness.latest->restart();
  }
  harness.latest->cut();
  harness.latest->cut();
  CHECK(log.closes.empty());
  CHECK(harness.ended == 0);
  client.expect_end();
  harness.run_until([&] { return harness.connections.empty(); });
  CHECK(log.closes == std::vector<std::uint16_t>{1006});
  CHECK(harness.ended == 1);
  CHECK(log.destroyed == 1);
}

TEST_CASE("cut off within the handshake, the handler hears nothing", "[net][websocket]") {
  LiveHarness harness;
  Recorder::Log log;
  auto client = harness.open(log);
  harness.latest->cut();
  client.expect_end();
  harness.run_until([&] { return harness.connections.empty(); });
  CHECK(log.closes.empty());
  CHECK(log.destroyed == 1);
  CHECK(harness.statistics.websockets == 0);
}

TEST_CASE("connections may be open when the loop is destroyed", "[net][websocket]") {
  Recorder::Log log, slow;
  auto harness = std::make_unique<LiveHarness>();
  auto client = harness->opened(log);
  auto reader = harness->opened(slow, {}, {}, 4096);
  Fanout fanout(harness->loop);
  fanout.join(*log.socket);
  fanout.publish(Frame::text("unsent"));
  // One of them in a teardown that waits for its output.
  slow.socket->send_binary(std::string(500'000, 'x'));
  reader.send(masked_close(1000));
  for (int i = 0; i < 20; ++i) harness->poll();
  harness->connections.clear();
  harness->latest.reset();
  harness.reset();
  CHECK(log.closes.empty());
  CHECK(log.destroyed == 1);
  CHECK(slow.destroyed == 1);
  CHECK(fanout.size() == 0);
}
