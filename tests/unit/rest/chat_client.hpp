// A client of the gateway's chat sockets.
#pragma once

#include "catch.hpp"
#include "fixture.hpp"

namespace parley::test {

// A connected client.
struct ChatClient {
  ChatClient(GatewayFixture& f, std::string target) : handler(f.connect(std::move(target))) {
    REQUIRE(handler);
    handler->on_open(socket);
  }
  ~ChatClient() {
    if (socket.is_open) leave();
  }
  void say(std::string_view text) { handler->on_message(text, true); }
  void leave(std::uint16_t code = 1000) {
    socket.is_open = false;
    handler->on_close(code);
  }
  std::vector<nlohmann::json> heard() {
    std::vector<nlohmann::json> frames;
    for (auto& text : socket.take()) frames.push_back(parse(text));
    return frames;
  }
  FakeSocket socket;
  std::unique_ptr<net::WebSocketHandler> handler;
};

}  // namespace parley::test
