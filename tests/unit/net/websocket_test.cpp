// The opening handshake and the exchange of messages.
#include "catch.hpp"
#include "handshake.hpp"
#include "live_harness.hpp"

#include <parley/net/websocket.hpp>

using namespace parley::net;
using namespace parley::net::test;

namespace {

struct Echo {
  explicit Echo(LiveHarness& harness, std::size_t max_message = 0) {
    log.on_message = [](WebSocket& socket, std::string_view message, bool text) {
      text ? socket.send_text(message) : socket.send_binary(message);
    };
    WebSocketOptions options;
    options.max_message = max_message;
    client.emplace(harness.opened(log, std::move(options)));
  }
  Recorder::Log log;
  std::optional<RawClient> client;
};

}  // namespace

TEST_CASE("the handshake is answered with the key's digest and the fields to add", "[net][websocket]") {
  LiveHarness harness;
  Recorder::Log log;
  log.on_open = [](WebSocket& socket) { socket.send_text("welcome"); };
  auto client = harness.open(log);
  const auto head = client.until("\r\n\r\n");
  CHECK(head.starts_with("HTTP/1.1 101 Switching Protocols\r\n"));
  CHECK(head.find("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n") != head.npos);  // RFC 6455 1.3
  CHECK(head.find("Upgrade: websocket\r\n") != head.npos);
  CHECK(head.find("Connection: upgrade\r\n") != head.npos);
  CHECK(head.find("X-Request-Id: abc\r\n") != head.npos);
  CHECK(head.find("Sec-WebSocket-Extensions") == head.npos);
  CHECK(client.frame().payload == "welcome");
  CHECK(harness.statistics.websockets == 1);
}

TEST_CASE("spellings of a good handshake", "[net][websocket]") {
  Handshake handshake;
  SECTION("case") {
    handshake.upgrade = "WebSocket", handshake.connection = "UPGRADE";
  }
  SECTION("lists") {
    handshake.upgrade = "h2c, websocket", handshake.connection = "keep-alive , Upgrade";
  }
  SECTION("spaces") {
    handshake.version = " 13 ", handshake.key = " dGhlIHNhbXBsZSBub25jZQ== ";
  }
  LiveHarness harness;
  Recorder::Log log;
  auto client = harness.opened(log, {}, handshake);
  CHECK(log.socket != nullptr);
}

TEST_CASE("a broken handshake is refused with the reason", "[net][websocket]") {
  Handshake handshake;
  int status = 400;
  std::string says;
  SECTION("Upgrade missing") {
    handshake.upgrade = "", says = "Upgrade";
  }
  SECTION("Upgrade to something else") {
    handshake.upgrade = "websockets", says = "Upgrade";
  }
  SECTION("Connection missing") {
    handshake.connection = "", says = "Connection";
  }
  SECTION("Connection without upgrade") {
    handshake.connection = "keep-alive", says = "Connection";
  }
  SECTION("no key") {
    handshake.key = "", says = "Sec-WebSocket-Key";
  }
  SECTION("short key") {
    handshake.key = "dGhlIHNhbXBsZQ==", says = "Sec-WebSocket-Key";
  }
  SECTION("long key") {
    handshake.key = "dGhlIHNhbXBsZSBub25jZQdGhlIHNhb==", says = "Sec-WebSocket-Key";
  }
  SECTION("key that is no base64") {
    handshake.key = "dGhlIHNhbXBsZSBub25j!Q==", says = "Sec-WebSocket-Key";
  }
  SECTION("old version") {
    handshake.version = "8", status = 426, says = "13";
  }
  SECTION("no version") {
    handshake.version = "", status = 426, says = "13";
  }
  const auto fields = handshake.fields();
  Request request;
  request.fields = fields;
  const auto check = check_handshake(request);
  CHECK(check.status == status);
  CHECK(check.problem.contains(says));
}

TEST_CASE("frames sent together with the handshake are read", "[net][websocket]") {
  LiveHarness harness;
  Recorder::Log log;
  Handshake handshake;
  handshake.unread = masked(0x81, "early") + masked(0x82, std::string(3000, 'x')).substr(0, 1000);
  auto client = harness.opened(log, {}, handshake);
  client.send(std::string_view(masked(0x82, std::string(3000, 'x'))).substr(1000));
  harness.run_until([&] { return log.messages.size() == 2; });
  CHECK(log.messages[0] == "early");
  CHECK(log.messages[1] == std::string(3000, 'x'));
}

TEST_CASE("messages of every length come back as they were", "[net][websocket]") {
  LiveHarness harness;
  Echo echo(harness);
  for (const std::size_t size :
       {0, 1, 63, 64, 65, 125, 126, 127, 128, 1535, 1536, 1537, 4096, 65535, 65536, 300'000}) {
    for (const unsigned opcode : {1u, 2u}) {
      const std::string payload(size, '*');
      echo.client->send(masked(0x80 | opcode, payload));
      const auto frame = echo.client->frame();
      REQUIRE(frame.opcode == opcode);
      REQUIRE(frame.payload == payload);
    }
  }
  CHECK(harness.statistics.websocket_messages_in == 32);
}

TEST_CASE("bytes may come one by one", "[net][websocket]") {
  LiveHarness harness;
  Echo echo(harness);
  const auto bytes = masked(0x01, "Hello-\xc2\xb5@\xc3\x9f\xc3\xb6") + masked(0x89, "?") +
                     masked(0x80, "\xc3\xa4\xc3\xbc\xc3\xa0\xc3\xa1-UTF-8!!");
  for (const char byte : bytes) {
    echo.client->send({&byte, 1});
    harness.poll();
  }
  CHECK(echo.client->frame().opcode == 10);
  CHECK(echo.client->frame().payload ==
        "Hello-\xc2\xb5@\xc3\x9f\xc3\xb6\xc3\xa4\xc3\xbc\xc3\xa0\xc3\xa1-UTF-8!!");
}

TEST_CASE("a message of 16 MiB comes back", "[net][websocket]") {
  LiveHarness harness;
  Echo echo(harness, 16u << 20);
  std::string payload(16u << 20, '\0');
  for (std::size_t i = 0; i < payload.size(); ++i) payload[i] = static_cast<char>(i * 31 >> 3);
  SECTION("in one frame") {
    echo.client->send(masked(0x82, payload));
  }
  SECTION("in fragments of 64 KiB") {
    for (std::size_t at = 0; at < payload.size(); at += 65536)
      echo.client->send(masked((at == 0 ? 0x02u : 0u) | (at + 65536 == payload.size() ? 0x80u : 0u),
                               std::string_view(payload).substr(at, 65536)));
  }
  SECTION("twice, without waiting for the first") {
    echo.client->send(masked(0x82, payload) + masked(0x82, payload));
    CHECK((echo.client->frame().payload == payload));
  }
  const auto frame = echo.client->frame();
  CHECK((frame.payload == payload));
  CHECK(harness.statistics.slow_consumers == 0);
}

TEST_CASE("fragments make one message, control frames may stand between", "[net][websocket]") {
  LiveHarness harness;
  Echo echo(harness);
  echo.client->send(masked(0x01, "one ") + masked(0x89, "a") + masked(0x00, "") + masked(0x8a, "unasked") +
                    masked(0x00, "two ") + masked(0x89, "") + masked(0x80, "three"));
  CHECK(echo.client->frame().payload == "a");
  CHECK(echo.client->frame().opcode == 10);
  CHECK(echo.client->frame().payload == "one two three");
  echo.client->send(masked(0x02, "") + masked(0x00, "") + masked(0x80, ""));
  const auto frame = echo.client->frame();
  CHECK(frame.opcode == 2);
  CHECK(frame.payload.empty());
}

TEST_CASE("a ping is answered with its payload", "[net][websocket]") {
  LiveHarness harness;
  Echo echo(harness);
  for (const std::size_t size : {0, 1, 125}) {
    const std::string payload(size, '\xfe');
    echo.client->send(masked(0x89, payload));
    const auto frame = echo.client->frame();
    REQUIRE(frame.opcode == 10);
    REQUIRE(frame.payload == payload);
  }
}

TEST_CASE("reading stops while paused", "[net][websocket]") {
  LiveHarness harness;
  Recorder::Log log;
  log.on_message = [](WebSocket& socket, std::string_view message, bool) {
    if (message == "stop") {
      socket.pause();
      socket.pause();
    }
  };
  auto client = harness.opened(log);
  client.send(masked(0x81, "stop") + masked(0x81, "next") + masked(0x89, "?"));
  harness.run_until([&] { return log.messages.size() == 1; });
  for (int i = 0; i < 20; ++i) harness.poll();
  CHECK(log.messages.size() == 1);
  log.socket->resume();
  for (int i = 0; i < 20; ++i) harness.poll();
  CHECK(log.messages.size() == 1);  // calls nest
  log.socket->resume();
  log.socket->resume();  // one too many does nothing
  CHECK(client.frame().opcode == 10);
  CHECK(log.messages.size() == 2);
  SECTION("resuming within a message keeps that message intact") {
    log.on_message = [&](WebSocket& socket, std::string_view message, bool) {
      socket.pause();
      socket.resume();
      harness.poll();
      CHECK((message == "A" || message == "B"));
    };
    client.send(masked(0x81, "A") + masked(0x81, "B"));
    harness.run_until([&] { return log.messages.size() == 4; });
  }
  SECTION("closing goes on when paused") {
    log.socket->pause();
    log.socket->close(1001, "away");
    CHECK(client.frame().close_code() == 1001);
    client.send(masked(0x81, "ignored") + masked_close(1001));
    client.expect_end();
    client.close();
    harness.run_until([&] { return !log.closes.empty(); });
    CHECK(log.messages.size() == 2);
    CHECK(log.closes.front() == 1001);
  }
}

TEST_CASE("an exception of the handler closes with 1011", "[net][websocket]") {
  LiveHarness harness;
  Recorder::Log log;
  SECTION("in on_message") {
    log.on_message = [](WebSocket&, std::string_view, bool) { throw std::runtime_error("boom"); };
  }
  SECTION("in on_open") {
    log.on_open = [](WebSocket&) { throw 7; };
  }
  auto client = harness.opened(log);
  client.send(masked(0x81, "x"));
  const auto frame = client.frame();
  CHECK(frame.close_code() == 1011);
  CHECK(frame.payload.find("boom") == frame.payload.npos);
  client.send(masked_close(1011));
  client.expect_end();
  client.close();
  harness.run_until([&] { return harness.connections.empty(); });
  CHECK(log.closes == std::vector<std::uint16_t>{1011});
  CHECK(log.destroyed == 1);
}
