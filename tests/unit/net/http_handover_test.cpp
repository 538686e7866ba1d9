// Connections that leave request and response behind: what HTTP hands over, and what it keeps count of.
#include "catch.hpp"
#include "http_fixture.hpp"

#include <parley/net/event_stream.hpp>

using namespace parley;
using namespace parley::test;
using net::Method;
using net::Request;
using net::Response;

namespace {

constexpr const char* handshake =
    "GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: "
    "13\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nX-Request-Id: mine\r\n\r\n";

struct Echo final : net::WebSocketHandler {
  net::WebSocket* socket = nullptr;
  void on_open(net::WebSocket& opened) override { socket = &opened; }
  void on_message(std::string_view message, bool) override { socket->send_text(message); }
  void on_close(std::uint16_t) override {}
};

void add_echo(HttpFixture& fixture) {
  fixture.router.add_websocket("/ws", [](Request&, net::WebSocketOptions&, Response&) {
    return std::unique_ptr<net::WebSocketHandler>(std::make_unique<Echo>());
  });
}

const std::string masked_hi("\x81\x82\0\0\0\0hi", 8);

}  // namespace

TEST_CASE("an upgrade behind other requests comes after their answers") {
  HttpFixture fixture;
  Gate gate;
  fixture.router.add(Method::get, "/wait", [&](Request&, Response& response) -> Task<void> {
    co_await gate.wait();
    response.body = "waited";
  });
  add_echo(fixture);
  fixture.before = [](const Request&, Response& response) {
    response.header("X-Everywhere", "yes");
    return false;
  };
  fixture.start();
  HttpClient client(fixture.port);
  SECTION("which are there at once") {
    client.send("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n" + std::string(handshake));
    CHECK(client.receive().status == 200);
  }
  SECTION("one of which waits") {
    client.send("GET /wait HTTP/1.1\r\nHost: a\r\n\r\n" + std::string(handshake));
    bool opened = false;
    while (!opened) fixture.on_loop([&] { opened = gate.open(); });
    CHECK(client.receive().body == "waited");
  }
  const auto answer = client.receive();
  CHECK(answer.status == 101);
  CHECK(answer.field("sec-websocket-accept") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  CHECK(answer.field("x-request-id") == "mine");
  CHECK(answer.has("traceparent"));
  CHECK(answer.field("x-everywhere") == "yes");
  client.send(masked_hi);
  std::string frames;
  while (frames.size() < 4) frames += client.some();
  CHECK(frames == "\x81\x02hi");
  fixture.begin_stop(std::chrono::seconds(5));
  while (frames.size() < 8) frames += client.some();
  CHECK(frames.substr(4, 1) == "\x88");
  CHECK(frames.substr(6, 2) == "\x03\xf4");  // 1012
  client.send(std::string("\x88\x82\0\0\0\0\x03\xf4", 8));
  fixture.await_stop();
  CHECK(fixture.statistics().connections == 0);
}

TEST_CASE("a broken handshake is answered like any other request that is refused") {
  HttpFixture fixture;
  std::vector<std::uint16_t> logged;
  fixture.access_log = [&](const Request&, std::uint16_t status, double, std::size_t) {
    logged.push_back(status);
  };
  bool asked = false;
  fixture.router.add_websocket("/ws", [&](Request&, net::WebSocketOptions&, Response&) {
    asked = true;
    return std::unique_ptr<net::WebSocketHandler>(std::make_unique<Echo>());
  });
  fixture.start();
  const std::string head = "GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n";
  std::uint16_t status = 400;
  HttpClient client(fixture.port);
  SECTION("no key") {
    client.send(head + "Sec-WebSocket-Version: 13\r\n\r\n");
  }
  SECTION("another version") {
    status = 426;
    client.send(head + "Sec-WebSocket-Version: 8\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
  }
  const auto answer = client.receive();
  CHECK(answer.status == status);
  CHECK(answer.field("content-type") == "application/problem+json");
  CHECK(answer.has("sec-websocket-version") == (status == 426));
  CHECK(answer.has("upgrade") == (status == 426));
  CHECK(client.closed());
  CHECK(fixture.statistics().bad_requests == 1);
  fixture.on_loop([&] {
    CHECK(logged == std::vector<std::uint16_t>{status});
    CHECK_FALSE(asked);
  });
}

TEST_CASE("a long-lived connection counts until it ends") {
  HttpFixture fixture;
  fixture.limits.max_connections_per_address = 1;
  add_echo(fixture);
  fixture.start();
  {
    HttpClient client(fixture.port);
    CHECK(client.ask(handshake).status == 101);
    CHECK(fixture.statistics().connections == 1);
    CHECK(HttpClient(fixture.port).get("/hello").status == 503);
  }
  eventually([&] { return fixture.statistics().connections == 0; });
  CHECK(HttpClient(fixture.port).get("/hello").status == 200);
}

TEST_CASE("a handler's stream of events takes the connection over") {
  HttpFixture fixture;
  Gate gate;
  bool waits = false;
  std::promise<void> closed;
  fixture.router.add(Method::get, "/events", [&](Request&, Response& response) -> Task<void> {
    if (waits) co_await gate.wait();
    response.header("X-Stream", "yes");
    response.stream(
        {"slow", "come back"},
        [](net::EventStream& stream) { stream.send(net::Frame::event("1", "message", "hello")); },
        [&] { closed.set_value(); });
  });
  SECTION("at once") {}
  SECTION("after a wait, which has left a read pending") {
    waits = true;
  }
  fixture.start();
  HttpClient client(fixture.port);
  client.send("GET /events HTTP/1.1\r\nHost: a\r\n\r\n");
  for (bool opened = !waits; !opened;) fixture.on_loop([&] { opened = gate.open(); });
  const auto head = client.receive();
  CHECK(head.status == 200);
  CHECK(head.field("content-type") == "text/event-stream");
  CHECK(head.field("transfer-encoding") == "chunked");
  CHECK(head.field("x-stream") == "yes");
  CHECK(head.has("x-request-id"));
  CHECK_FALSE(head.has("etag"));
  eventually([&] { return fixture.statistics().event_streams > 0; });
  fixture.begin_stop(std::chrono::seconds(5));
  std::string events;
  while (events.find("0\r\n\r\n") == std::string::npos) events += client.some();
  client.shut_sending();
  fixture.await_stop();
  CHECK(events.find("data: hello") != std::string::npos);
  CHECK(events.find("event: restart") != std::string::npos);
  CHECK(events.find("data: come back") != std::string::npos);
  CHECK(closed.get_future().wait_for(std::chrono::seconds(5)) == std::future_status::ready);
  CHECK(fixture.statistics().connections == 0);
}

TEST_CASE("a stream for HEAD and for HTTP/1.0") {
  HttpFixture fixture;
  bool opened = false, closed = false;
  fixture.router.add(Method::get, "/events", [&](Request&, Response& response) -> Task<void> {
    response.stream(
        {}, [&](net::EventStream&) { opened = true; }, [&] { closed = true; });
    co_return;
  });
  fixture.start();
  {
    HttpClient client(fixture.port);
    const auto head = client.ask("HEAD /events HTTP/1.1\r\nHost: a\r\n\r\n", true);
    CHECK(head.status == 200);
    CHECK(head.field("content-type") == "text/event-stream");
    CHECK(client.closed());
    fixture.on_loop([&] {
      CHECK(closed);
      CHECK_FALSE(opened);
      closed = false;
    });
  }
  HttpClient client(fixture.port);
  CHECK(client.ask("GET /events HTTP/1.0\r\n\r\n").status == 505);
  CHECK(client.closed());
  fixture.on_loop([&] {
    CHECK_FALSE(closed);
    CHECK_FALSE(opened);
  });
}

TEST_CASE("a stop cuts long-lived connections whose clients do not answer") {
  HttpFixture fixture;
  add_echo(fixture);
  fixture.start();
  HttpClient client(fixture.port);
  CHECK(client.ask(handshake).status == 101);
  fixture.stop(std::chrono::milliseconds(20));
  CHECK(fixture.statistics().connections == 0);
  client.rest();  // ends
}

TEST_CASE("what the application throws at the end of a stream, or writing an error, harms nobody") {
  HttpFixture fixture;
  fixture.router.add(Method::get, "/events", [](Request&, Response& response) -> Task<void> {
    response.stream(
        {}, [](net::EventStream&) {}, [] { throw 1; });
    co_return;
  });
  fixture.router.add(Method::post, "/small", [](Request&, Response&) -> Task<void> { co_return; })
      .error_writer = [](const Request&, Response&, const Error&) {
    throw std::runtime_error("broken on purpose");
  };
  fixture.start();
  CHECK(HttpClient(fixture.port).ask("HEAD /events HTTP/1.1\r\nHost: a\r\n\r\n", true).status == 200);
  const auto refused =
      HttpClient(fixture.port).ask("POST /small HTTP/1.1\r\nHost: a\r\nContent-Length: 9999999\r\n\r\n");
  CHECK(refused.status == 413);
  CHECK(refused.field("content-type").starts_with("text/plain"));
  CHECK(HttpClient(fixture.port).get("/hello").status == 200);
}
