// The lecture's /chat and the lab's /ws, frame by frame.
#include "catch.hpp"
#include "chat_client.hpp"

using namespace parley;
using namespace parley::test;

TEST_CASE("a lecture client's frame reaches everyone, its sender included") {
  GatewayFixture fixture;
  ChatClient alice(fixture, "/chat"), bob(fixture, "/chat");
  CHECK(alice.heard().empty());  // nobody is greeted
  alice.say(R"({"type":"message","content":"Hello","user":"Alice"})");
  for (auto* client : {&alice, &bob}) {
    const auto frames = client->heard();
    REQUIRE(frames.size() == 1);
    CHECK(frames[0]["content"] == "Hello");
    CHECK(frames[0]["user"] == "Alice");
    CHECK(frames[0]["type"] == "message");
    CHECK(frames[0]["room"] == "lobby");
    CHECK(frames[0]["seq"] == 1);
    CHECK(frames[0]["timestamp"] == "2023-11-14T22:13:20Z");
    CHECK(frames[0].contains("id"));
  }
}

TEST_CASE("text is another spelling of content, and kept as the other members are") {
  GatewayFixture fixture;
  ChatClient alice(fixture, "/chat");
  alice.say(R"({"type":"note","text":"Hi","user":"John","colour":"red","n":[1,2],"delay":1500})");
  REQUIRE(fixture.chat.posts.size() == 1);
  const auto& post = fixture.chat.posts[0];
  CHECK(post.content == "Hi");
  CHECK(post.type == "note");
  CHECK(post.user == "John");
  CHECK(post.delay == 1500);
  CHECK(post.extra.json == R"("text":"Hi","colour":"red","n":[1,2])");
}

TEST_CASE("lecture and lab clients meet in the lobby; other rooms are apart") {
  GatewayFixture fixture;
  ChatClient alice(fixture, "/chat"), bob(fixture, "/ws?user_id=bob"), carol(fixture, "/chat?room=attic");
  bob.heard();
  alice.say(R"({"content":"Hello","user":"Alice"})");
  CHECK(alice.heard().size() == 1);
  CHECK(bob.heard().size() == 1);
  CHECK(carol.heard().empty());
  carol.say(R"({"content":"Up here","room":"lobby"})");  // a socket is in one room
  CHECK(fixture.chat.posts.back().room == "attic");
  CHECK(alice.heard().empty());
  CHECK(carol.heard().size() == 1);
}

TEST_CASE("the lecture's user comes from the frame, or from the query where the frame has none") {
  GatewayFixture fixture;
  ChatClient client(fixture, "/chat?user=Zoe"), nameless(fixture, "/chat");
  client.say(R"({"content":"1"})");
  client.say(R"({"content":"2","user":"Alice"})");
  nameless.say(R"({"content":"3"})");
  CHECK(fixture.chat.posts[0].user == "Zoe");
  CHECK(fixture.chat.posts[1].user == "Alice");
  CHECK(fixture.chat.posts[2].user == "anonymous");
}

TEST_CASE("the lab welcomes the newcomer and tells the others") {
  GatewayFixture fixture;
  ChatClient alice(fixture, "/ws?user_id=alice"), lecture(fixture, "/chat");
  auto frames = alice.heard();
  REQUIRE(frames.size() == 1);
  CHECK(frames[0] == parse(R"({"type":"system","content":"Welcome to the chat!","user":"system",
                              "timestamp":"2023-11-14T22:13:20Z"})"));
  {
    ChatClient bob(fixture, "/ws?user_id=bob");
    frames = bob.heard();
    REQUIRE(frames.size() == 1);
    CHECK(frames[0]["type"] == "system");
    frames = alice.heard();
    REQUIRE(frames.size() == 1);
    CHECK(frames[0]["type"] == "notification");
    CHECK(frames[0]["content"] == "bob joined the chat");
    CHECK(frames[0]["user"] == "system");
    CHECK_FALSE(frames[0].contains("seq"));
  }
  frames = alice.heard();
  REQUIRE(frames.size() == 1);
  CHECK(frames[0]["content"] == "bob left the chat");
  CHECK(lecture.heard().empty());
  CHECK(fixture.chat.posts.empty());  // none of it is in the log

  SECTION("but not when everybody has to leave") {
    ChatClient bob(fixture, "/ws?user_id=bob");
    alice.heard();
    bob.leave(1012);
    CHECK(alice.heard().empty());
  }
}

TEST_CASE("the lab's server sets user and an empty type") {
  GatewayFixture fixture;
  ChatClient bob(fixture, "/ws?user_id=bob");
  bob.say(R"({"content":"1","user":"mallory"})");
  bob.say(R"({"type":"","content":"2"})");
  bob.say(R"({"type":"shout","content":""})");
  REQUIRE(fixture.chat.posts.size() == 3);
  CHECK(fixture.chat.posts[0].user == "bob");
  CHECK(fixture.chat.posts[0].type == "message");
  CHECK(fixture.chat.posts[1].type == "message");
  CHECK(fixture.chat.posts[2].type == "shout");
}

TEST_CASE("without user_id a lab client is anonymous") {
  GatewayFixture fixture;
  ChatClient one(fixture, "/ws"), other(fixture, "/ws?user_id=");
  one.say(R"({"content":"1"})");
  other.say(R"({"content":"2"})");
  const auto first = fixture.chat.posts[0].user, second = fixture.chat.posts[1].user;
  CHECK(first.size() == 18);
  CHECK(first.starts_with("anonymous_"));
  CHECK(first != second);
}

TEST_CASE("a ping is answered to its sender alone") {
  GatewayFixture fixture;
  ChatClient bob(fixture, "/ws?user_id=bob"), alice(fixture, "/ws?user_id=alice"), lecture(fixture, "/chat");
  bob.heard();
  alice.heard();
  bob.say(R"({"type":"ping"})");
  lecture.say(R"({"type":"ping"})");
  for (auto* client : {&bob, &lecture}) {
    const auto frames = client->heard();
    REQUIRE(frames.size() == 1);
    CHECK(frames[0]["type"] == "pong");
    CHECK(frames[0]["content"] == "pong");
    CHECK(frames[0]["user"] == "system");
    CHECK(frames[0].contains("timestamp"));
  }
  CHECK(alice.heard().empty());
  CHECK(fixture.chat.posts.empty());
}

TEST_CASE("a malformed frame is answered with an error frame, and the connection lives on") {
  GatewayFixture fixture;
  ChatClient bob(fixture, "/chat"), alice(fixture, "/chat");
  for (auto text : {"", "hello", "[]", "{", R"({"type":"message"})", R"({"content":5})",
                    R"({"content":"x","delay":-1})", R"({"content":"x","type":""})"}) {
    bob.say(text);
    const auto frames = bob.heard();
    REQUIRE(frames.size() == 1);
    CHECK(frames[0]["type"] == "error");
    CHECK(frames[0]["code"] == "invalid_argument");
    CHECK_FALSE(frames[0]["content"].get<std::string>().empty());
    CHECK(frames[0]["user"] == "system");
  }
  CHECK(fixture.metrics.series["chat_frames_refused_total"].value == 8);
  SECTION("with an entry per field") {
    bob.say(R"({"content":5,"delay":-1})");
    const auto errors = bob.heard()[0]["errors"];
    REQUIRE(errors.size() == 2);
    CHECK(errors[0]["field"] == "content");
    CHECK(errors[1]["field"] == "delay");
  }
  SECTION("binary") {
    bob.handler->on_message(R"({"content":"x"})", false);
    CHECK(bob.heard()[0]["type"] == "error");
  }
  CHECK(alice.heard().empty());
  bob.say(R"({"content":"still here"})");
  CHECK(alice.heard().size() == 1);
}

TEST_CASE("a frame that is too large gets an error frame, one beyond all measure is the server's to refuse") {
  rest::Options options;
  options.max_chat_message = 1000;
  options.max_refused_message = 5000;
  GatewayFixture fixture(options);
  ChatClient bob(fixture, "/chat");
  CHECK(fixture.options.max_message == 1000);
  CHECK(fixture.options.max_discarded == 5000);
  bob.handler->on_oversized(1014, true);
  const auto frames = bob.heard();
  REQUIRE(frames.size() == 1);
  CHECK(frames[0]["code"] == "invalid_argument");
  CHECK(frames[0]["content"] == "a chat frame must have at most 1000 bytes, this one has 1014");
  CHECK(fixture.chat.posts.empty());
}

TEST_CASE("a post that fails is told to its sender") {
  GatewayFixture fixture;
  ChatClient bob(fixture, "/chat"), alice(fixture, "/chat");
  fixture.chat.post_error = Error{Code::unavailable, "the storage is full"};
  fixture.chat.post_error->retry_after = std::chrono::seconds(3);
  bob.say(R"({"content":"x"})");
  const auto frames = bob.heard();
  REQUIRE(frames.size() == 1);
  CHECK(frames[0]["type"] == "error");
  CHECK(frames[0]["code"] == "unavailable");
  CHECK(frames[0]["content"] == "the storage is full");
  CHECK(frames[0]["retry_after"] == 3);
  CHECK(alice.heard().empty());
}

TEST_CASE("a socket with many posts in flight is not read from") {
  rest::Options options;
  options.posts_in_flight = 3;
  GatewayFixture fixture(options);
  ChatClient bob(fixture, "/chat");
  fixture.chat.hold_posts = true;
  bob.say(R"({"content":"1"})");
  bob.say(R"({"content":"2"})");
  CHECK(bob.socket.paused == 0);
  bob.say(R"({"content":"3"})");
  CHECK(bob.socket.paused == 1);
  bob.say(R"({"content":"4"})");  // was on its way
  CHECK(bob.socket.paused == 1);
  fixture.chat.release();
  CHECK(bob.socket.paused == 0);
  CHECK(bob.heard().size() == 4);
}

TEST_CASE("a message outlives its sender") {
  GatewayFixture fixture;
  ChatClient alice(fixture, "/chat");
  fixture.chat.hold_posts = true;
  {
    ChatClient bob(fixture, "/chat");
    bob.say(R"({"content":"farewell"})");
    fixture.chat.post_error = Error{Code::unavailable, "full"};
    bob.say(R"({"content":"lost"})");
  }
  fixture.chat.post_error.reset();
  fixture.chat.release();
  const auto frames = alice.heard();
  REQUIRE(frames.size() == 2);
  CHECK(frames[0]["content"] == "farewell");
}

TEST_CASE("since resumes") {
  GatewayFixture fixture;
  for (int i = 0; i < 5; ++i) fixture.chat.append("lobby");
  ChatClient bob(fixture, "/chat?since=3"), lab(fixture, "/ws?user_id=lab&since=0");
  auto frames = bob.heard();
  REQUIRE(frames.size() == 2);
  CHECK(frames[0]["seq"] == 4);
  frames = lab.heard();
  REQUIRE(frames.size() == 6);
  CHECK(frames[0]["type"] == "system");
  CHECK(frames[1]["seq"] == 1);
}

TEST_CASE("a gap is said") {
  GatewayFixture fixture;
  for (int i = 0; i < 5; ++i) fixture.chat.append("lobby");
  fixture.chat.prune("lobby", 4);
  ChatClient bob(fixture, "/chat?since=1");
  const auto frames = bob.heard();
  REQUIRE(frames.size() == 3);
  CHECK(frames[0]["type"] == "gap");
  CHECK(frames[0]["from"] == 2);
  CHECK(frames[0]["to"] == 3);
  CHECK(frames[0]["room"] == "lobby");
  CHECK(frames[1]["seq"] == 4);
}

TEST_CASE("a handshake with a bad query is refused, naming the parameter") {
  GatewayFixture fixture;
  const auto refused = [&](const char* target) {
    CHECK_FALSE(fixture.connect(target));
    CHECK(fixture.refusal.status == 400);
    const auto problem = parse(fixture.refusal.body);
    REQUIRE(problem["errors"].size() == 1);
    return problem["errors"][0]["field"].get<std::string>();
  };
  CHECK(refused("/chat?room=a%20b") == "room");
  CHECK(refused(("/chat?room=" + std::string(100, 'x')).c_str()) == "room");
  CHECK(refused("/chat?since=yesterday") == "since");
  CHECK(refused("/chat?since=-1") == "since");
  CHECK(refused("/chat?since=99999999999999999999") == "since");
  CHECK(refused(("/ws?user_id=" + std::string(100, 'x')).c_str()) == "user_id");
  CHECK(refused("/ws?user_id=%ff") == "user_id");
}

TEST_CASE("a slow or restarted client is told how to resume") {
  GatewayFixture fixture;
  auto handler = fixture.connect("/chat");
  CHECK(fixture.options.slow_reason.find("?since=") != std::string::npos);
  CHECK(fixture.options.slow_reason.size() <= 123);
  CHECK(fixture.options.restart_reason.find("?since=") != std::string::npos);
}

TEST_CASE("a handshake that fails after it was accepted leaves nothing behind") {
  GatewayFixture fixture;
  { auto handler = fixture.connect("/ws?user_id=bob"); }
  {
    auto handler = fixture.connect("/ws?user_id=bob");
    handler->on_close(1006);
  }
  CHECK(parse(fixture.get("/stats").body)["active_connections"] == 0);
}

TEST_CASE("stop ends what the gateway follows") {
  GatewayFixture fixture;
  for (auto* room : {"a", "b", "c"}) fixture.connect(std::string("/chat?room=") + room);
  CHECK(fixture.chat.following == 3);
  fixture.time.wait(fixture.gateway->stop());
  CHECK(fixture.chat.following == 0);
}
