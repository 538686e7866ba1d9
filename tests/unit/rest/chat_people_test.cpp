// Presence, typing and direct messages over /chat and /ws.
#include "catch.hpp"
#include "chat_client.hpp"

using namespace parley;
using namespace parley::test;

namespace {

// "join bob", "here alice bob", "typing bob", "direct 3 @bob Hi", "delivered bob 3", or the type.
std::vector<std::string> told(ChatClient& client) {
  std::vector<std::string> lines;
  for (auto& frame : client.heard()) {
    std::string line = frame["type"];
    if (line == "presence") {
      line = frame["event"];
      if (line == "here")
        for (auto& user : frame["users"]) line += " " + user.get<std::string>();
      else
        line += " " + frame["user"].get<std::string>();
    } else if (line == "typing") {
      line += " " + frame["user"].get<std::string>();
    } else if (line == "direct") {
      line += " " + std::to_string(frame["seq"].get<int>()) + " " + frame["room"].get<std::string>() + " " +
              frame["content"].get<std::string>();
    } else if (line == "delivered") {
      line += " " + frame["to"].get<std::string>() + " " + std::to_string(frame["seq"].get<int>());
    }
    lines.push_back(std::move(line));
  }
  return lines;
}
using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("a lecture socket with a name is present, one without is as it ever was") {
  GatewayFixture fixture;
  ChatClient plain(fixture, "/chat"), alice(fixture, "/chat?user=alice");
  auto frames = alice.heard();
  REQUIRE(frames.size() == 1);
  CHECK(frames[0] == parse(R"({"type":"presence","event":"here","content":"","room":"lobby","users":["alice"],
                              "total":1,"user":"system","timestamp":"2023-11-14T22:13:20Z"})"));
  {
    ChatClient bob(fixture, "/chat?user=bob");
    CHECK(told(bob) == Lines{"here alice bob"});
    frames = alice.heard();
    REQUIRE(frames.size() == 1);
    CHECK(frames[0] == parse(R"({"type":"presence","event":"join","content":"bob is here","room":"lobby",
                                "user":"bob","timestamp":"2023-11-14T22:13:20Z"})"));
  }
  fixture.run_loop();
  CHECK(told(alice) == Lines{"leave bob"});
  CHECK(plain.heard().empty());
  CHECK(fixture.chat.posts.empty());
  plain.say(R"({"content":"Hello"})");
  CHECK(told(alice) == Lines{"message"});
}

TEST_CASE("several sockets of a user are one presence") {
  GatewayFixture fixture;
  ChatClient alice(fixture, "/chat?user=alice"), phone(fixture, "/chat?user=bob");
  alice.heard();
  phone.heard();
  {
    ChatClient laptop(fixture, "/chat?user=bob");
    CHECK(told(laptop) == Lines{"here alice bob"});
    CHECK(fixture.chat.attends == 2);
  }
  fixture.run_loop();
  CHECK(alice.heard().empty());
  CHECK(phone.heard().empty());
  ChatClient attic(fixture, "/chat?user=bob&room=attic");
  CHECK(told(attic) == Lines{"here bob"});
}

TEST_CASE("lab users are present, and get their own notifications alone") {
  GatewayFixture fixture;
  ChatClient alice(fixture, "/chat?user=alice"), bob(fixture, "/ws?user_id=bob");
  alice.heard();
  bob.heard();
  {
    ChatClient carol(fixture, "/ws?user_id=carol");
    CHECK(told(carol) == Lines{"system"});
    CHECK(told(bob) == Lines{"notification"});
    CHECK(told(alice) == Lines{"join carol"});
  }
  fixture.run_loop();
  CHECK(told(bob) == Lines{"notification"});
  CHECK(told(alice) == Lines{"leave carol"});
}

TEST_CASE("who types is told to the others that have a name, and stored nowhere") {
  GatewayFixture fixture;
  ChatClient plain(fixture, "/chat"), alice(fixture, "/chat?user=alice"), bob(fixture, "/ws?user_id=bob"),
      carol(fixture, "/ws?user_id=carol&room=attic");
  for (auto* client : {&alice, &bob, &carol}) client->heard();
  bob.say(R"({"type":"typing"})");
  const auto frames = alice.heard();
  REQUIRE(frames.size() == 1);
  CHECK(frames[0] == parse(R"({"type":"typing","content":"","room":"lobby","user":"bob",
                              "timestamp":"2023-11-14T22:13:20Z"})"));
  alice.say(R"({"type":"typing","content":"","room":"attic"})");
  CHECK(told(bob) == Lines{"typing alice"});
  plain.say(R"({"type":"typing","user":"dave"})");
  CHECK(told(bob) == Lines{"typing dave"});
  CHECK(told(alice) == Lines{"typing dave"});
  CHECK(plain.heard().empty());
  CHECK(carol.heard().empty());
  CHECK(fixture.chat.posts.empty());
  bob.say(R"({"type":"typing","content":5})");
  CHECK(told(bob) == Lines{"error"});
}

TEST_CASE("a presence that breaks off is taken up again") {
  GatewayFixture fixture;
  fixture.chat.follow_error = Error{Code::unavailable, "away"};
  ChatClient alice(fixture, "/chat?user=alice");
  CHECK(alice.heard().empty());
  fixture.chat.follow_error.reset();
  fixture.run_until([&] { return fixture.chat.attends == 2; });
  CHECK(told(alice) == Lines{"here alice"});
}

TEST_CASE("a direct message reaches both users' sockets, wherever they are, and nobody else") {
  GatewayFixture fixture;
  ChatClient alice(fixture, "/chat?user=alice"), tablet(fixture, "/ws?user_id=alice&room=attic"),
      bob(fixture, "/chat?user=bob&room=cellar"), carol(fixture, "/chat?user=carol"), plain(fixture, "/chat");
  for (auto* client : {&alice, &tablet, &bob, &carol}) client->heard();
  alice.say(R"({"type":"direct","to":"bob","content":"Hi","user":"mallory","colour":"red"})");
  REQUIRE(fixture.chat.directs.size() == 1);
  CHECK(fixture.chat.directs[0].user == "alice");
  CHECK(fixture.chat.directs[0].extra.json.find(R"("colour":"red")") != std::string::npos);
  CHECK(told(bob) == Lines{"direct 1 @bob Hi"});
  // The fake stores the recipient's copy first.
  CHECK(told(alice) == Lines{"delivered bob 1", "direct 1 @alice Hi"});
  CHECK(told(tablet) == Lines{"delivered bob 1", "direct 1 @alice Hi"});
  CHECK(carol.heard().empty());
  CHECK(plain.heard().empty());
  CHECK(fixture.chat.posts.empty());

  SECTION("nothing is delivered to one who is not there") {
    alice.say(R"({"type":"direct","to":"dave","text":"psst"})");
    CHECK(told(alice) == Lines{"direct 2 @alice psst"});
  }
  SECTION("a note to oneself comes once") {
    alice.say(R"({"type":"direct","to":"alice","content":"remember"})");
    CHECK(told(alice) == Lines{"direct 2 @alice remember"});
  }
  SECTION("who left gets no more") {
    bob.leave();
    alice.say(R"({"type":"direct","to":"bob","content":"still there?"})");
    CHECK(told(alice) == Lines{"direct 2 @alice still there?"});
    CHECK(bob.heard().empty());
  }
}

TEST_CASE("since_direct resumes, and what is fetched so is told its sender once") {
  GatewayFixture fixture;
  ChatClient alice(fixture, "/chat?user=alice");
  for (const char* text : {"1", "2", "3"})
    alice.say(std::string(R"({"type":"direct","to":"bob","content":")") + text + "\"}");
  alice.heard();
  {
    ChatClient bob(fixture, "/chat?user=bob&since_direct=1");
    auto lines = told(bob);
    CHECK(lines == Lines{"direct 2 @bob 2", "direct 3 @bob 3", "here alice bob"});
    lines = told(alice);
    CHECK(lines == Lines{"delivered bob 2", "delivered bob 3", "join bob"});
    alice.say(R"({"type":"direct","to":"bob","content":"4"})");
    CHECK(told(bob) == Lines{"direct 4 @bob 4"});
    CHECK(told(alice) == Lines{"delivered bob 4", "direct 4 @alice 4"});
  }
  fixture.run_loop();
  alice.heard();
  ChatClient again(fixture, "/ws?user_id=bob&since_direct=2");
  CHECK(told(again) == Lines{"system", "direct 3 @bob 3", "direct 4 @bob 4"});
  CHECK(told(alice) == Lines{"join bob"});
  CHECK_FALSE(fixture.connect("/chat?user=bob&since_direct=x"));
  CHECK(parse(fixture.refusal.body)["errors"][0]["field"] == "since_direct");
}

TEST_CASE("a nameless socket sends direct messages as the user of the frame, and gets the answers") {
  GatewayFixture fixture;
  ChatClient plain(fixture, "/chat"), bob(fixture, "/chat?user=bob");
  bob.heard();
  plain.say(R"({"type":"direct","user":"alice","to":"bob","content":"Hi"})");
  CHECK(told(plain) == Lines{"delivered bob 1", "direct 1 @alice Hi"});
  bob.say(R"({"type":"direct","to":"alice","content":"Hello"})");
  CHECK(told(plain) == Lines{"direct 2 @alice Hello"});
  plain.say(R"({"type":"direct","from":"carol","to":"bob","content":"me too"})");
  CHECK(told(plain) == Lines{"delivered bob 3", "direct 1 @carol me too"});
  bob.heard();
  bob.say(R"({"type":"direct","to":"alice","content":"gone?"})");
  CHECK(plain.heard().empty());
  plain.say(R"({"content":"I have no name"})");
  CHECK(fixture.chat.posts.back().user == "anonymous");
}

TEST_CASE("a direct message with a fault is answered with every field at fault") {
  GatewayFixture fixture;
  ChatClient plain(fixture, "/chat"), lab(fixture, "/ws?user_id=lab");
  lab.heard();
  plain.say(R"({"type":"direct"})");
  auto frames = plain.heard();
  REQUIRE(frames.size() == 1);
  CHECK(frames[0]["type"] == "error");
  REQUIRE(frames[0]["errors"].size() == 3);
  CHECK(frames[0]["errors"][0]["field"] == "user");
  lab.say(R"({"type":"direct","to":"","content":5,"user":7})");
  frames = lab.heard();
  REQUIRE(frames.size() == 1);
  REQUIRE(frames[0]["errors"].size() == 2);
  CHECK(fixture.chat.directs.empty());
  fixture.chat.post_error = Error{Code::resource_exhausted, "too fast"};
  fixture.chat.post_error->retry_after = std::chrono::milliseconds(200);
  lab.say(R"({"type":"direct","to":"bob","content":"x"})");
  frames = lab.heard();
  REQUIRE(frames.size() == 1);
  CHECK(frames[0]["code"] == "resource_exhausted");
  CHECK(frames[0]["retry_after"] == 1);
}

TEST_CASE("an inbox may be followed as a room, once, and nobody is present in it") {
  GatewayFixture fixture;
  ChatClient bob(fixture, "/chat?room=@bob&user=bob"), reader(fixture, "/chat?room=%40bob&since=0");
  CHECK(bob.heard().empty());
  fixture.chat.append("@bob", "Hi", "alice", "direct", R"("to":"bob")");
  CHECK(told(bob) == Lines{"direct 1 @bob Hi"});
  CHECK(told(reader) == Lines{"direct 1 @bob Hi"});
  CHECK(fixture.chat.attends == 0);
  bob.say(R"({"content":"not this way"})");
  const auto frames = bob.heard();
  REQUIRE(frames.size() == 1);
  CHECK(frames[0]["errors"][0]["field"] == "room");
}

TEST_CASE("stopping ends presences and inboxes") {
  GatewayFixture fixture;
  ChatClient alice(fixture, "/chat?user=alice"), bob(fixture, "/ws?user_id=bob");
  CHECK(fixture.chat.following == 3);  // the lobby and two inboxes
  alice.leave(1012);
  bob.leave(1012);
  fixture.time.wait(fixture.gateway->stop());
  CHECK(fixture.chat.following == 0);
  CHECK(parse(fixture.get("/api/rooms/lobby/presence").body)["total"] == 0);
}
