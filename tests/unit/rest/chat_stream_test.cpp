// The chat as Server-Sent Events.
#include "catch.hpp"
#include "fixture.hpp"

using namespace parley;
using namespace parley::test;

namespace {

bool has(const std::string& event, const std::string& text) {
  return event.find(text) != std::string::npos;
}

}  // namespace

TEST_CASE("the stream sends each message as an event with its seq as id") {
  GatewayFixture fixture;
  fixture.chat.append("lobby", "before");
  auto response = fixture.get("/api/messages/stream");
  REQUIRE(response.streaming);
  FakeStream stream;
  response.streaming->opened(stream);
  CHECK(stream.events.empty());
  fixture.chat.append("lobby", "Hello");
  REQUIRE(stream.events.size() == 1);
  CHECK(has(stream.events[0], "id: 2\n"));
  CHECK(has(stream.events[0], "event: message\n"));
  CHECK(has(stream.events[0], R"("content":"Hello")"));
  CHECK(fixture.metrics.series["chat_event_streams"].value == 1);
  response.streaming->on_close();
  CHECK(fixture.metrics.series["chat_event_streams"].value == 0);
  fixture.chat.append("lobby", "gone");
  CHECK(stream.events.size() == 1);
}

TEST_CASE("Last-Event-ID goes before since") {
  GatewayFixture fixture;
  for (int i = 0; i < 5; ++i) fixture.chat.append("attic");
  TestRequest request(net::Method::get, "/api/messages/stream?room=attic&since=1");
  request.with("Last-Event-ID", "3");
  auto response = fixture.ask(request);
  REQUIRE(response.streaming);
  FakeStream stream;
  response.streaming->opened(stream);
  REQUIRE(stream.events.size() == 2);
  CHECK(has(stream.events[0], "id: 4\n"));
  response.streaming->on_close();
}

TEST_CASE("what is no longer kept is a gap event, and resuming from it goes on behind it") {
  GatewayFixture fixture;
  for (int i = 0; i < 9; ++i) fixture.chat.append("lobby");
  fixture.chat.prune("lobby", 7);
  auto response = fixture.get("/api/messages/stream?since=2");
  FakeStream stream;
  response.streaming->opened(stream);
  REQUIRE(stream.events.size() == 4);
  CHECK(has(stream.events[0], "event: gap\n"));
  CHECK(has(stream.events[0], "id: 6\n"));
  CHECK(has(stream.events[0], R"("from":3,"to":6)"));
  CHECK(has(stream.events[1], "id: 7\n"));
  response.streaming->on_close();

  SECTION("of a log that was replaced: from its start") {
    fixture.chat.replace("lobby");
    fixture.chat.append("lobby", "new");
    auto again = fixture.get("/api/messages/stream?since=9");
    FakeStream second;
    again.streaming->opened(second);
    REQUIRE(second.events.size() == 2);
    CHECK(has(second.events[0], "event: gap\n"));
    CHECK(has(second.events[0], "id: 0\n"));
    CHECK(has(second.events[1], "id: 1\n"));
    again.streaming->on_close();
  }
}

TEST_CASE("a bad position or room is refused") {
  GatewayFixture fixture;
  TestRequest request(net::Method::get, "/api/messages/stream");
  request.with("Last-Event-ID", "abc");
  auto response = fixture.ask(request);
  CHECK(response.status == 400);
  CHECK_FALSE(response.streaming);
  CHECK(parse(response.body)["errors"][0]["field"] == "Last-Event-ID");
  CHECK(fixture.get("/api/messages/stream?room=%20").status == 400);
  CHECK(fixture.get("/api/messages/stream?since=x").status == 400);
}

TEST_CASE("a client that has gone before its stream opened leaves nothing behind") {
  GatewayFixture fixture;
  auto response = fixture.get("/api/messages/stream");
  response.streaming->on_close();
  CHECK(fixture.metrics.series["chat_event_streams"].value == 0);
}

TEST_CASE("slow and restarted clients are told how to resume") {
  GatewayFixture fixture;
  auto response = fixture.get("/api/messages/stream");
  CHECK(has(response.streaming->options.slow_event, "Last-Event-ID"));
  CHECK(parse(response.streaming->options.restart_event)["code"] == "unavailable");
}
