// The contract of the numbers port: Chat, a place in the chat's rooms. See numbers_contract.hpp.
#pragma once

#include "contract/numbers/call.hpp"

#include <parley/chat/chat.hpp>

namespace {

using namespace parley;
using namespace parley::numbers;
using namespace parley::numbers::contract;

ChatMessage said(std::string user, std::string content, std::string room = "") {
  ChatMessage message;
  message.user = std::move(user);
  message.content = std::move(content);
  message.room = std::move(room);
  return message;
}

// A call of Chat. Withdrawn when it goes.
template <class Placement>
struct Talk {
  explicit Talk(Placement& p) : placement(p), context(cancellable(p)) {
    call.start(placement.service().chat(context, Source<ChatMessage>(sender), Sink<ChatMessage>(receiver)));
  }
  ~Talk() {
    withdraw();
    placement.run_until([&] { return call.ended(); });
  }
  void withdraw() {
    context.cancellation->cancel();
    sender.fail({Code::cancelled, "withdrawn"});
  }
  // "user: content", of so many.
  std::vector<std::string> await(std::size_t count) {
    placement.run_until([&] { return receiver.taken.size() >= count || call.ended(); });
    std::vector<std::string> lines;
    for (auto& message : receiver.taken)
      lines.push_back(message.gap ? "gap to " + std::to_string(message.gap->to)
                                  : message.user + ": " + message.content);
    return lines;
  }
  Code await_end() {
    placement.run_until([&] { return call.ended(); });
    return call.code();
  }

  Placement& placement;
  CallContext context;
  Sender<ChatMessage> sender;
  Receiver<ChatMessage> receiver;
  Call<void> call;
};

template <class Placement>
void post(Placement& p, std::string room, std::string user, std::string content) {
  chat::PostMessage request;
  request.room = std::move(room);
  request.user = std::move(user);
  request.content = std::move(content);
  Call<chat::Posted> call;
  call.start(p.rooms().post(p.context(), std::move(request)));
  p.run_until([&] { return call.ended(); });
  REQUIRE(call.outcome());
}

using Lines = std::vector<std::string>;

TEMPLATE_TEST_CASE("a message comes to everybody in the room, its sender included", "[contract][numbers]",
                   NUMBER_PLACEMENTS) {
  TestType p;
  Talk alice(p), bob(p), carol(p);
  alice.sender.send(said("Alice", "", "r1"));
  bob.sender.send(said("Bob", "", "r1"));
  carol.sender.send(said("Carol", "", "r2"));
  auto hello = said("", "Hello");
  hello.type = "greeting";
  hello.extra.json = R"("colour":"red")";
  alice.sender.send(hello);
  CHECK(alice.await(1) == Lines{"Alice: Hello"});
  CHECK(bob.await(1) == Lines{"Alice: Hello"});
  post(p, "r1", "Dave", "from elsewhere");
  CHECK(bob.await(2) == Lines{"Alice: Hello", "Dave: from elsewhere"});
  CHECK(alice.await(2).size() == 2);
  CHECK(carol.receiver.taken.empty());

  const auto& message = bob.receiver.taken.front();
  CHECK(message.room == "r1");
  CHECK(message.type == "greeting");
  CHECK(message.extra.json == R"("colour":"red")");
  CHECK(message.seq == 1);
  CHECK(message.id.has_value());
  CHECK(message.timestamp.has_value());
}

TEMPLATE_TEST_CASE("without a room or a user they are the chat's own", "[contract][numbers]",
                   NUMBER_PLACEMENTS) {
  TestType p;
  Talk talk(p);
  talk.sender.send(said("", "hi"));
  CHECK(talk.await(1) == Lines{"anonymous: hi"});
  CHECK(talk.receiver.taken.front().room == chat::default_room);
  talk.sender.send(said("Eve", "as somebody else"));
  CHECK(talk.await(2).back() == "Eve: as somebody else");
}

TEMPLATE_TEST_CASE("a call resumes behind a position", "[contract][numbers]", NUMBER_PLACEMENTS) {
  TestType p;
  for (const auto* content : {"1", "2", "3"}) post(p, "r", "Dave", content);
  auto join = said("Alice", "4", "r");
  join.after_seq = 1;
  SECTION("and goes on") {
    Talk talk(p);
    talk.sender.send(join);
    CHECK(talk.await(3) == Lines{"Dave: 2", "Dave: 3", "Alice: 4"});
  }
  SECTION("a client that has sent all gets what there is, and a good end") {
    join.content.clear();
    Talk talk(p);
    talk.sender.send(join);
    talk.sender.finish();
    CHECK(talk.await_end() == Code::ok);
    CHECK(talk.await(2) == Lines{"Dave: 2", "Dave: 3"});
  }
  SECTION("a position beyond the log's end is a gap") {
    join.after_seq = 9;
    join.content.clear();
    Talk talk(p);
    talk.sender.send(join);
    talk.sender.finish();
    CHECK(talk.await_end() == Code::ok);
    CHECK(talk.await(4) == Lines{"gap to 9", "Dave: 1", "Dave: 2", "Dave: 3"});
    CHECK(talk.receiver.taken.front().type == "gap");
  }
}

TEMPLATE_TEST_CASE("a client that has sent all gets its own back, and a good end", "[contract][numbers]",
                   NUMBER_PLACEMENTS) {
  TestType p;
  Talk talk(p), silent(p), empty(p);
  for (int i = 0; i < 10; ++i) talk.sender.send(said("Alice", std::to_string(i), "r"));
  talk.sender.finish();
  CHECK(talk.await_end() == Code::ok);
  CHECK(talk.receiver.taken.size() == 10);
  silent.sender.send(said("Bob", "", "r"));
  silent.sender.finish();
  CHECK(silent.await_end() == Code::ok);
  CHECK(silent.receiver.taken.empty());
  empty.sender.finish();
  CHECK(empty.await_end() == Code::ok);
}

TEMPLATE_TEST_CASE("a call ends with what is wrong, which names the field", "[contract][numbers]",
                   NUMBER_PLACEMENTS) {
  TestType p;
  Talk talk(p);
  const auto wrong = [&](ChatMessage message, std::string_view field) {
    talk.sender.send(std::move(message));
    CHECK(talk.await_end() == Code::invalid_argument);
    CHECK_FALSE(talk.call.problem_of(field).empty());
  };
  SECTION("a room that is none") {
    wrong(said("Alice", "", "no room"), "room");
  }
  SECTION("a position that is none") {
    auto join = said("Alice", "");
    join.after_seq = -1;
    wrong(join, "after_seq");
  }
  SECTION("a user's name that is too long") {
    wrong(said(std::string(1000, 'a'), "hi"), "user");
  }
  SECTION("another room later") {
    talk.sender.send(said("Alice", "hi", "r"));
    wrong(said("Alice", "hi", "s"), "room");
  }
  SECTION("a position later") {
    talk.sender.send(said("Alice", "hi"));
    auto later = said("Alice", "hi");
    later.after_seq = 1;
    wrong(later, "after_seq");
  }
}

TEMPLATE_TEST_CASE("a conversation ends with its call, its time or its receiver", "[contract][numbers]",
                   NUMBER_PLACEMENTS) {
  TestType p;
  Talk talk(p);
  talk.sender.send(said("Alice", "hi"));
  CHECK(talk.await(1).size() == 1);
  SECTION("the call") {
    talk.withdraw();
    CHECK(talk.await_end() == Code::cancelled);
  }
  SECTION("its receiver") {
    talk.receiver.leaves_after = 1;
    post(p, chat::default_room, "Dave", "anybody?");
    CHECK(talk.await_end() == Code::cancelled);
  }
  // What was sent before is stored.
  Talk reader(p);
  auto join = said("Bob", "");
  join.after_seq = 0;
  reader.sender.send(join);
  CHECK(reader.await(1).front() == "Alice: hi");
}

}  // namespace
