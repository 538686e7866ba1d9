// The rooms of the edge: nothing lost, nothing repeated, nothing queued, whoever joins when.
#include "room_hub.hpp"

#include "catch.hpp"
#include "fakes.hpp"
#include "manual_time.hpp"

#include <algorithm>
#include <list>
#include <random>

using namespace parley;
using namespace parley::test;
using namespace std::chrono_literals;
using rest::Audience;
using rest::Membership;
using rest::Rooms;

namespace {

struct Fixture {
  net::Loop loop;
  ManualTime time;
  FakeChat chat;
  Rooms rooms{loop, time, time, chat};

  void append(int count) {
    for (int i = 0; i < count; ++i) chat.append("r");
  }
};

struct Member {
  Member(Fixture& fixture, std::optional<std::int64_t> after, Audience audience = Audience::chat)
      : place(fixture.rooms.hub("r")) {
    place.enter(socket, audience, after);
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
  FakeSocket socket;
  Membership place;
};

std::vector<std::int64_t> from_to(std::int64_t first, std::int64_t last) {
  std::vector<std::int64_t> all;
  for (auto seq = first; seq <= last; ++seq) all.push_back(seq);
  return all;
}

}  // namespace

TEST_CASE("one cursor serves all members of a room") {
  Fixture fixture;
  fixture.append(3);
  std::deque<Member> members;
  for (int i = 0; i < 10; ++i)
    members.emplace_back(fixture, std::nullopt, i % 2 ? Audience::chat : Audience::lab);
  CHECK(fixture.chat.follows == 1);
  fixture.append(2);
  for (auto& member : members) CHECK(member.seqs() == from_to(4, 5));
}

TEST_CASE("a member with a position gets what it missed, then what comes, each once") {
  Fixture fixture;
  fixture.append(250);
  Member first(fixture, std::nullopt);
  fixture.append(1);  // the hub knows its position: 251
  Member late(fixture, 0);
  CHECK(late.seqs() == from_to(1, 251));
  CHECK(late.place.hub().catching_up() == 0);
  CHECK(fixture.chat.following == 1);
  fixture.append(3);
  CHECK(late.seqs() == from_to(252, 254));
  CHECK(first.seqs() == from_to(251, 254));
}

TEST_CASE("a member who is where the hub is joins at once") {
  Fixture fixture;
  Member first(fixture, std::nullopt);
  fixture.append(5);
  Member second(fixture, 5);
  CHECK(fixture.chat.follows == 1);
  fixture.append(1);
  CHECK(second.seqs() == from_to(6, 6));
}

TEST_CASE("before a room's first message members with a position have cursors of their own") {
  Fixture fixture;
  fixture.append(5);
  fixture.chat.newest_first = GENERATE(false, true);
  Member a(fixture, std::nullopt), b(fixture, 5), c(fixture, 2);
  CHECK(c.seqs() == from_to(3, 5));
  CHECK(a.place.hub().catching_up() == 2);
  fixture.append(1);
  fixture.time.drain();
  CHECK(a.place.hub().catching_up() == 0);
  CHECK(fixture.chat.following == 1);
  fixture.append(2);
  CHECK(a.seqs() == from_to(6, 8));
  CHECK(b.seqs() == from_to(6, 8));
  CHECK(c.seqs() == from_to(6, 8));
}

TEST_CASE("a member that catches up is sent no faster than it takes") {
  Fixture fixture;
  fixture.append(250);
  Member quick(fixture, std::nullopt);
  fixture.append(1);
  Member slow(fixture, std::nullopt);
  FakeSocket socket;
  Membership place(fixture.rooms.hub("r"));
  socket.waiting = 1 << 20;
  place.enter(socket, Audience::chat, 0);
  CHECK(socket.texts.empty());
  fixture.append(20);
  fixture.time.advance(1s);
  CHECK(socket.texts.empty());
  CHECK(quick.seqs() == from_to(251, 271));
  socket.waiting = 0;
  fixture.time.advance(160ms);
  CHECK(socket.texts.size() == 271);
  fixture.append(1);
  CHECK(socket.texts.size() == 272);
  CHECK(place.hub().catching_up() == 0);
}

TEST_CASE("a member may leave while it catches up") {
  Fixture fixture;
  fixture.append(250);
  {
    Member blocked(fixture, std::nullopt);
    FakeSocket socket;
    Membership place(fixture.rooms.hub("r"));
    socket.waiting = 1 << 20;
    place.enter(socket, Audience::chat, 0);
    place.leave();
    socket.waiting = 0;
    fixture.time.advance(1s);
    CHECK(socket.texts.empty());
    CHECK(fixture.chat.following == 1);
  }
  {
    Member waiting(fixture, 250);  // on its own cursor: the hub does not know its position
    CHECK(fixture.chat.following == 2);
    waiting.place.leave();
    fixture.append(1);
    CHECK(waiting.socket.texts.empty());
    fixture.time.drain();
    CHECK(fixture.chat.following == 1);
  }
}

TEST_CASE("a connection that closes while it catches up is read for no longer") {
  Fixture fixture;
  fixture.append(250);
  FakeSocket socket;
  Membership place(fixture.rooms.hub("r"));
  socket.waiting = 1 << 20;
  place.enter(socket, Audience::chat, 0);
  socket.is_open = false;
  fixture.time.advance(1s);
  CHECK(fixture.chat.following == 1);  // the hub's
  place.leave();
}

TEST_CASE("a cursor that breaks off goes on from its position") {
  Fixture fixture;
  Member member(fixture, std::nullopt);
  fixture.append(2);
  fixture.chat.interrupt({Code::unavailable, "the storage is gone"});
  CHECK(fixture.chat.following == 0);
  fixture.append(3);
  CHECK(member.seqs() == from_to(1, 2));
  fixture.time.advance(100ms);
  CHECK(member.seqs() == from_to(3, 5));

  SECTION("waiting longer each time, and not too long") {
    fixture.chat.follow_error = Error{Code::unavailable, "still gone"};
    fixture.chat.interrupt({Code::unavailable, "gone again"});
    const auto before = fixture.chat.follows;
    fixture.time.advance(1500ms);  // 100, 200, 400, 800
    CHECK(fixture.chat.follows == before + 4);
    fixture.time.advance(60s);
    CHECK(fixture.chat.follows - before < 20);
    fixture.append(1);
    fixture.chat.follow_error.reset();
    fixture.time.advance(5s);
    CHECK(member.seqs() == from_to(6, 6));
  }
}

TEST_CASE("a gap is told to the members, and those that catch up") {
  Fixture fixture;
  Member member(fixture, std::nullopt);
  fixture.append(2);
  member.seqs();
  fixture.chat.interrupt({Code::unavailable, "gone"});
  fixture.append(8);
  fixture.chat.prune("r", 9);
  fixture.time.advance(100ms);
  CHECK(member.seqs() == std::vector<std::int64_t>{-1, 9, 10});
  Member late(fixture, 1);
  CHECK(late.seqs() == std::vector<std::int64_t>{-1, 9, 10});
  CHECK(late.place.hub().catching_up() == 0);
  fixture.append(1);
  CHECK(member.seqs() == from_to(11, 11));
  CHECK(late.seqs() == from_to(11, 11));
}

TEST_CASE("after a log was replaced all go on in the new one") {
  Fixture fixture;
  Member member(fixture, std::nullopt);
  fixture.append(5);
  member.seqs();
  fixture.chat.interrupt({Code::unavailable, "gone"});
  fixture.chat.replace("r");
  fixture.append(2);
  fixture.time.advance(100ms);
  CHECK(member.seqs() == std::vector<std::int64_t>{-1, 1, 2});
  Member late(fixture, 5);
  CHECK(late.seqs() == std::vector<std::int64_t>{-1, 1, 2});
  fixture.append(1);
  CHECK(member.seqs() == from_to(3, 3));
  CHECK(late.seqs() == from_to(3, 3));
}

TEST_CASE("a hub stays for a while after its last member") {
  Fixture fixture;
  { Member member(fixture, std::nullopt); }
  CHECK(fixture.rooms.size() == 1);
  fixture.time.advance(20s);
  {
    Member again(fixture, std::nullopt);
    CHECK(fixture.chat.follows == 1);
    fixture.time.advance(60s);
    CHECK(fixture.rooms.size() == 1);
  }
  fixture.time.advance(30s);
  CHECK(fixture.rooms.size() == 0);
  CHECK(fixture.chat.following == 0);
}

TEST_CASE("a place that is not taken keeps no hub, and finds a new one when it is") {
  Fixture fixture;
  { const Membership unused(fixture.rooms.hub("r")); }
  FakeSocket socket;
  Membership late(fixture.rooms.hub("r"));
  fixture.time.advance(31s);
  CHECK(fixture.rooms.size() == 0);
  CHECK(fixture.chat.following == 0);
  late.enter(socket, Audience::chat, std::nullopt);
  fixture.append(1);
  CHECK(socket.texts.size() == 1);
}

TEST_CASE("empty hubs are bounded") {
  Fixture fixture;
  for (int i = 0; i < 1000; ++i) {
    FakeSocket socket;
    Membership place(fixture.rooms.hub("room" + std::to_string(i)));
    place.enter(socket, Audience::chat, std::nullopt);
    place.leave();
    fixture.time.advance(0ms);
  }
  CHECK(fixture.rooms.size() <= 256);
  CHECK(fixture.chat.following <= 256);
  fixture.time.advance(31s);
  CHECK(fixture.rooms.size() == 0);
  CHECK(fixture.chat.following == 0);
}

TEST_CASE("stop ends every cursor") {
  Fixture fixture;
  fixture.append(250);
  Member a(fixture, std::nullopt), b(fixture, 250);
  FakeSocket socket;
  Membership place(fixture.rooms.hub("r"));
  socket.waiting = 1 << 20;
  place.enter(socket, Audience::chat, 0);
  fixture.chat.follow_error = Error{Code::unavailable, "gone"};
  Membership other(fixture.rooms.hub("other"));  // waits to try again
  fixture.time.wait(fixture.rooms.stop());
  CHECK(fixture.chat.following == 0);
}

TEST_CASE("whoever joins when, sees every message once and in order") {
  const auto seed = GENERATE(range(1, 61));
  std::mt19937 random(static_cast<unsigned>(seed));
  const auto any = [&](int below) { return static_cast<int>(random() % static_cast<unsigned>(below)); };

  Fixture fixture;
  fixture.chat.page = static_cast<std::size_t>(1 + any(7));
  struct Client {
    explicit Client(std::shared_ptr<rest::RoomHub> hub) : place(std::move(hub)) {}
    FakeSocket socket;
    Membership place;
    std::int64_t next = 0;  // the seq it must see; 0: it takes what comes first
  };
  std::list<Client> clients;
  const auto check = [&](Client& client) {
    for (auto& text : client.socket.take()) {
      const auto seq = std::stoll(text.substr(text.find("\"seq\":") + 6));
      if (client.next != 0) REQUIRE(seq == client.next);
      client.next = seq + 1;
    }
  };
  fixture.append(any(20));
  for (int step = 0; step < 400; ++step) {
    fixture.chat.newest_first = any(2) == 0;
    switch (any(8)) {
      case 0:
      case 1:
        fixture.append(1 + any(5));
        break;
      case 2: {
        auto& client = clients.emplace_back(fixture.rooms.hub("r"));
        if (any(3) == 0) {
          client.place.enter(client.socket, Audience::chat, std::nullopt);
        } else {
          const auto after = any(static_cast<int>(fixture.chat.last("r")) + 1);
          client.next = after + 1;
          client.socket.waiting = any(2) ? 1 << 20 : 0;
          client.place.enter(client.socket, any(2) ? Audience::chat : Audience::lab, after);
        }
        break;
      }
      case 3:
        for (auto& client : clients) client.socket.waiting = any(3) == 0 ? 1 << 20 : 0;
        break;
      case 4:
        if (!clients.empty()) {
          auto at = std::next(clients.begin(), any(static_cast<int>(clients.size())));
          check(*at);
          at->place.leave();
          clients.erase(at);
        }
        break;
      case 5:
        fixture.time.advance(std::chrono::milliseconds(any(20)));
        break;
      case 6:
        // A hub that has not seen a message yet has no position to come back to.
        if (any(4) == 0 && fixture.rooms.hub("r")->position())
          fixture.chat.interrupt({Code::unavailable, "broken off"});
        break;
      case 7:
        fixture.time.drain();
        break;
    }
    for (auto& client : clients) check(client);
  }
  for (auto& client : clients) client.socket.waiting = 0;
  fixture.time.advance(10s);
  fixture.append(1);
  fixture.time.advance(10s);
  for (auto& client : clients) {
    check(client);
    CHECK(client.next == fixture.chat.last("r") + 1);
  }
  if (!clients.empty()) CHECK(clients.front().place.hub().catching_up() == 0);
}
