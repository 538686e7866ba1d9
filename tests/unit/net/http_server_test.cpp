// The HTTP server over real loopback sockets: answers and their order.
#include "catch.hpp"
#include "http_fixture.hpp"

#include <atomic>

using namespace parley;
using namespace parley::test;
using net::Method;
using net::Request;
using net::Response;

TEST_CASE("a GET is answered with everything an answer carries") {
  HttpFixture fixture;
  fixture.start();
  HttpClient client(fixture.port);
  const auto answer = client.get("/hello");
  CHECK(answer.status == 200);
  CHECK(answer.body == "{\"hello\":\"world\"}");
  CHECK(answer.field("content-type") == "application/json");
  CHECK(answer.field("content-length") == "17");
  CHECK(answer.field("server") == "parley");
  CHECK(answer.field("date").ends_with(" GMT"));
  CHECK(answer.field("x-request-id").size() == 16);
  CHECK(answer.field("traceparent").size() == 55);
  CHECK(answer.field("etag").size() == 18);
  CHECK_FALSE(answer.has("connection"));

  const auto next = client.get("/hello");
  CHECK(next.status == 200);
  CHECK(next.field("x-request-id") != answer.field("x-request-id"));
  CHECK(next.field("etag") == answer.field("etag"));
}

TEST_CASE("ids of the client are kept") {
  HttpFixture fixture;
  fixture.start();
  HttpClient client(fixture.port);
  const auto answer = client.get("/hello",
                                 "X-Request-Id: lecture-7_a.b\r\n"
                                 "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\n");
  CHECK(answer.field("x-request-id") == "lecture-7_a.b");
  const auto trace = answer.field("traceparent");
  CHECK(trace.substr(0, 36) == "00-0af7651916cd43dd8448eb211c80319c-");
  CHECK(trace.substr(36, 16) != "b7ad6b7169203331");
  CHECK(trace.substr(52) == "-01");
  CHECK(client.get("/hello", "X-Request-Id: a b\r\n").field("x-request-id").size() == 16);
}

TEST_CASE("bodies arrive whole, announced or chunked, at once or in pieces") {
  HttpFixture fixture;
  fixture.start();
  HttpClient client(fixture.port);
  CHECK(client.ask("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello").body == "hello");
  CHECK(client
            .ask("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                 "5\r\nhello\r\n6;x=y\r\n world\r\n0\r\nTrailer: dropped\r\n\r\n")
            .body == "hello world");

  std::string large(700'000, '\0');
  for (std::size_t i = 0; i < large.size(); ++i) large[i] = static_cast<char>(i * 7);
  client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(large.size()) +
              "\r\n\r\n");
  client.send(large);
  CHECK(client.receive().body == large);

  client.send("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
  for (std::size_t at = 0; at < large.size(); at += 100'000)
    client.send("186a0\r\n" + large.substr(at, 100'000) + "\r\n");
  client.send("0\r\n\r\n");
  CHECK(client.receive().body == large);

  for (char c : std::string(
           "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"))
    client.send({&c, 1});
  CHECK(client.receive().body == "abc");
  CHECK(client.get("/hello").status == 200);
}

TEST_CASE("views of a request stay good while its body grows") {
  HttpFixture fixture;
  fixture.router.add(Method::post, "/reflect/{id}", [](Request& request, Response& response) -> Task<void> {
    response.body.append(request.method_name).append(" ").append(request.target).append(" ");
    response.body.append(request.path).append(" ").append(request.query).append(" ");
    response.body.append(request.request_id)
        .append(" ")
        .append(request.header("X-A").value_or("none"))
        .append(" ");
    response.body.append(request.parameter("id")).append(" ").append(std::to_string(request.body.size()));
    co_return;
  });
  fixture.start();
  HttpClient client(fixture.port);
  const std::string head =
      "POST /reflect/a%20b?c=d HTTP/1.1\r\nHost: a\r\nX-A: value\r\nX-Request-Id: own\r\n";
  const std::string expected = "POST /reflect/a%20b?c=d /reflect/a%20b c=d own value a b 300000";
  const std::string piece(1000, 'x');
  client.send(head + "Content-Length: 300000\r\n\r\n");
  for (int i = 0; i < 300; ++i) client.send(piece);
  CHECK(client.receive().body == expected);
  client.send(head + "Transfer-Encoding: chunked\r\n\r\n");
  for (int i = 0; i < 300; ++i) client.send("3e8\r\n" + piece + "\r\n");
  client.send("0\r\n\r\n");
  CHECK(client.receive().body == expected);
}

TEST_CASE("the path of a URL without one stays good while its body grows") {
  HttpFixture fixture;
  fixture.router.add(Method::post, "/", [](Request& request, Response& response) -> Task<void> {
    response.body.append(request.path).append(" ").append(std::to_string(request.body.size()));
    co_return;
  });
  fixture.start();
  HttpClient client(fixture.port);
  client.send("POST http://elsewhere.example HTTP/1.1\r\nHost: a\r\nContent-Length: 300000\r\n\r\n");
  for (int i = 0; i < 300; ++i) client.send(std::string(1000, 'x'));
  CHECK(client.receive().body == "/ 300000");
}

TEST_CASE("pipelined requests are answered in order") {
  HttpFixture fixture;
  fixture.start();
  HttpClient client(fixture.port);
  std::string requests;
  for (int i = 0; i < 500; ++i) {
    const auto body = "request " + std::to_string(i);
    requests += "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(body.size()) +
                "\r\n\r\n" + body;
  }
  client.send(requests);
  for (int i = 0; i < 500; ++i) REQUIRE(client.receive().body == "request " + std::to_string(i));
  CHECK(client.get("/hello").status == 200);
}

TEST_CASE("a request that waits holds back the ones behind it") {
  HttpFixture fixture;
  Gate gate;
  fixture.router.add(Method::get, "/wait", [&](Request& request, Response& response) -> Task<void> {
    const auto target = request.target;
    co_await gate.wait();
    response.body = target;  // views are still good
  });
  fixture.start();
  HttpClient client(fixture.port);
  std::string behind;
  for (int i = 0; i < 100; ++i) behind += "GET /hello?" + std::to_string(i) + " HTTP/1.1\r\nHost: a\r\n\r\n";
  client.send("GET /hello HTTP/1.1\r\nHost: a\r\n\r\nGET /wait?1 HTTP/1.1\r\nHost: a\r\n\r\n" + behind);
  CHECK(client.receive().body == "{\"hello\":\"world\"}");
  client.send("GET /wait?2 HTTP/1.1\r\nHost: a\r\n\r\n");

  HttpClient other(fixture.port);
  CHECK(other.get("/hello").status == 200);
  CHECK(client.silent());

  fixture.on_loop([&] { CHECK(gate.open()); });
  CHECK(client.receive().body == "/wait?1");
  for (int i = 0; i < 100; ++i) REQUIRE(client.receive().body == "{\"hello\":\"world\"}");
  CHECK(other.get("/hello").status == 200);
  bool opened = false;
  while (!opened) fixture.on_loop([&] { opened = gate.open(); });
  CHECK(client.receive().body == "/wait?2");
  CHECK(client.get("/hello").status == 200);
}

TEST_CASE("a handler learns that its client has gone") {
  HttpFixture fixture;
  const bool resets = GENERATE(false, true);  // or closes, which counts where the route says so
  std::promise<void> told, done;
  auto& route =
      fixture.router.add(Method::get, "/wait", [&](Request& request, Response& response) -> Task<void> {
        auto cancellation = request.context.cancellation;
        auto wait = callback<bool>([&](Resume<bool> resume) {
          auto shared = std::make_shared<Resume<bool>>(std::move(resume));
          cancellation->on_cancel([&told, shared] {
            told.set_value();
            (*shared)(true);
          });
        });
        co_await wait;
        response.body = "nobody reads this";
        done.set_value();
      });
  route.withdrawn_by_close = !resets;
  fixture.start();
  {
    HttpClient client(fixture.port);
    if (resets) client.close_with_reset();
    client.send("GET /wait HTTP/1.1\r\nHost: a\r\n\r\n");
    REQUIRE(HttpClient(fixture.port).get("/hello").status == 200);
  }
  CHECK(told.get_future().wait_for(std::chrono::seconds(10)) == std::future_status::ready);
  CHECK(done.get_future().wait_for(std::chrono::seconds(10)) == std::future_status::ready);
  eventually([&] { return fixture.statistics().connections == 0; });
}

TEST_CASE("a client that closes its side alone is answered") {
  HttpFixture fixture;
  Gate gate;
  std::shared_ptr<Cancellation> cancellation;
  fixture.router.add(Method::get, "/wait", [&](Request& request, Response& response) -> Task<void> {
    cancellation = request.context.cancellation;
    co_await gate.wait();
    response.body = request.context.cancelled() ? "withdrawn" : "answered";
  });
  fixture.start();
  HttpClient client(fixture.port);
  client.send("GET /wait HTTP/1.1\r\nHost: a\r\n\r\n");
  client.shut_sending();
  REQUIRE(HttpClient(fixture.port).get("/hello").status == 200);
  fixture.on_loop([&] { CHECK(gate.open()); });
  CHECK(client.receive().body == "answered");
  CHECK(client.closed());
}

TEST_CASE("HEAD is GET without the body") {
  HttpFixture fixture;
  fixture.start();
  HttpClient client(fixture.port);
  const auto get = client.get("/hello");
  const auto head = client.ask("HEAD /hello HTTP/1.1\r\nHost: a\r\n\r\n", true);
  CHECK(head.status == 200);
  CHECK(head.field("content-length") == get.field("content-length"));
  CHECK(head.field("content-type") == get.field("content-type"));
  CHECK(head.field("etag") == get.field("etag"));
  CHECK(client.ask("HEAD /none HTTP/1.1\r\nHost: a\r\n\r\n", true).status == 404);
  CHECK(client.get("/hello").body == get.body);
}

TEST_CASE("a GET that the client has already is answered 304") {
  HttpFixture fixture;
  fixture.router.add(Method::get, "/tagged", [](Request&, Response& response) -> Task<void> {
    response.header("ETag", "W/\"v,1\"");
    response.body = "text";
    co_return;
  });
  fixture.start();
  HttpClient client(fixture.port);
  const auto etag = client.get("/hello").field("etag");
  for (const auto& list :
       {etag, "W/" + etag, "\"other\", " + etag, std::string("*"), ",, \"a,b\"," + etag + ","}) {
    CAPTURE(list);
    const auto answer = client.get("/hello", "If-None-Match: " + list + "\r\n");
    CHECK(answer.status == 304);
    CHECK(answer.body.empty());
    CHECK(answer.field("etag") == etag);
    CHECK_FALSE(answer.has("content-length"));
  }
  CHECK(client.get("/hello", "If-None-Match: \"x\"\r\nIf-None-Match: " + etag + "\r\n").status == 304);
  CHECK(client.ask("HEAD /hello HTTP/1.1\r\nHost: a\r\nIf-None-Match: " + etag + "\r\n\r\n", true).status ==
        304);
  for (const auto& list :
       {std::string("\"other\""), std::string("garbage"), "\"" + etag, std::string("\"\"")})
    CHECK(client.get("/hello", "If-None-Match: " + list + "\r\n").status == 200);
  CHECK(client.get("/tagged").field("etag") == "W/\"v,1\"");
  CHECK(client.get("/tagged", "If-None-Match: \"v,1\"\r\n").status == 304);
  CHECK(
      client.ask("POST /echo HTTP/1.1\r\nHost: a\r\nIf-None-Match: *\r\nContent-Length: 1\r\n\r\na").status ==
      200);
}

TEST_CASE("OPTIONS, unknown paths and methods") {
  HttpFixture fixture;
  fixture.start();
  HttpClient client(fixture.port);
  const auto options = client.ask("OPTIONS /hello HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(options.status == 204);
  CHECK(options.field("allow") == "GET, HEAD, OPTIONS");
  CHECK(client.ask("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n").status == 204);
  CHECK(client.ask("OPTIONS /none HTTP/1.1\r\nHost: a\r\n\r\n").status == 404);
  const auto wrong = client.ask("DELETE /echo HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(wrong.status == 405);
  CHECK(wrong.field("allow") == "POST, OPTIONS");
  CHECK(wrong.field("content-type") == "application/problem+json");
  CHECK(client.get("/none").status == 404);
  CHECK(client.ask("BREW /hello HTTP/1.1\r\nHost: a\r\n\r\n").status == 501);
  CHECK(client.ask("CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n").status == 501);
  CHECK(client.ask("POST /none HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc").status == 404);
  CHECK(client.get("http://elsewhere.example/hello").status == 200);
  CHECK(client.get("/hello").status == 200);
}

TEST_CASE("the connection goes on or ends as HTTP/1.0 and Connection say") {
  HttpFixture fixture;
  fixture.start();
  SECTION("Connection: close") {
    HttpClient client(fixture.port);
    const auto answer = client.get("/hello", "Connection: close\r\n");
    CHECK(answer.field("connection") == "close");
    CHECK(client.closed());
  }
  SECTION("HTTP/1.0") {
    HttpClient client(fixture.port);
    const auto answer = client.ask("GET /hello HTTP/1.0\r\n\r\n");
    CHECK(answer.status == 200);
    CHECK(answer.field("connection") == "close");
    CHECK(client.closed());
  }
  SECTION("HTTP/1.0 with keep-alive") {
    HttpClient client(fixture.port);
    for (int i = 0; i < 2; ++i) {
      const auto answer = client.ask("GET /hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
      CHECK(answer.field("connection") == "keep-alive");
    }
  }
  SECTION("nothing behind Connection: close is answered") {
    HttpClient client(fixture.port);
    client.send(
        "GET /hello HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\nGET /hello HTTP/1.1\r\nHost: a\r\n\r\n");
    CHECK(client.receive().status == 200);
    CHECK(client.closed());
  }
  SECTION("a client that closes its side gets its answers") {
    HttpClient client(fixture.port);
    client.send("GET /hello HTTP/1.1\r\nHost: a\r\n\r\nGET /hello HTTP/1.1\r\nHost: a\r\n\r\n");
    client.shut_sending();
    CHECK(client.receive().status == 200);
    CHECK(client.receive().status == 200);
    CHECK(client.closed());
  }
  SECTION("a client that closes its side within a request is told") {
    HttpClient client(fixture.port);
    client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhalf");
    client.shut_sending();
    CHECK(client.receive().status == 400);
    CHECK(client.closed());
  }
}

TEST_CASE("100 Continue comes only for a body that will be read") {
  HttpFixture fixture;
  fixture.limits.max_body = 100;
  fixture.start();
  HttpClient client(fixture.port);
  SECTION("wanted") {
    client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n");
    CHECK(client.receive().status == 100);
    client.send("body");
    CHECK(client.receive().body == "body");
  }
  SECTION("sent already") {
    CHECK(
        client.ask("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\nbody")
            .body == "body");
  }
  SECTION("too large") {
    CHECK(client.ask("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 101\r\nExpect: 100-continue\r\n\r\n")
              .status == 413);
    CHECK(client.closed());
  }
  SECTION("no such address") {
    CHECK(client.ask("POST /none HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n")
              .status == 404);
    CHECK(client.closed());
  }
  SECTION("no such method there") {
    const auto answer =
        client.ask("PUT /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n");
    CHECK(answer.status == 405);
    CHECK(answer.field("allow") == "POST, OPTIONS");
    CHECK(client.closed());
  }
}

TEST_CASE("a handler that throws is a 500, and the server goes on") {
  HttpFixture fixture;
  fixture.before = [](const Request&, Response& response) {
    response.header("Access-Control-Allow-Origin", "*");
    return false;
  };
  Gate gate;
  fixture.router.add(Method::get, "/throws", [](Request&, Response& response) -> Task<void> {
    response.body = "secret";
    response.header("X-Half", "done");
    throw std::runtime_error("at once");
    co_return;
  });
  fixture.router.add(Method::get, "/throws-later", [&](Request&, Response&) -> Task<void> {
    co_await gate.wait();
    throw std::runtime_error("later");
  });
  fixture.start();
  HttpClient client(fixture.port);
  const auto answer = client.get("/throws");
  CHECK(answer.status == 500);
  CHECK(answer.body.find("secret") == std::string::npos);
  CHECK(answer.body.find("at once") == std::string::npos);
  CHECK_FALSE(answer.has("x-half"));
  CHECK(answer.field("access-control-allow-origin") == "*");

  client.send("GET /throws-later HTTP/1.1\r\nHost: a\r\n\r\n");
  bool opened = false;
  while (!opened) fixture.on_loop([&] { opened = gate.open(); });
  CHECK(client.receive().status == 500);
  CHECK(client.get("/hello").status == 200);
}

TEST_CASE("the hook of every request adds fields and may answer") {
  HttpFixture fixture;
  fixture.before = [](const Request& request, Response& response) {
    response.header("Access-Control-Allow-Origin", "*");
    if (request.method != Method::options || !request.header("Access-Control-Request-Method")) return false;
    response.status = 204;
    response.header("Access-Control-Allow-Methods", "GET, POST");
    return true;
  };
  fixture.start();
  HttpClient client(fixture.port);
  CHECK(client.get("/hello").field("access-control-allow-origin") == "*");
  CHECK(client.get("/none").field("access-control-allow-origin") == "*");
  const auto preflight = client.ask(
      "OPTIONS /hello HTTP/1.1\r\nHost: a\r\nOrigin: http://b\r\nAccess-Control-Request-Method: GET\r\n\r\n");
  CHECK(preflight.status == 204);
  CHECK(preflight.field("access-control-allow-methods") == "GET, POST");
  CHECK_FALSE(preflight.has("allow"));
  const auto refused = client.ask("GET /hello HTTP/1.1\r\n\r\n");
  CHECK(refused.status == 400);
  CHECK(refused.fields.count("access-control-allow-origin") == 1);
}

TEST_CASE("every answer is observed once, with its route") {
  struct Observer final : net::RouteObserver {
    std::atomic<int> calls{0}, status{0};
    std::atomic<std::size_t> bytes{0};
    void answered(const Request&, std::uint16_t of, double seconds, std::size_t size) override {
      ++calls;
      status = of;
      bytes = size;
      if (seconds < 0) status = -1;
    }
  };
  HttpFixture fixture;
  auto observer = std::make_shared<Observer>();
  fixture.router
      .add(Method::get, "/seen/{id}",
           [](Request& request, Response& response) -> Task<void> {
             response.body = request.parameter("id");
             co_return;
           })
      .observer = observer;
  std::vector<std::string> lines;
  fixture.access_log = [&](const Request& request, std::uint16_t status, double, std::size_t) {
    lines.push_back((request.route ? request.route->pattern : "-") + " " + std::to_string(status));
  };
  fixture.start();
  HttpClient client(fixture.port);
  CHECK(client.get("/seen/abc").body == "abc");
  client.get("/none");
  client.ask("GET / HTTP/1.1\r\n\r\n");
  CHECK(observer->calls == 1);
  CHECK(observer->status == 200);
  CHECK(observer->bytes == 3);
  fixture.on_loop([&] { CHECK(lines == std::vector<std::string>{"/seen/{id} 200", "- 404", "- 400"}); });
}

TEST_CASE("an address for WebSocket only asks for the upgrade") {
  HttpFixture fixture;
  fixture.router.add_websocket("/ws", [](Request&, net::WebSocketOptions&, Response& refusal) {
    refusal.status = 403;
    refusal.body = "{}";
    return std::unique_ptr<net::WebSocketHandler>();
  });
  fixture.start();
  HttpClient client(fixture.port);
  const auto plain = client.get("/ws");
  CHECK(plain.status == 426);
  CHECK(plain.field("upgrade") == "websocket");
  CHECK(plain.field("connection") == "Upgrade");
  CHECK(client.get("/ws", "Connection: Upgrade\r\nUpgrade: h2c\r\n").status == 426);
  CHECK(client.get("/hello", "Connection: Upgrade\r\nUpgrade: websocket\r\n").status == 200);
  CHECK(client
            .get("/ws",
                 "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                 "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n")
            .status == 403);
  CHECK(client.get("/hello").status == 200);
}

TEST_CASE("localhost is understood, other names are not") {
  HttpFixture fixture;
  fixture.start("localhost");
  CHECK(HttpClient(fixture.port).get("/hello").status == 200);
  fixture.on_loop([&] {
    const auto wrong = fixture.server->listen("example.org", 0);
    REQUIRE_FALSE(wrong);
    CHECK(wrong.error().code == Code::invalid_argument);
    const auto taken = fixture.server->listen("127.0.0.1", fixture.port);
    REQUIRE_FALSE(taken);
    CHECK(taken.error().code == Code::unavailable);
    CHECK(taken.error().message == "port " + std::to_string(fixture.port) + " is taken");
    CHECK(fixture.server->listen("127.0.0.1", 0));
  });
}

TEST_CASE("a request that has come is answered by a server that stops, read or not") {
  HttpFixture fixture;
  fixture.start();
  HttpClient client(fixture.port);
  CHECK(client.get("/hello").status == 200);
  fixture.begin_stop(std::chrono::seconds(5), [&] { client.send("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n"); });
  const auto answer = client.receive();
  CHECK(answer.status == 200);
  CHECK(answer.field("connection") == "close");
  CHECK(client.closed());
  fixture.await_stop();
}

TEST_CASE("localhost needs its port on both addresses") {
  const int other = ::socket(AF_INET6, SOCK_STREAM, 0);
  sockaddr_in6 address{};
  address.sin6_family = AF_INET6;
  address.sin6_addr = in6addr_loopback;
  socklen_t size = sizeof address;
  const bool there = other >= 0 && ::bind(other, reinterpret_cast<sockaddr*>(&address), size) == 0 &&
                     ::listen(other, 1) == 0 &&
                     ::getsockname(other, reinterpret_cast<sockaddr*>(&address), &size) == 0;
  if (there) {
    HttpFixture fixture;
    fixture.start();
    fixture.on_loop([&] {
      const auto bound = fixture.server->listen("localhost", ntohs(address.sin6_port));
      REQUIRE_FALSE(bound);
      CHECK(bound.error().message.contains("is taken"));
    });
  }
  if (other >= 0) ::close(other);
}
