// What comes before the handlers: interceptors, resets, the caller's identity, the fields of every answer.
#include "catch.hpp"
#include "http_fixture.hpp"

#include <parley/net/pause.hpp>

#include <atomic>

using namespace parley;
using namespace parley::test;
using net::Method;
using net::Request;
using net::Response;

namespace {

constexpr const char* upgrade =
    "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

class Silent final : public net::WebSocketHandler {
  void on_open(net::WebSocket&) override {}
  void on_message(std::string_view, bool) override {}
  void on_close(std::uint16_t) override {}
};

// Does what the query says: answer, delay, reset, fail.
class QueryInterceptor final : public net::Interceptor {
 public:
  explicit QueryInterceptor(net::Loop& loop) : loop_(loop) {}
  bool concerns(const Request& request) noexcept override {
    ++asked;
    return request.query != "spared";
  }
  Task<bool> intercept(Request& request, Response& response) override {
    response.header("X-Seen", "1");
    if (request.query == "fail") throw std::runtime_error("broken on purpose");
    if (request.query == "delay" || request.query == "long") {
      auto waiting = net::pause(loop_, std::chrono::milliseconds(request.query == "long" ? 3'600'000 : 30),
                                request.context);
      const bool passed = co_await std::move(waiting);
      if (!passed) ++left;
    }
    if (request.query == "answer") {
      response.status = 503;
      response.body = "{}";
      co_return true;
    }
    response.reset = request.query == "reset";
    co_return response.reset;
  }
  std::atomic<int> asked{0}, left{0};

 private:
  net::Loop& loop_;
};

class InterceptedFixture : public HttpFixture {
 public:
  QueryInterceptor interceptor{loop};
  InterceptedFixture() {
    router.add_websocket(
        "/socket", [](Request&, net::WebSocketOptions&, Response&) { return std::make_unique<Silent>(); });
    interception.active = &interceptor;
  }
};

std::string handshake(HttpFixture& fixture, const std::string& target) {
  HttpClient client(fixture.port);
  client.send("GET " + target + " HTTP/1.1\r\nHost: a\r\n" + upgrade + "\r\n");
  return client.some();
}

}  // namespace

TEST_CASE("an interceptor answers, delays or lets pass") {
  InterceptedFixture fixture;
  fixture.start();
  HttpClient client(fixture.port);
  CHECK(client.get("/hello?answer").status == 503);
  const auto begin = std::chrono::steady_clock::now();
  const auto delayed = client.get("/hello?delay");
  CHECK(std::chrono::steady_clock::now() - begin >= std::chrono::milliseconds(30));
  CHECK(delayed.status == 200);
  CHECK(delayed.field("x-seen") == "1");
  CHECK(delayed.body == "{\"hello\":\"world\"}");
  CHECK_FALSE(client.get("/hello?spared").has("x-seen"));
  CHECK(client.get("/hello?fail").status == 500);
  CHECK(client.get("/hello").status == 200);
  CHECK(client.get("/socket").status == 426);
  CHECK(fixture.interceptor.asked == 6);
  CHECK(client.get("/missing").status == 404);  // no route: nothing to intercept
  CHECK(fixture.interceptor.asked == 6);
  fixture.on_loop([&] { fixture.interception.active = nullptr; });
  CHECK_FALSE(client.get("/hello").has("x-seen"));
}

TEST_CASE("requests behind a delayed one keep their order") {
  InterceptedFixture fixture;
  fixture.start();
  HttpClient client(fixture.port);
  client.send("GET /hello?delay HTTP/1.1\r\nHost: a\r\n\r\nGET /hello?answer HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(client.receive().status == 200);
  CHECK(client.receive().status == 503);
}

TEST_CASE("an interceptor comes before WebSocket handshakes too") {
  InterceptedFixture fixture;
  fixture.start();
  CHECK(handshake(fixture, "/socket?answer").starts_with("HTTP/1.1 503 "));
  CHECK(handshake(fixture, "/socket").starts_with("HTTP/1.1 101 "));
  const auto delayed = handshake(fixture, "/socket?delay");
  CHECK(delayed.starts_with("HTTP/1.1 101 "));
  CHECK(delayed.contains("X-Seen: 1\r\n"));
}

TEST_CASE("a reset reaches the client as one") {
  InterceptedFixture fixture;
  fixture.start();
  for (const bool waits : {false, true}) {
    HttpClient client(fixture.port);
    if (waits) CHECK(client.get("/hello").status == 200);
    client.send("GET /hello?reset HTTP/1.1\r\nHost: a\r\n\r\n");
    CHECK(client.was_reset());
  }
  HttpClient client(fixture.port);
  CHECK(client.get("/hello").status == 200);
  CHECK(fixture.statistics().connections == 1);
}

TEST_CASE("a connection that breaks during a delay is let go") {
  InterceptedFixture fixture;
  fixture.start();
  {
    HttpClient client(fixture.port);
    client.close_with_reset();
    client.send("GET /hello?long HTTP/1.1\r\nHost: a\r\n\r\n");
    eventually([&] { return fixture.interceptor.asked > 0; });
  }
  eventually([&] { return fixture.statistics().connections == 0; });
  CHECK(fixture.interceptor.left == 1);
}

TEST_CASE("a server may stop and go while an interceptor waits") {
  InterceptedFixture fixture;
  fixture.start();
  HttpClient client(fixture.port);
  client.send("GET /hello?long HTTP/1.1\r\nHost: a\r\n\r\n");
  eventually([&] { return fixture.interceptor.asked > 0; });
  fixture.stop(std::chrono::milliseconds(20));
  CHECK(fixture.interceptor.left == 1);
}

TEST_CASE("who calls is asked of requests with Authorization, and forgotten after them") {
  HttpFixture fixture;
  std::atomic<int> asked{0};
  fixture.authenticate = [&](std::string_view authorization) -> Result<std::shared_ptr<const Principal>> {
    ++asked;
    return std::make_shared<const Principal>(Principal{std::string(authorization), {}});
  };
  fixture.router.add(Method::get, "/who", [](Request& request, Response& response) -> Task<void> {
    response.body = request.context.principal ? request.context.principal->subject : "nobody";
    co_return;
  });
  fixture.start();
  HttpClient client(fixture.port);
  CHECK(client.get("/who").body == "nobody");
  CHECK(client.get("/who", "Authorization: Bearer x\r\n").body == "Bearer x");
  CHECK(client.get("/who").body == "nobody");
  CHECK(asked == 1);
}

TEST_CASE("whoever is refused is answered before any route, and the connection lives on") {
  HttpFixture fixture;
  std::atomic<int> calls{0};
  fixture.before = [](const Request&, Response& response) {
    response.header("X-Before", "yes");
    return false;
  };
  fixture.authenticate = [](std::string_view authorization) -> Result<std::shared_ptr<const Principal>> {
    if (authorization == "good") return nullptr;
    return fail(Code::unauthenticated, "who are you");
  };
  fixture.router.add(Method::get, "/count", [&](Request&, Response&) -> Task<void> {
    ++calls;
    co_return;
  });
  fixture.router.add_websocket(
      "/ws", [&](Request&, net::WebSocketOptions&, Response&) -> std::unique_ptr<net::WebSocketHandler> {
        ++calls;
        return nullptr;
      });
  fixture.start();
  HttpClient client(fixture.port);
  for (const auto* path : {"/count", "/missing", "/ws"}) {
    const auto answer = client.get(path, "Authorization: bad\r\n");
    CHECK(answer.status == 401);
    CHECK(answer.body == "{\"detail\":\"who are you\"}");
    CHECK(answer.field("x-before") == "yes");
  }
  CHECK(client
            .get("/ws",
                 "Authorization: bad\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                 "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n")
            .status == 401);
  CHECK(calls == 0);
  CHECK(client.get("/count", "Authorization: good\r\n").status == 200);
  CHECK(calls == 1);
  CHECK(client.get("/count", "Authorization: good\r\nAuthorization: good\r\n").status == 400);
}

TEST_CASE("every answer has the configured fields, a page its own") {
  HttpFixture fixture;
  fixture.fields = "X-Content-Type-Options: nosniff\r\nX-Kind: data\r\n";
  fixture.page_fields = "X-Content-Type-Options: nosniff\r\nX-Kind: page\r\n";
  fixture.router.add(Method::get, "/page", [](Request&, Response& response) -> Task<void> {
    response.content_type = "text/html; charset=utf-8";
    response.body = "<p>";
    co_return;
  });
  fixture.router.add(Method::get, "/events", [](Request&, Response& response) -> Task<void> {
    response.stream(
        {}, [](net::EventStream&) {}, [] {});
    co_return;
  });
  fixture.start();
  HttpClient client(fixture.port);
  for (const auto* path : {"/hello", "/missing"}) {
    CHECK(client.get(path).field("x-kind") == "data");
    CHECK(client.get(path).field("x-content-type-options") == "nosniff");
  }
  CHECK(client.get("/page").field("x-kind") == "page");
  CHECK(client.ask("BAD\r\n\r\n").field("x-kind") == "data");
  HttpClient events(fixture.port);
  CHECK(events.get("/events").field("x-kind") == "data");
}
