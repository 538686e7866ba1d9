// Messages that are thrown away as they come, because they are too large.
#include "catch.hpp"
#include "live_harness.hpp"

#include <parley/net/websocket.hpp>

using namespace parley::net;
using namespace parley::net::test;

namespace {

constexpr std::size_t limit = 1000, ceiling = 1 << 20;

struct Strict {
  explicit Strict(LiveHarness& harness) {
    log.on_message = [](WebSocket& socket, std::string_view message, bool) { socket.send_text(message); };
    log.on_oversized = [](WebSocket& socket, std::size_t bytes, bool text) {
      socket.send_text((text ? "text " : "binary ") + std::to_string(bytes));
    };
    WebSocketOptions options;
    options.max_message = limit;
    options.max_discarded = ceiling;
    client.emplace(harness.opened(log, std::move(options)));
  }
  Recorder::Log log;
  std::optional<RawClient> client;
};

}  // namespace

TEST_CASE("a message that is too large is told with its size, and the connection lives on",
          "[net][websocket]") {
  LiveHarness harness;
  Strict strict(harness);
  auto& client = *strict.client;
  for (const std::size_t size : {limit, limit + 1, std::size_t{65'536}, ceiling}) {
    client.send(masked(0x81, std::string(size, 'x')));
    const auto frame = client.frame();
    if (size > limit)
      CHECK(frame.payload == "text " + std::to_string(size));
    else
      CHECK(frame.payload == std::string(size, 'x'));
    client.send(masked(0x81, "small"));
    CHECK(client.frame().payload == "small");
  }
  CHECK(strict.log.messages.size() == 5);  // the one of the limit, and the small ones
}

TEST_CASE("fragments are counted together, and control frames stand between", "[net][websocket]") {
  LiveHarness harness;
  Strict strict(harness);
  auto& client = *strict.client;
  client.send(masked(0x02, std::string(600, 'a')) + masked(0x89, "?") + masked(0x00, std::string(600, 'b')) +
              masked(0x89, "!") + masked(0x00, std::string(300'000, 'c')) + masked(0x80, "d"));
  CHECK(client.frame().payload == "?");
  CHECK(client.frame().payload == "!");
  CHECK(client.frame().payload == "binary 301201");
  client.send(masked(0x82, std::string(limit + 1, 'x')) + masked(0x81, "next"));
  CHECK(client.frame().payload == "binary 1001");
  CHECK(client.frame().payload == "next");
}

TEST_CASE("beyond the second limit it closes with 1009", "[net][websocket]") {
  LiveHarness harness;
  Strict strict(harness);
  auto& client = *strict.client;
  SECTION("announced by the frame's length") {
    client.send(masked(0x81, std::string(ceiling + 1, 'x')).substr(0, 100));
  }
  SECTION("by one fragment too many") {
    client.send(masked(0x01, std::string(ceiling, 'x')) + masked(0x80, "x"));
  }
  CHECK(client.frame().close_code() == 1009);
  client.send(masked_close(1009));
  client.expect_end();
  client.close();
  harness.run_until([&] { return harness.connections.empty(); });
  CHECK(strict.log.messages.empty());
}

TEST_CASE("what is thrown away must be UTF-8 all the same", "[net][websocket]") {
  LiveHarness harness;
  Strict strict(harness);
  strict.client->send(masked(0x81, std::string(5000, 'x') + "\xff"));
  CHECK(strict.client->frame().close_code() == 1007);
}

TEST_CASE("a close in the middle of what is thrown away", "[net][websocket]") {
  LiveHarness harness;
  Strict strict(harness);
  auto& client = *strict.client;
  client.send(masked(0x01, std::string(5000, 'x')));
  for (int i = 0; i < 20; ++i) harness.poll();
  strict.log.socket->close(1001, "away");
  CHECK(client.frame().close_code() == 1001);
  client.send(masked(0x00, std::string(20'000, 'y')) + masked(0x80, "z") + masked_close(1001));
  client.expect_end();
  client.close();
  harness.run_until([&] { return harness.connections.empty(); });
  CHECK(strict.log.messages.empty());
  CHECK(strict.log.closes == std::vector<std::uint16_t>{1001});
}

TEST_CASE("without a second limit a message that is too large closes, as it always did", "[net][websocket]") {
  LiveHarness harness;
  Recorder::Log log;
  WebSocketOptions options;
  options.max_message = limit;
  auto client = harness.opened(log, std::move(options));
  client.send(masked(0x81, std::string(limit + 1, 'x')));
  CHECK(client.frame().close_code() == 1009);
}
