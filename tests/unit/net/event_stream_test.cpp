#include "catch.hpp"
#include "live_harness.hpp"

#include <parley/net/event_stream.hpp>

using namespace parley::net;
using namespace parley::net::test;
using namespace std::chrono_literals;

namespace {

constexpr std::string_view kHead =
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";
constexpr std::string_view kEnd = "0\r\n\r\n";

struct Stream {
  explicit Stream(LiveHarness& harness, int send_buffer = 0)
      : client(harness.open_events(make(), send_buffer)) {}
  ~Stream() { *alive = false; }
  Response::Streaming make() {
    Response::Streaming streaming;
    streaming.options.slow_event = "resume after 5";
    streaming.options.restart_event = "soon";
    streaming.opened = [this, alive = alive](EventStream& to) {
      if (!*alive) return;
      stream = &to;
      if (on_open) on_open(to);
    };
    streaming.on_close = [this, alive = alive] {
      if (!*alive) return;
      ++closes;
      stream = nullptr;
    };
    return streaming;
  }
  std::function<void(EventStream&)> on_open;
  EventStream* stream = nullptr;
  int closes = 0;
  std::shared_ptr<bool> alive = std::make_shared<bool>(true);
  RawClient client;
};

// The next chunk's content; empty for the last.
std::string chunk(RawClient& client) {
  const auto line = client.until("\r\n");
  const auto size = std::stoul(line, nullptr, 16);
  client.expect_bytes(size + 2);
  auto out = client.received.substr(0, size);
  REQUIRE(client.received.substr(size, 2) == "\r\n");
  client.received.erase(0, size + 2);
  return out;
}

}  // namespace

TEST_CASE("events follow the head, in order, until the end is sent", "[net][sse]") {
  LiveHarness harness;
  Stream s(harness);
  CHECK(s.stream == nullptr);  // not before the server knows the stream
  CHECK(s.client.until("\r\n\r\n") == kHead);
  harness.run_until([&] { return s.stream; });
  CHECK(harness.statistics.event_streams == 1);
  s.stream->send(Frame::event("1", "message", "one\ntwo"));
  s.stream->send(Frame::event("2", "", ""));
  s.stream->close();
  CHECK_FALSE(s.stream->open());
  s.stream->send(Frame::event("3", "", "late"));
  s.stream->close();
  CHECK(chunk(s.client) == "id: 1\nevent: message\ndata: one\ndata: two\n\n");
  CHECK(chunk(s.client) == "id: 2\ndata: \n\n");
  CHECK(chunk(s.client).empty());
  s.client.expect_end();
  CHECK(s.client.received.empty());
  CHECK(s.closes == 0);
  s.client.close();
  harness.run_until([&] { return harness.connections.empty(); });
  CHECK(s.closes == 1);
  CHECK(harness.ended == 1);
  CHECK(harness.statistics.event_streams == 0);
}

TEST_CASE("a client that keeps the socket after the end is cut off", "[net][sse]") {
  LiveHarness harness;
  harness.limits.write_timeout = 300ms;  // bounds the closing too
  Stream s(harness);
  harness.run_until([&] { return s.stream; });
  s.stream->close();
  s.client.expect_end();
  harness.run_until([&] { return harness.connections.empty(); });
  CHECK(s.closes == 1);
}

TEST_CASE("a client that goes is noticed", "[net][sse]") {
  LiveHarness harness;
  Stream s(harness);
  harness.run_until([&] { return s.stream; });
  SECTION("closing") {
    s.client.close();
  }
  SECTION("closing its direction") {
    s.client.shutdown_send();
  }
  SECTION("talking too much") {
    s.client.send(std::string(200'000, 'x'));
  }
  harness.run_until([&] { return harness.connections.empty(); });
  CHECK(s.closes == 1);
}

TEST_CASE("a few bytes from the client do no harm", "[net][sse]") {
  LiveHarness harness;
  Stream s(harness);
  s.client.send("GET / HTTP/1.1\r\n\r\n");
  harness.run_until([&] { return s.stream; });
  harness.poll();
  s.stream->send(Frame::event("", "", "still here"));
  s.client.until("\r\n\r\n");
  CHECK(chunk(s.client) == "data: still here\n\n");
}

TEST_CASE("heartbeats are comments in a chunk of their own", "[net][sse]") {
  LiveHarness harness;
  harness.limits.heartbeat = 100ms;
  Stream s(harness);
  CHECK(s.client.until("\r\n\r\n") == kHead);
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < 4; ++i) REQUIRE(chunk(s.client) == ": \n\n");
  const auto took = std::chrono::steady_clock::now() - start;
  CHECK(took >= 300ms);
  CHECK(took < 3s);
}

TEST_CASE("a slow client is told how to resume, at an event's border", "[net][sse]") {
  LiveHarness harness;
  harness.limits.send_buffer = 100'000;
  Stream s(harness, 4096);
  harness.run_until([&] { return s.stream; });
  const std::string data(2000, 'd');
  const auto event = Frame::event("5", "message", data);
  SECTION("by broadcast") {
    Fanout fanout(harness.loop);
    fanout.join(*s.stream);
    while (fanout.size() > 0) {
      fanout.publish(event);
      harness.poll();
    }
  }
  SECTION("alone") {
    while (s.stream->open()) s.stream->send(event);
  }
  SECTION("by its write timeout") {
    harness.limits.write_timeout = 500ms;
    for (int i = 0; i < 40; ++i) s.stream->send(event);
  }
  harness.run_until([&] { return harness.statistics.slow_consumers == 1; });
  CHECK(s.client.until("\r\n\r\n") == kHead);
  std::string got;
  while ((got = chunk(s.client)) == "id: 5\nevent: message\ndata: " + data + "\n\n") {
  }
  CHECK(got == "event: overflow\ndata: resume after 5\n\n");
  CHECK(chunk(s.client).empty());
  s.client.expect_end();
  s.client.close();
  harness.run_until([&] { return harness.connections.empty(); });
  CHECK(s.closes == 1);
  CHECK(harness.statistics.slow_consumers == 1);
}

TEST_CASE("when the server restarts a stream ends with the restart event", "[net][sse]") {
  LiveHarness harness;
  Stream s(harness);
  harness.run_until([&] { return s.stream; });
  s.stream->send(Frame::event("", "", "queued"));
  harness.latest->restart();
  harness.latest->restart();
  CHECK(s.client.until("\r\n\r\n") == kHead);
  CHECK(chunk(s.client) == "data: queued\n\n");
  CHECK(chunk(s.client) == "event: restart\ndata: soon\n\n");
  CHECK(s.client.until(kEnd) == kEnd);
  s.client.expect_end();
  s.client.close();
  harness.run_until([&] { return harness.connections.empty(); });
  CHECK(s.closes == 1);
}

TEST_CASE("a stream cut off or restarted before it was opened is closed once", "[net][sse]") {
  LiveHarness harness;
  Stream s(harness);
  SECTION("cut") {
    harness.latest->cut();
  }
  SECTION("restarted") {
    harness.latest->restart();
  }
  s.client.expect_end();
  s.client.close();
  harness.run_until([&] { return harness.connections.empty(); });
  CHECK(s.stream == nullptr);
  CHECK(s.closes == 1);
}

TEST_CASE("an exception of the application ends the stream", "[net][sse]") {
  LiveHarness harness;
  Stream s(harness);
  s.on_open = [](EventStream&) { throw std::runtime_error("boom"); };
  CHECK(s.client.until(kEnd).ends_with(kEnd));
  s.client.expect_end();
  s.client.close();
  harness.run_until([&] { return harness.connections.empty(); });
  CHECK(s.closes == 1);
}

TEST_CASE("event streams and their fan-out", "[net][sse]") {
  LiveHarness harness;
  Fanout fanout(harness.loop);
  std::vector<std::unique_ptr<Stream>> streams;
  for (int i = 0; i < 500; ++i) {
    streams.push_back(std::make_unique<Stream>(harness));
    streams.back()->on_open = [&](EventStream& stream) { fanout.join(stream); };
  }
  harness.run_until([&] { return fanout.size() == 500; });
  std::string expected(kHead);
  for (int i = 0; i < 20; ++i) {
    const auto event = Frame::event(std::to_string(i), "", "x");
    expected += event.bytes();
    fanout.publish(event);
  }
  for (auto& s : streams) {
    s->client.expect_bytes(expected.size());
    REQUIRE(s->client.received == expected);
  }
}
