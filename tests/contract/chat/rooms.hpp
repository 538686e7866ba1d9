// The contract of rooms as they are listed, and of those who are in them.
#pragma once

#include "stream.hpp"

namespace parley::chat::contract {

inline std::unique_ptr<Stream<RoomEvent>> attend(Placement& p, std::string user,
                                                 std::string room = default_room) {
  return std::make_unique<Stream<RoomEvent>>(p, [&](CallContext context, Sink<RoomEvent> sink) {
    AttendRoom request;
    request.user = std::move(user);
    request.room = std::move(room);
    return p.port().attend(std::move(context), std::move(request), sink);
  });
}

// "join bob", or for `here` the names.
inline std::vector<std::string> told(const std::vector<RoomEvent>& events) {
  std::vector<std::string> lines;
  for (auto& event : events) {
    constexpr const char* names[] = {"here", "join", "leave", "typing"};
    std::string line = names[static_cast<int>(event.type)];
    if (event.type == RoomEventType::here)
      for (auto& user : event.users) line += ' ' + user;
    else
      line += ' ' + event.user;
    lines.push_back(std::move(line));
  }
  return lines;
}
using Lines = std::vector<std::string>;

inline Presence presence(Placement& p, std::string room = default_room) {
  GetPresence request{std::move(room)};
  auto answer = call(p, p.port().presence(p.context(), std::move(request)));
  if (!answer) throw std::runtime_error(answer.error().message);
  return *answer;
}

inline void type(Placement& p, std::string user, std::string room = default_room) {
  Typing request{std::move(room), std::move(user)};
  auto answer = call(p, p.port().typing(p.context(), std::move(request)));
  if (!answer) throw std::runtime_error(answer.error().message);
}

inline Result<RoomInfo> put(Placement& p, std::string room, std::string title, std::string topic = {}) {
  PutRoom request{std::move(room), std::move(title), std::move(topic)};
  return call(p, p.port().put_room(p.context(), std::move(request)));
}

inline Result<RoomInfo> get(Placement& p, std::string room) {
  GetRoom request{std::move(room)};
  return call(p, p.port().get_room(p.context(), std::move(request)));
}

inline RoomPage list(Placement& p, std::string after = {}, std::int32_t limit = 100) {
  ListRooms request{std::move(after), limit};
  auto answer = call(p, p.port().list_rooms(p.context(), std::move(request)));
  if (!answer) throw std::runtime_error(answer.error().message);
  return *answer;
}

inline void rooms_contract(const Factory& make) {
  Options options;
  options.max_rooms = 4;
  auto placement = make(options);
  Placement& p = *placement;

  SECTION("a room comes into being with its first message, and is then listed") {
    CHECK(list(p).rooms.empty());
    CHECK(get(p, "attic").error().code == Code::not_found);
    const Posted first = posted(p, text("x", "Alice", "attic"));
    p.advance(std::chrono::milliseconds(2000));
    const Posted second = posted(p, text("y", "Alice", "attic"));
    const auto room = get(p, "attic");
    REQUIRE(room);
    CHECK(room->name == "attic");
    CHECK(room->title == "attic");
    CHECK(room->topic.empty());
    CHECK(room->created_at == first.timestamp);
    CHECK(room->last_seq == 2);
    CHECK(room->last_message_at == second.timestamp);
    CHECK(room->present == 0);
    const RoomPage page = list(p);
    REQUIRE(page.rooms.size() == 1);
    CHECK(page.rooms[0].name == "attic");
    CHECK(page.rooms[0].last_seq == 2);
    CHECK(page.total == 1);
    CHECK_FALSE(page.more);
  }

  SECTION("a room may be made beforehand and renamed") {
    const Timestamp made_at = p.context().now();
    const auto made = put(p, "attic", "  The attic ", "Old things");
    REQUIRE(made);
    CHECK(made->title == "The attic");
    CHECK(made->topic == "Old things");
    CHECK(made->created_at == made_at);
    CHECK(made->last_seq == 0);
    CHECK_FALSE(made->last_message_at);
    p.advance(std::chrono::milliseconds(1000));
    CHECK(posted(p, text("x", "Alice", "attic")).seq == 1);
    const auto renamed = put(p, "attic", "Dachboden");
    REQUIRE(renamed);
    CHECK(renamed->topic.empty());
    CHECK(renamed->created_at == made_at);
    CHECK(get(p, "attic")->title == "Dachboden");
    CHECK(get(p, "attic")->last_seq == 1);
    if (!p.restart()) return;
    CHECK(get(p, "attic")->title == "Dachboden");
    CHECK(posted(p, text("y", "Alice", "attic")).seq == 2);
  }

  SECTION("page by page in the order of the names, inboxes left out") {
    SendDirect direct{"Alice", "bob", "psst", {}};
    REQUIRE(call(p, p.port().send_direct(p.context(), std::move(direct))));
    for (const char* room : {"d", "a", "c", "b"}) posted(p, text("x", "Alice", room));
    std::vector<std::string> names;
    RoomPage page;
    do {
      page = list(p, names.empty() ? "" : names.back(), 3);
      CHECK(page.total == 4);
      for (auto& room : page.rooms) names.push_back(room.name);
    } while (page.more);
    CHECK(names == Lines{"a", "b", "c", "d"});
    CHECK(list(p, "d").rooms.empty());
  }

  SECTION("the limit of rooms holds for those that are made beforehand") {
    for (const char* room : {"a", "b", "c"}) REQUIRE(put(p, room, "x"));
    posted(p, text("x", "Alice", "d"));
    CHECK(put(p, "e", "x").error().code == Code::resource_exhausted);
    CHECK(post(p, text("x", "Alice", "e")).error().code == Code::resource_exhausted);
    REQUIRE(put(p, "d", "y"));
  }

  SECTION("every field at fault is named with its limit") {
    CHECK(problem_of(put(p, "no room", "x").error(), "room").find("letters") != std::string::npos);
    CHECK(problem_of(put(p, "@bob", "x").error(), "room").find("letters") != std::string::npos);
    CHECK(problem_of(put(p, "a", " ").error(), "title").find("empty") != std::string::npos);
    CHECK(problem_of(put(p, "a", std::string(101, 't')).error(), "title").find("100") != std::string::npos);
    CHECK(problem_of(put(p, "a", "x", std::string(501, 't')).error(), "topic").find("500") !=
          std::string::npos);
    CHECK(problem_of(put(p, "a", std::string("a\0b", 3)).error(), "title").find("U+0000") !=
          std::string::npos);
    CHECK(problem_of(post(p, text("x", "Alice", "@bob")).error(), "room").find("letters") !=
          std::string::npos);
    CHECK(list(p).total == 0);
  }
}

inline void presence_contract(const Factory& make) {
  auto placement = make(Options{});
  Placement& p = *placement;

  SECTION("who enters is told who is here, and the others are told of it") {
    CHECK(presence(p).users.empty());
    auto alice = attend(p, "alice");
    CHECK(told(alice->take(1)) == Lines{"here alice"});
    CHECK(alice->updates()[0].total == 1);
    CHECK(alice->updates()[0].room == default_room);
    const Timestamp now = p.context().now();
    auto bob = attend(p, "bob");
    CHECK(told(bob->take(1)) == Lines{"here alice bob"});
    const auto events = alice->take(1);
    CHECK(told(events) == Lines{"join bob"});
    CHECK(events[0].room == default_room);
    CHECK(events[0].timestamp == now);
    CHECK(presence(p).users == Lines{"alice", "bob"});
    CHECK(presence(p).total == 2);
    CHECK(presence(p, "attic").total == 0);
    bob->cancel();
    CHECK(bob->await_end() == Code::cancelled);
    CHECK(told(alice->take(1)) == Lines{"leave bob"});
    CHECK(presence(p).users == Lines{"alice"});
    alice.reset();
    CHECK(presence(p).users.empty());
  }

  SECTION("several connections of a user count once") {
    auto alice = attend(p, "alice");
    alice->take(1);
    auto one = attend(p, "bob"), two = attend(p, "bob");
    CHECK(told(two->take(1)) == Lines{"here alice bob"});
    CHECK(told(alice->take(1)) == Lines{"join bob"});
    one.reset();
    CHECK(presence(p).total == 2);
    auto carol = attend(p, "carol");
    CHECK(told(alice->take(1)) == Lines{"join carol"});
    two.reset();
    CHECK(told(alice->take(1)) == Lines{"leave bob"});
    CHECK(told(carol->take(2)) == Lines{"here alice bob carol", "leave bob"});
  }

  SECTION("rooms are apart, and need not exist") {
    posted(p, text("x", "Alice", "attic"));
    auto alice = attend(p, "alice", "attic"), bob = attend(p, "bob");
    CHECK(told(alice->take(1)) == Lines{"here alice"});
    CHECK(told(bob->take(1)) == Lines{"here bob"});
    CHECK(get(p, "attic")->present == 1);
    CHECK(list(p).rooms[0].present == 1);
    CHECK(list(p).total == 1);  // nobody wrote in the lobby
  }

  SECTION("typing is told to the others, once per second") {
    auto alice = attend(p, "alice"), bob = attend(p, "bob");
    alice->take(2);
    bob->take(1);
    type(p, "bob");
    type(p, "bob");
    CHECK(told(alice->take(1)) == Lines{"typing bob"});
    type(p, "bob");
    type(p, "carol");  // who is not here
    CHECK(told(alice->take(1)) == Lines{"typing carol"});
    CHECK(told(bob->take(1)) == Lines{"typing carol"});
    p.advance(std::chrono::milliseconds(1000));
    type(p, "bob");
    CHECK(told(alice->take(1)) == Lines{"typing bob"});
    type(p, "bob", "attic");  // where nobody is
    CHECK(read_all(p).empty());
    CHECK(list(p).total == 0);
  }

  SECTION("one that is behind gets what still matters") {
    if (p.buffers()) return;
    auto alice = attend(p, "alice");
    alice->take(1);
    auto steady = attend(p, "steady");
    alice->take(1);
    alice->hold();
    auto bob = attend(p, "bob");
    alice->take(1);  // and takes no more
    attend(p, "guest").reset();
    type(p, "steady");
    steady.reset();
    bob.reset();
    bob = attend(p, "bob");
    alice->release();
    CHECK(told(alice->take(1)) == Lines{"leave steady"});
  }

  SECTION("one that is far behind is told anew who is here") {
    auto alice = attend(p, "alice");
    alice->take(1);
    alice->hold();
    std::vector<std::unique_ptr<Stream<RoomEvent>>> others;
    others.push_back(attend(p, "first"));
    alice->await(2);
    for (int i = 101; i < 200; ++i) others.push_back(attend(p, "u" + std::to_string(i)));
    alice->release();
    const auto events = alice->take(2);
    REQUIRE(events.size() == 2);
    CHECK(events[1].type == RoomEventType::here);
    CHECK(events[1].users.size() == 101);
    CHECK(events[1].total == 101);
  }

  SECTION("a long list is cut, and says how many there are") {
    std::vector<std::unique_ptr<Stream<RoomEvent>>> all;
    for (int i = 1000; i < 1250; ++i) all.push_back(attend(p, "u" + std::to_string(i)));
    const auto here = all.back()->await(1)[0];
    CHECK(here.users.size() == 200);
    CHECK(here.users.front() == "u1000");
    CHECK(here.total == 250);
    CHECK(presence(p).users.size() == 250);
    CHECK(presence(p).total == 250);
  }

  SECTION("a bad user or room is refused with the field's name") {
    for (auto& [user, room] : std::vector<std::pair<std::string, std::string>>{
             {"", default_room}, {std::string(65, 'u'), default_room}, {"a", "no room"}, {"a", "@a"}})
      CHECK(attend(p, user, room)->await_end() == Code::invalid_argument);
    Typing request{"no room", "alice"};
    auto refused = call(p, p.port().typing(p.context(), std::move(request)));
    CHECK(problem_of(refused.error(), "room").find("letters") != std::string::npos);
  }
}

}  // namespace parley::chat::contract
