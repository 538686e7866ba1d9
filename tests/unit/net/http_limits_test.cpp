// Limits in number and time, slow clients, and the graceful stop.
#include "catch.hpp"
#include "http_fixture.hpp"

#include <sys/resource.h>

using namespace parley;
using namespace parley::test;
using net::Method;
using net::Request;
using net::Response;
using std::chrono::milliseconds;

TEST_CASE("clients that are too slow are cut off") {
  HttpFixture fixture;
  fixture.limits.header_timeout = milliseconds(60);
  fixture.limits.body_timeout = milliseconds(60);
  fixture.limits.idle_timeout = milliseconds(60);
  fixture.start();
  HttpClient client(fixture.port);
  SECTION("half a head, from the start") {
    client.send("GET /hello HTTP/1.1\r\nHo");
    CHECK(client.receive().status == 408);
    CHECK(client.closed());
  }
  SECTION("half a head, later") {
    CHECK(client.get("/hello").status == 200);
    client.send("GET /hello HTTP/1.1\r\nHo");
    CHECK(client.receive().status == 408);
    CHECK(client.closed());
  }
  SECTION("half a body") {
    client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhalf");
    const auto answer = client.receive();
    CHECK(answer.status == 408);
    CHECK(answer.field("connection") == "close");
    CHECK(client.closed());
  }
  SECTION("half a chunked body") {
    client.send("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n10\r\nhalf");
    CHECK(client.receive().status == 408);
  }
  SECTION("nothing at all") {
    CHECK(client.closed());
  }
  SECTION("nothing after an answer") {
    CHECK(client.get("/hello").status == 200);
    CHECK(client.closed());
  }
  CHECK(fixture.statistics().timeouts == 1);
}

TEST_CASE("a head that keeps trickling is cut off all the same") {
  HttpFixture fixture;
  fixture.limits.header_timeout = milliseconds(100);
  fixture.start();
  HttpClient client(fixture.port);
  client.send("GET /hello HTTP/1.1\r\nX: ");
  const auto begin = std::chrono::steady_clock::now();
  while (client.silent()) {
    client.try_send("a");
    std::this_thread::yield();
    REQUIRE(std::chrono::steady_clock::now() - begin < std::chrono::seconds(5));
  }
  const auto status = client.receive().status;
  CHECK((status == 408 || status == 431));  // a fast machine trickles beyond the limit of a head first
}

TEST_CASE("a waiting handler is not cut off by the timeouts of its client") {
  HttpFixture fixture;
  fixture.limits.header_timeout = fixture.limits.body_timeout = fixture.limits.idle_timeout =
      milliseconds(30);
  fixture.router.add(Method::get, "/wait", [&](Request&, Response& response) -> Task<void> {
    Scheduler::Timer timer;
    auto wait = callback<bool>([&](Resume<bool> resume) {
      auto shared = std::make_shared<Resume<bool>>(std::move(resume));
      timer = fixture.loop.after(milliseconds(300), [shared] { (*shared)(true); });
    });
    co_await wait;
    response.body = "patience";
  });
  fixture.start();
  HttpClient client(fixture.port);
  CHECK(client.get("/wait").body == "patience");
  CHECK(fixture.statistics().timeouts == 0);
}

TEST_CASE("a client that takes nothing is cut off, others are served meanwhile") {
  HttpFixture fixture;
  fixture.limits.write_timeout = milliseconds(150);
  fixture.router.add(Method::get, "/large", [](Request&, Response& response) -> Task<void> {
    response.body.assign(16 << 20, 'x');
    co_return;
  });
  fixture.start();
  HttpClient slow(fixture.port, "127.0.0.1", 4096);
  slow.send("GET /large HTTP/1.1\r\nHost: a\r\n\r\nGET /large HTTP/1.1\r\nHost: a\r\n\r\n");
  HttpClient other(fixture.port);
  CHECK(other.get("/hello").status == 200);
  eventually([&] { return other.get("/hello").status != 200 || fixture.statistics().timeouts > 0; });
  CHECK(fixture.statistics().connections == 1);
}

TEST_CASE("a large answer arrives whole at a slow reader") {
  HttpFixture fixture;
  std::string large(8 << 20, 'a');
  for (std::size_t i = 0; i < large.size(); ++i) large[i] = static_cast<char>('a' + i % 23);
  fixture.router.add(Method::get, "/large", [&](Request&, Response& response) -> Task<void> {
    response.body = large;
    co_return;
  });
  fixture.start();
  HttpClient client(fixture.port, "127.0.0.1", 8192);
  client.send("GET /large HTTP/1.1\r\nHost: a\r\n\r\nGET /hello HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(client.receive().body == large);
  CHECK(client.receive().status == 200);
}

TEST_CASE("an upload that is refused gets its answer, however much it goes on sending") {
  HttpFixture fixture;
  fixture.start();
  HttpClient client(fixture.port);
  client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 4194304\r\n\r\n");
  client.send(std::string(4 << 20, 'x'));
  CHECK(client.receive().status == 413);
  CHECK_FALSE(client.was_reset());
}

TEST_CASE("connections beyond the limit are turned away and told so") {
  HttpFixture fixture;
  fixture.before = [](const Request&, Response& response) {
    response.header("X-Everywhere", "yes");
    return false;
  };
  SECTION("in all") {
    fixture.limits.max_connections = 2;
  }
  SECTION("per address") {
    fixture.limits.max_connections_per_address = 2;
  }
  fixture.start();
  auto first = std::make_unique<HttpClient>(fixture.port);
  HttpClient second(fixture.port);
  CHECK(first->get("/hello").status == 200);
  CHECK(second.get("/hello").status == 200);
  {
    HttpClient third(fixture.port);
    const auto answer = third.get("/hello");
    CHECK(answer.status == 503);
    CHECK(answer.has("retry-after"));
    CHECK(answer.has("date"));
    CHECK(answer.field("x-everywhere") == "yes");
    CHECK(answer.field("connection") == "close");
    CHECK(third.closed());
  }
  CHECK(fixture.statistics().refused == 1);
  CHECK(fixture.statistics().connections == 2);
  first.reset();
  eventually([&] { return fixture.statistics().connections == 1; });
  CHECK(HttpClient(fixture.port).get("/hello").status == 200);
}

TEST_CASE("addresses are counted apart") {
  HttpFixture fixture;
  fixture.limits.max_connections_per_address = 1;
  fixture.start();
  HttpClient first(fixture.port);
  CHECK(first.get("/hello").status == 200);
  HttpClient second(fixture.port, "127.0.0.2");
  CHECK(second.get("/hello").status == 200);
  CHECK(HttpClient(fixture.port, "127.0.0.2").get("/hello").status == 503);
}

TEST_CASE("accepting goes on after the descriptors have run out") {
  HttpFixture fixture;
  fixture.start();
  HttpClient before(fixture.port);
  CHECK(before.get("/hello").status == 200);

  rlimit usual{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &usual) == 0);
  rlimit low = usual;
  low.rlim_cur = 64;
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &low) == 0);
  std::vector<int> taken;
  for (int copy; (copy = ::dup(0)) >= 0;) taken.push_back(copy);
  REQUIRE(!taken.empty());
  ::close(taken.back());
  taken.pop_back();
  HttpClient late(fixture.port);  // takes the last descriptor: none is left for the server's end
  late.send("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(before.get("/hello").status == 200);
  CHECK(late.silent());
  CHECK(fixture.statistics().accepted == 1);
  for (int one : taken) ::close(one);
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &usual) == 0);
  CHECK(late.receive().status == 200);
  CHECK(HttpClient(fixture.port).get("/hello").status == 200);
}

TEST_CASE("a graceful stop closes what idles and finishes what runs") {
  HttpFixture fixture;
  Gate gate;
  std::promise<void> entered;
  fixture.router.add(Method::get, "/wait", [&](Request&, Response& response) -> Task<void> {
    entered.set_value();
    co_await gate.wait();
    response.body = "finished";
  });
  fixture.start();
  HttpClient idle(fixture.port), busy(fixture.port), sending(fixture.port);
  CHECK(idle.get("/hello").status == 200);
  CHECK(sending.get("/hello").status == 200);
  sending.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nha");
  busy.send("GET /wait HTTP/1.1\r\nHost: a\r\n\r\n");
  entered.get_future().wait();

  fixture.begin_stop(std::chrono::seconds(30));
  CHECK(idle.closed());
  CHECK_THROWS(HttpClient(fixture.port));
  CHECK_FALSE(fixture.stop_has_completed());

  sending.send("lf");
  const auto sent = sending.receive();
  CHECK(sent.body == "half");
  CHECK(sent.field("connection") == "close");
  CHECK(sending.closed());

  fixture.on_loop([&] { CHECK(gate.open()); });
  const auto answer = busy.receive();
  CHECK(answer.body == "finished");
  CHECK(answer.field("connection") == "close");
  CHECK(busy.closed());
  fixture.await_stop();
  CHECK(fixture.statistics().connections == 0);
}

TEST_CASE("a stop whose grace has passed cuts off what is left") {
  HttpFixture fixture;
  Gate gate;
  std::promise<void> entered;
  std::shared_ptr<Cancellation> cancellation;
  fixture.router.add(Method::get, "/wait", [&](Request& request, Response&) -> Task<void> {
    cancellation = request.context.cancellation;
    entered.set_value();
    co_await gate.wait();
  });
  fixture.start();
  HttpClient busy(fixture.port);
  busy.send("GET /wait HTTP/1.1\r\nHost: a\r\n\r\n");
  entered.get_future().wait();
  fixture.stop(milliseconds(20));
  CHECK(busy.closed());
  fixture.on_loop([&] { CHECK(cancellation->cancelled()); });
  fixture.on_loop([&] { CHECK(gate.open()); });
  CHECK(fixture.statistics().connections == 0);
}

TEST_CASE("a server may go while a handler waits") {
  HttpFixture fixture;
  struct Wait {
    std::promise<void> entered, destroyed;
  } wait;
  fixture.router.add(Method::get, "/wait", [&](Request&, Response&) -> Task<void> {
    const std::shared_ptr<void> guard(nullptr, [&](void*) { wait.destroyed.set_value(); });
    auto never = callback<bool>([&](Resume<bool>) { wait.entered.set_value(); });
    co_await never;
  });
  fixture.start();
  HttpClient busy(fixture.port);
  busy.send("GET /wait HTTP/1.1\r\nHost: a\r\n\r\n");
  wait.entered.get_future().wait();
  fixture.on_loop([&] { fixture.server.reset(); });
  CHECK(wait.destroyed.get_future().wait_for(std::chrono::seconds(5)) == std::future_status::ready);
  CHECK(busy.closed());
}
