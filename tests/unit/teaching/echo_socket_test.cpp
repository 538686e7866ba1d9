#include "catch.hpp"

#include <parley/net/websocket.hpp>
#include <parley/teaching/teaching.hpp>

#include <string>
#include <vector>

using namespace parley;

namespace {

class FakeSocket final : public net::WebSocket {
 public:
  void send(const net::Frame&) override {}
  std::size_t backlog() const noexcept override { return 0; }
  bool open() const noexcept override { return true; }
  void send_text(std::string_view payload) override { texts.emplace_back(payload); }
  void send_binary(std::string_view payload) override { binaries.emplace_back(payload); }
  void close(std::uint16_t, std::string_view) override {}
  void pause() override {}
  void resume() override {}

  std::vector<std::string> texts, binaries;

 private:
  void joined(net::Fanout*, std::uint32_t) noexcept override {}
};

class EchoFixture {
 public:
  EchoFixture() {
    const net::ErrorWriter errors = [](const net::Request&, net::Response& response, const Error& error) {
      response.status = info(error.code).http_status;
    };
    teaching::mount_echo(
        router,
        {.error_writer = errors, .admits_origin = [this](auto&) { return admitted; }, .max_message = 1000});
  }

  std::unique_ptr<net::WebSocketHandler> connect() {
    net::Request request;
    request.method = net::Method::get;
    request.path = "/echo";
    return router.find(request).route->websocket(request, options, refusal);
  }

  net::Router router;
  bool admitted = true;
  net::WebSocketOptions options;
  net::Response refusal;
};

}  // namespace

TEST_CASE("echo returns every frame as it is, and greets nobody") {
  EchoFixture fixture;
  const auto handler = fixture.connect();
  REQUIRE(handler);
  CHECK(fixture.options.max_message == 1000);

  FakeSocket socket;
  handler->on_open(socket);
  CHECK(socket.texts.empty());
  handler->on_message("Grüezi", true);
  handler->on_message("", true);
  handler->on_message(std::string_view("\0\xff", 2), false);
  CHECK(socket.texts == std::vector<std::string>{"Grüezi", ""});
  CHECK(socket.binaries == std::vector<std::string>{std::string("\0\xff", 2)});
  handler->on_close(1000);
}

TEST_CASE("a page that may not call the server may not open an echo either") {
  EchoFixture fixture;
  fixture.admitted = false;
  CHECK_FALSE(fixture.connect());
  CHECK(fixture.refusal.status == 403);
}
