// Bodies that are produced while they are sent: framing, flow control, ends of every kind.
#include "catch.hpp"
#include "http_fixture.hpp"

#include <parley/net/pause.hpp>

#include <atomic>

using namespace parley;
using namespace parley::test;
using net::BodyWriter;
using net::Method;
using net::Request;
using net::Response;

namespace {

class ProducingFixture : public HttpFixture {
 public:
  std::atomic<std::size_t> written{0};
  std::atomic<bool> ended{false}, refused{false};

  ProducingFixture() {
    produce("/words", std::nullopt, [](BodyWriter& out, CallContext) -> Task<void> {
      for (const std::string_view word : {"one ", "", "two ", "three"}) {
        auto writing = out.write(word);
        co_await std::move(writing);
      }
    });
    produce("/counted", 11, [](BodyWriter& out, CallContext) -> Task<void> {
      for (int i = 0; i < 3; ++i) {
        auto writing = out.write("hello");
        co_await std::move(writing);
      }
    });
    produce("/short", 11, [](BodyWriter& out, CallContext) -> Task<void> {
      auto writing = out.write("hello");
      co_await std::move(writing);
    });
    produce("/large", 8 << 20, [](BodyWriter& out, CallContext) -> Task<void> {
      const std::string block(64 << 10, 'x');
      for (bool wanted = true; wanted;) {
        auto writing = out.write(block);
        wanted = co_await std::move(writing);
      }
    });
    produce("/endless", std::nullopt, [this](BodyWriter& out, CallContext) -> Task<void> {
      const std::string block(10'000, 'x');
      for (bool wanted = true; wanted;) {
        auto writing = out.write(block);
        wanted = co_await std::move(writing);
        if (wanted) written += block.size();
      }
      ended = true;
    });
    produce("/waiting", std::nullopt, [this](BodyWriter& out, CallContext context) -> Task<void> {
      auto writing = out.write("first");
      co_await std::move(writing);
      auto waiting = net::pause(loop, std::chrono::hours(1), context);
      const bool passed = co_await std::move(waiting);
      refused = !passed;
      auto more = out.write("never");
      const bool wanted = co_await std::move(more);
      ended = !wanted;
    });
    produce("/failing", std::nullopt, [](BodyWriter& out, CallContext) -> Task<void> {
      auto writing = out.write("first");
      co_await std::move(writing);
      throw std::runtime_error("broken on purpose");
    });
  }

 private:
  using Producer = std::function<Task<void>(BodyWriter&, CallContext)>;
  static Task<void> run(const Producer& producer, std::optional<std::uint64_t> length, Request& request,
                        Response& response) {
    response.content_type = "text/plain";
    response.header("X-Own", "1");
    response.produce(
        [&producer, context = request.context](BodyWriter& out) { return producer(out, context); }, length);
    co_return;
  }
  void produce(const char* path, std::optional<std::uint64_t> length, Producer producer) {
    router.add(Method::get, path,
               [length, producer = std::move(producer)](Request& request, Response& response) {
                 return run(producer, length, request, response);
               });
  }
};

std::string ask(HttpFixture& fixture, const std::string& request) {
  HttpClient client(fixture.port);
  client.send(request);
  return client.rest();
}

std::string get(HttpFixture& fixture, const char* path, const char* version = "1.1") {
  return ask(fixture, std::string("GET ") + path + " HTTP/" + version + "\r\nHost: a\r\n\r\n");
}

}  // namespace

TEST_CASE("a body of unknown length goes in chunks, and the connection closes") {
  ProducingFixture fixture;
  fixture.start();
  const auto answer = get(fixture, "/words");
  CHECK(answer.starts_with("HTTP/1.1 200 OK\r\n"));
  CHECK(answer.contains("\r\nTransfer-Encoding: chunked\r\n"));
  CHECK(answer.contains("\r\nContent-Type: text/plain\r\n"));
  CHECK(answer.contains("\r\nX-Own: 1\r\n"));
  CHECK(answer.contains("\r\nConnection: close\r\n"));
  CHECK_FALSE(answer.contains("Content-Length"));
  CHECK(answer.ends_with("\r\n\r\n4\r\none \r\n4\r\ntwo \r\n5\r\nthree\r\n0\r\n\r\n"));
}

TEST_CASE("an HTTP/1.0 client gets it until the close") {
  ProducingFixture fixture;
  fixture.start();
  const auto answer = get(fixture, "/words", "1.0");
  CHECK_FALSE(answer.contains("Transfer-Encoding"));
  CHECK(answer.ends_with("\r\n\r\none two three"));
}

TEST_CASE("a body of announced length has that length, whatever is written") {
  ProducingFixture fixture;
  fixture.start();
  const auto answer = get(fixture, "/counted");
  CHECK(answer.contains("\r\nContent-Length: 11\r\n"));
  CHECK_FALSE(answer.contains("Transfer-Encoding"));
  CHECK(answer.ends_with("\r\n\r\nhellohelloh"));
}

TEST_CASE("a producer that writes until nobody takes it ends with the announced length") {
  ProducingFixture fixture;
  fixture.start();
  const auto answer = get(fixture, "/large");
  CHECK(answer.size() - answer.find("\r\n\r\n") - 4 == 8 << 20);
}

TEST_CASE("a client that has closed its side still gets the body") {
  ProducingFixture fixture;
  fixture.start();
  for (const auto* path : {"/large", "/words"}) {
    HttpClient client(fixture.port);
    client.send(std::string("GET ") + path + " HTTP/1.1\r\nHost: a\r\n\r\n");
    client.shut_sending();
    const auto answer = client.rest();
    CHECK((answer.size() > 8 << 20 || answer.ends_with("0\r\n\r\n")));
  }
  eventually([&] { return fixture.statistics().connections == 0; });
}

TEST_CASE("HEAD is answered with the head of GET") {
  ProducingFixture fixture;
  fixture.start();
  for (const auto* path : {"/words", "/counted"}) {
    const auto head = ask(fixture, std::string("HEAD ") + path + " HTTP/1.1\r\nHost: a\r\n\r\n");
    CHECK(head.ends_with("\r\n\r\n"));
    const auto whole = get(fixture, path);
    const auto names = [](std::string_view text) {  // ids and the date differ
      std::string out;
      for (auto line : {"Content-Type", "Transfer-Encoding", "Content-Length", "Connection", "X-Own"})
        if (text.contains(std::string("\r\n") + line + ": ")) out += line;
      return out;
    };
    CHECK(names(head) == names(whole.substr(0, whole.find("\r\n\r\n") + 2)));
  }
}

TEST_CASE("answers before it are sent first") {
  ProducingFixture fixture;
  fixture.start();
  const auto answers = ask(fixture,
                           "GET /hello HTTP/1.1\r\nHost: a\r\n\r\nGET /words HTTP/1.1\r\nHost: a\r\n\r\n"
                           "GET /hello HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(answers.find("{\"hello\":\"world\"}") < answers.find("one "));
  CHECK(answers.ends_with("0\r\n\r\n"));
}

TEST_CASE("a client that does not read holds the producer back") {
  ProducingFixture fixture;
  fixture.limits.write_timeout = std::chrono::milliseconds(60'000);
  fixture.start();
  HttpClient client(fixture.port, "127.0.0.1", 8192);
  client.send("GET /endless HTTP/1.1\r\nHost: a\r\n\r\n");
  // It stands still once the kernel's buffers and ours are full.
  std::size_t before = 0;
  eventually([&] {
    const auto now = fixture.written.load();
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    const bool still = now > 0 && now == fixture.written.load() && now == before;
    before = now;
    return still;
  });
  CHECK(fixture.written < (32u << 20));
  const auto stood = fixture.written.load();
  for (std::size_t got = 0; got < stood + (2 << 20);)
    got += client.some().size();  // and goes on when it reads
  CHECK(fixture.written > stood);
  CHECK_FALSE(fixture.ended);
}

TEST_CASE("a client that takes nothing for too long is cut off, and the producer ends") {
  ProducingFixture fixture;
  fixture.limits.write_timeout = std::chrono::milliseconds(200);
  fixture.start();
  HttpClient client(fixture.port, "127.0.0.1", 8192);
  client.send("GET /endless HTTP/1.1\r\nHost: a\r\n\r\n");
  eventually([&] { return fixture.ended.load(); });
  eventually([&] { return fixture.statistics().connections == 0; });
  CHECK(fixture.statistics().slow_consumers == 1);
}

TEST_CASE("a producer that waits is told when its client leaves") {
  ProducingFixture fixture;
  fixture.start();
  {
    HttpClient client(fixture.port);
    client.send("GET /waiting HTTP/1.1\r\nHost: a\r\n\r\n");
    while (!client.some().contains("first")) {
    }
    CHECK_FALSE(fixture.refused);
    client.close_with_reset();
  }
  eventually([&] { return fixture.ended.load(); });
  CHECK(fixture.refused);
  eventually([&] { return fixture.statistics().connections == 0; });
}

TEST_CASE("a body that breaks off is seen to be broken") {
  ProducingFixture fixture;
  fixture.start();
  const auto chunks = get(fixture, "/failing");
  CHECK(chunks.starts_with("HTTP/1.1 200 OK\r\n"));
  CHECK(chunks.ends_with("\r\n\r\n5\r\nfirst\r\n"));
  const auto counted = get(fixture, "/short");
  CHECK(counted.contains("\r\nContent-Length: 11\r\n"));
  CHECK(counted.ends_with("\r\n\r\nhello"));
  for (const auto* path : {"/failing", "/words"}) {  // to a client to whom the close is the end
    CAPTURE(path);
    HttpClient old(fixture.port);
    old.send(std::string("GET ") + path + " HTTP/1.0\r\n\r\n");
    CHECK(old.was_reset() == (path == std::string_view("/failing")));
  }
  HttpClient client(fixture.port);
  CHECK(client.get("/hello").status == 200);
}

TEST_CASE("a server that stops ends the producers that would go on for ever") {
  ProducingFixture fixture;
  fixture.start();
  HttpClient waiting(fixture.port), reading(fixture.port);
  waiting.send("GET /waiting HTTP/1.1\r\nHost: a\r\n\r\n");
  reading.send("GET /endless HTTP/1.1\r\nHost: a\r\n\r\n");
  while (!waiting.some().contains("first")) {
  }
  fixture.stop(std::chrono::milliseconds(50));
  CHECK(fixture.refused);
  CHECK(fixture.statistics().connections == 0);
}
