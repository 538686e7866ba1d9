#include "echo_socket.hpp"

#include "catch.hpp"
#include "fakes.hpp"
#include "manual_time.hpp"

using namespace parley;
using namespace parley::test;

TEST_CASE("echo returns every frame as it is, and greets nobody") {
  const rest::Cors cors({"*"});
  ManualTime time;
  auto acceptor = rest::accept_echo(cors, time, 1000);
  TestRequest request(net::Method::get, "/echo");
  net::WebSocketOptions options;
  net::Response refusal;
  auto handler = acceptor(request, options, refusal);
  REQUIRE(handler);
  CHECK(options.max_message == 1000);

  FakeSocket socket;
  handler->on_open(socket);
  CHECK(socket.texts.empty());
  handler->on_message("Grüezi", true);
  handler->on_message("", true);
  handler->on_message(std::string_view("\0\xff", 2), false);
  CHECK(socket.texts == std::vector<std::string>{"Grüezi", ""});
  CHECK(socket.binaries == std::vector<std::string>{std::string("\0\xff", 2)});

  SECTION("a client that does not read is not read from") {
    socket.waiting = 2 << 20;
    handler->on_message("x", true);
    CHECK(socket.paused == 1);
    handler->on_message("y", true);
    CHECK(socket.paused == 1);
    time.advance(std::chrono::milliseconds(10));
    CHECK(socket.paused == 1);
    socket.waiting = 0;
    time.advance(std::chrono::milliseconds(64));
    CHECK(socket.paused == 0);
  }
  SECTION("one that leaves meanwhile is not looked at again") {
    socket.waiting = 2 << 20;
    handler->on_message("x", true);
    handler->on_close(1006);
    socket.waiting = 0;
    time.advance(std::chrono::milliseconds(10));
    CHECK(socket.paused == 1);
  }
}
