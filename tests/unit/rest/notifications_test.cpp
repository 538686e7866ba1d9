// Notifications on this edge: one cursor for everybody, each encoded once per form, nothing lost or repeated.
#include "catch.hpp"
#include "fixture.hpp"
#include "notification_hub.hpp"

#include <list>
#include <random>

using namespace parley;
using namespace parley::test;
using namespace std::chrono_literals;
using notifications::NotificationType;
using rest::Form;
using rest::NotificationHubs;
using rest::Place;

namespace {

struct Fixture {
  net::Loop loop;
  ManualTime time;
  FakeNotifications log{time};
  NotificationHubs hubs{loop, time, time, log};
};

struct Client {
  Client(Fixture& f, std::string name, std::optional<std::int64_t> after = std::nullopt,
         std::vector<NotificationType> asked = {})
      : fixture(f), user(std::move(name)), types(std::move(asked)) {
    place.enter(fixture.hubs.hub()->group(user, types, Form::text), socket, after);
  }
  // The seqs since the last call; a gap is negative.
  std::vector<std::int64_t> seqs() {
    std::vector<std::int64_t> all;
    for (auto& text : socket.take()) {
      const auto at = text.find("\"seq\":");
      all.push_back(at == std::string::npos ? -1 : std::stoll(text.substr(at + 6)));
    }
    return all;
  }
  Fixture& fixture;
  std::string user;
  std::vector<NotificationType> types;
  FakeSocket socket;
  Place place;
};

using Seqs = std::vector<std::int64_t>;

// Keeps the frames themselves, so that a test sees which clients share one.
struct FrameSocket final : net::WebSocket {
  void send(const net::Frame& frame) override { frames.push_back(frame); }
  std::size_t backlog() const noexcept override { return 0; }
  bool open() const noexcept override { return true; }
  void send_text(std::string_view) override {}
  void send_binary(std::string_view) override {}
  void close(std::uint16_t, std::string_view) override {}
  void pause() override {}
  void resume() override {}
  std::vector<net::Frame> frames;

 private:
  void joined(net::Fanout*, std::uint32_t) noexcept override {}
};

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("notifications: everyone gets his own and those to everybody, from one cursor") {
  Fixture f;
  f.log.append("bob");
  Client bob(f, "bob"), again(f, "bob"), eve(f, "eve"),
      errors(f, "bob", std::nullopt, {NotificationType::error});
  CHECK(f.log.follows == 1);
  f.log.append("bob");                           // 2
  f.log.append("eve");                           // 3
  f.log.append("", NotificationType::error);     // 4
  f.log.append("nobody");                        // 5
  f.log.append("bob", NotificationType::error);  // 6
  CHECK(bob.seqs() == Seqs{2, 4, 6});
  CHECK(again.seqs() == Seqs{2, 4, 6});
  CHECK(eve.seqs() == Seqs{3, 4});
  CHECK(errors.seqs() == Seqs{4, 6});
  CHECK(f.hubs.hub()->users() == 2);
  bob.place.leave();
  f.log.append("bob");
  CHECK(bob.seqs().empty());
  CHECK(again.seqs() == Seqs{7});
  CHECK(f.log.follows == 1);
}

TEST_CASE("notifications: one to everybody is encoded once for a thousand streams of different users") {
  Fixture f;
  std::list<FrameSocket> sockets;
  std::list<Place> places;
  for (int i = 0; i < 1000; ++i)
    places.emplace_back().enter(f.hubs.hub()->group("user" + std::to_string(i), {}, Form::text),
                                sockets.emplace_back(), std::nullopt);
  f.log.append("");
  for (auto& socket : sockets) {
    REQUIRE(socket.frames.size() == 1);
    REQUIRE(socket.frames[0].bytes().data() == sockets.front().frames[0].bytes().data());
  }
  for (auto& place : places) place.leave();
  CHECK(f.hubs.hub()->users() == 0);
}

TEST_CASE("notifications: one with a position gets what it missed, then what comes, each once") {
  Fixture f;
  for (int i = 0; i < 150; ++i) f.log.append(i % 3 == 0 ? "bob" : "eve");
  Client live(f, "bob");
  Client late(f, "bob", 140);
  CHECK(late.seqs() == Seqs{142, 145, 148});
  CHECK(f.hubs.hub()->catching_up() == 0);  // the port tells positions: they met although the last is not his
  CHECK(f.log.following == 1);
  f.log.append("");
  CHECK(late.seqs() == Seqs{151});
  CHECK(live.seqs() == Seqs{151});
  Client at_the_end(f, "bob", 151);
  CHECK(f.log.following == 1);
}

TEST_CASE("notifications: a gap is told to all, and to one that catches up") {
  Fixture f;
  Client bob(f, "bob");
  f.log.append("bob");
  CHECK(bob.seqs() == Seqs{1});
  f.log.interrupt();
  for (int i = 0; i < 9; ++i) f.log.append("bob");
  f.log.forget_until(8);
  f.time.advance(100ms);
  CHECK(bob.seqs() == Seqs{-1, 9, 10});
  Client late(f, "bob", 3);
  CHECK(late.seqs() == Seqs{-1, 9, 10});
  f.log.append("bob");
  CHECK(bob.seqs() == Seqs{11});
  CHECK(late.seqs() == Seqs{11});
}

TEST_CASE("notifications: whoever joins when, sees everything that is his once and in order") {
  const auto seed = GENERATE(range(1, 41));
  std::mt19937 random(static_cast<unsigned>(seed));
  const auto any = [&](int below) { return static_cast<int>(random() % static_cast<unsigned>(below)); };
  Fixture f;
  f.log.page = static_cast<std::size_t>(1 + any(5));
  f.log.tells_position = any(3) != 0;
  struct Watched {
    std::unique_ptr<Client> client;
    std::int64_t position;  // has seen everything up to here
  };
  std::list<Watched> clients;
  const auto append = [&] {
    const char* users[] = {"", "bob", "eve", "nobody"};
    f.log.append(users[any(4)], static_cast<NotificationType>(any(3)));
  };
  const auto sees = [](const Client& client, const notifications::Notification& n) {
    return (n.user_id.empty() || n.user_id == client.user) &&
           (client.types.empty() || std::ranges::find(client.types, n.type) != client.types.end());
  };
  const auto check = [&](Watched& watched) {
    for (const auto seq : watched.client->seqs()) {
      while (++watched.position < seq)
        REQUIRE_FALSE(sees(*watched.client, f.log.log[static_cast<std::size_t>(watched.position - 1)]));
      REQUIRE(watched.position == seq);
      REQUIRE(sees(*watched.client, f.log.log[static_cast<std::size_t>(seq - 1)]));
    }
  };
  for (int i = any(20); i > 0; --i) append();
  f.hubs.hub();
  for (int step = 0; step < 300; ++step) {
    switch (any(6)) {
      case 0:
      case 1:
        append();
        break;
      case 2: {
        const auto last = static_cast<std::int64_t>(f.log.log.size());
        const auto after = any(static_cast<int>(last) + 1);
        std::vector<NotificationType> types;
        if (any(2)) types.push_back(static_cast<NotificationType>(any(3)));
        const bool blocked = any(3) == 0;
        auto client = std::make_unique<Client>(f, any(2) ? "bob" : "eve", after, types);
        client->socket.waiting = blocked ? 1 << 20 : 0;
        clients.push_back({std::move(client), after});
        break;
      }
      case 3:
        for (auto& watched : clients) watched.client->socket.waiting = any(3) == 0 ? 1 << 20 : 0;
        break;
      case 4:
        if (!clients.empty() && any(2)) {
          check(clients.front());
          clients.pop_front();
        } else if (f.hubs.hub()->position()) {
          f.log.interrupt();
        }
        break;
      case 5:
        f.time.advance(std::chrono::milliseconds(any(200)));
        break;
    }
    for (auto& watched : clients) check(watched);
  }
  for (auto& watched : clients) watched.client->socket.waiting = 0;
  f.time.advance(10s);
  f.log.append("");
  f.log.append("bob", NotificationType::info);
  f.time.advance(10s);
  for (auto& watched : clients) {
    check(watched);
    for (; watched.position < static_cast<std::int64_t>(f.log.log.size()); ++watched.position)
      CHECK_FALSE(sees(*watched.client, f.log.log[static_cast<std::size_t>(watched.position)]));
  }
  CHECK(f.hubs.hub()->catching_up() == 0);
}

TEST_CASE("notifications: the stream begins with the welcome, which has no id") {
  GatewayFixture fixture;
  fixture.notifications.append("bob");
  auto response = fixture.get("/api/v1/notifications/stream?user_id=bob");
  REQUIRE(response.streaming);
  FakeStream stream;
  response.streaming->opened(stream);
  REQUIRE(stream.events.size() == 1);
  CHECK(has(stream.events[0], "event: notification\n"));
  CHECK(has(stream.events[0], R"("title":"Connected")"));
  CHECK(has(stream.events[0], R"("user_id":"bob")"));
  CHECK_FALSE(has(stream.events[0], "id: "));
  CHECK_FALSE(has(stream.events[0], "\"seq\""));
  fixture.notifications.append("bob");
  REQUIRE(stream.events.size() == 2);
  CHECK(has(stream.events[1], "id: 2\nevent: notification\n"));
  CHECK(fixture.metrics.series["notification_event_streams"].value == 1);
  response.streaming->on_close();
  CHECK(fixture.metrics.series["notification_event_streams"].value == 0);
  fixture.notifications.append("bob");
  CHECK(stream.events.size() == 2);
}

TEST_CASE("notifications: Last-Event-ID goes before since, and what is no longer kept is a gap") {
  GatewayFixture fixture;
  for (int i = 0; i < 5; ++i) fixture.notifications.append("bob");
  fixture.notifications.forget_until(3);
  TestRequest request(net::Method::get, "/api/v1/notifications/stream?user_id=bob&since=4");
  request.with("Last-Event-ID", "1");
  auto response = fixture.ask(request);
  REQUIRE(response.streaming);
  FakeStream stream;
  response.streaming->opened(stream);
  REQUIRE(stream.events.size() == 4);
  CHECK(has(stream.events[1], "id: 3\nevent: gap\n"));
  CHECK(has(stream.events[1], R"("from":2,"to":3)"));
  CHECK(has(stream.events[2], "id: 4\n"));
  response.streaming->on_close();
}

TEST_CASE("notifications: a bad request names what the client wrote") {
  GatewayFixture fixture;
  const auto field = [&](TestRequest& request) {
    const auto response = fixture.ask(request);
    CHECK(response.status == 400);
    return parse(response.body)["errors"][0]["field"].get<std::string>();
  };
  for (auto [query, name] : {std::pair{"", "user_id"},
                             {"?user_id=b&types=LOUD", "types"},
                             {"?user_id=b&since=x", "since"},
                             {"?user_id=b&since=-1", "since"}}) {
    TestRequest request(net::Method::get, std::string("/api/v1/notifications/stream") + query);
    CHECK(field(request) == name);
  }
  TestRequest request(net::Method::get, "/api/v1/notifications/stream?user_id=b");
  request.with("Last-Event-ID", "x");
  CHECK(field(request) == "Last-Event-ID");
  CHECK_FALSE(fixture.connect("/api/v1/notifications/stream"));
  CHECK(fixture.refusal.status == 400);
  fixture.authorize = [](const CallContext&, std::string_view permission) -> Result<void> {
    return fail(Code::permission_denied, std::string(permission));
  };
  CHECK_FALSE(fixture.connect("/api/v1/notifications/stream?user_id=b"));
  CHECK(fixture.refusal.status == 403);
  CHECK(has(fixture.refusal.body, "notifications:read"));
}

TEST_CASE("notifications: a WebSocket takes pings, and tells what else it does not take") {
  GatewayFixture fixture;
  auto handler = fixture.connect("/api/v1/notifications/stream?user_id=bob&types=ERROR,SUCCESS");
  REQUIRE(handler);
  FakeSocket socket;
  handler->on_open(socket);
  REQUIRE(socket.texts.size() == 1);
  CHECK(parse(socket.take()[0])["title"] == "Connected");
  CHECK(fixture.metrics.series["notification_sockets"].value == 1);
  fixture.notifications.append("bob");
  CHECK(socket.take().empty());
  fixture.notifications.append("", NotificationType::error, "down");
  CHECK(parse(socket.take()[0])["title"] == "down");
  handler->on_message(R"({"type":"ping"})", true);
  CHECK(parse(socket.take()[0])["type"] == "pong");
  for (const char* bad : {"{", "[]", "{}", R"({"type":"message"})"}) {
    handler->on_message(bad, true);
    const auto error = parse(socket.take().at(0));
    CHECK(error["type"] == "error");
    CHECK(error["code"] == "invalid_argument");
  }
  handler->on_message("x", false);
  CHECK(has(socket.take().at(0), "binary"));
  CHECK(fixture.metrics.series["notification_frames_refused_total"].value == 5);
  handler->on_close(1000);
  CHECK(fixture.metrics.series["notification_sockets"].value == 0);
  fixture.notifications.append("", NotificationType::error);
  CHECK(socket.take().empty());
}
