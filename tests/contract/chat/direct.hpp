// The contract of direct messages, and of how fast a user may send.
#pragma once

#include "placement.hpp"

namespace parley::chat::contract {

inline Result<DirectSent> direct(Placement& p, std::string user, std::string to, std::string content,
                                 std::string extra = {}) {
  SendDirect request;
  request.user = std::move(user);
  request.to = std::move(to);
  request.content = std::move(content);
  request.extra.json = std::move(extra);
  return call(p, p.port().send_direct(p.context(), std::move(request)));
}

inline void direct_contract(const Factory& make) {
  Options options;
  options.max_inboxes = 3;
  auto placement = make(options);
  Placement& p = *placement;

  SECTION("it comes into both inboxes as the same message, each with a seq of its own") {
    REQUIRE(direct(p, "carol", "bob", "first"));
    Following bob(p, 0, "@bob"), alice(p, std::nullopt, "@alice");
    const auto sent = direct(p, "alice", "bob", "Hi \"Bob\"", R"("colour":"red","to":"x","seq":9)");
    REQUIRE(sent);
    CHECK(sent->room == "@bob");
    CHECK(sent->seq == 2);
    CHECK(sent->own_seq == 1);
    const auto theirs = bob.await(2), own = alice.await(1);
    REQUIRE(theirs.size() == 2);
    REQUIRE(own.size() == 1);
    const Message expected{sent->id,
                           "@bob",
                           2,
                           "direct",
                           "Hi \"Bob\"",
                           "alice",
                           sent->timestamp,
                           {R"("to":"bob","colour":"red")"}};
    CHECK(theirs[1] == expected);
    CHECK(own[0].id == sent->id);
    CHECK(own[0].room == "@alice");
    CHECK(own[0].seq == 1);
    CHECK(own[0].extra == expected.extra);
    CHECK(read_all(p, "s0", 100, "@bob") == theirs);
    CHECK(page(p, "", 100, "@alice").messages == own);
    CHECK(page(p, "s1", 100, "@bob").messages.size() == 1);
  }

  SECTION("names are what users are called, whatever it is") {
    const std::string name = "Jörg \"J\" Müller\n";
    const auto sent = direct(p, "alice", name, "x");
    REQUIRE(sent);
    const auto log = read_all(p, "s0", 100, "@" + name);
    REQUIRE(log.size() == 1);
    CHECK(log[0].extra.json == R"("to":"Jörg \"J\" Müller\n")");
  }

  SECTION("a note to oneself is one message") {
    const auto sent = direct(p, "alice", "alice", "remember");
    REQUIRE(sent);
    CHECK(sent->seq == 1);
    CHECK(sent->own_seq == 1);
    CHECK(read_all(p, "s0", 100, "@alice").size() == 1);
  }

  SECTION("they survive a restart, and positions go on") {
    REQUIRE(direct(p, "alice", "bob", "1"));
    if (!p.restart()) return;
    CHECK(direct(p, "alice", "bob", "2")->seq == 2);
    CHECK(contents(read_all(p, "s0", 100, "@bob")) == std::vector<std::string>{"1", "2"});
    REQUIRE(direct(p, "alice", "carol", "3"));
    CHECK(direct(p, "alice", "dave", "4").error().code == Code::resource_exhausted);
  }

  SECTION("more inboxes than the limit are refused, and the others go on") {
    REQUIRE(direct(p, "alice", "bob", "x"));
    CHECK(direct(p, "carol", "dave", "x").error().code == Code::resource_exhausted);
    REQUIRE(direct(p, "carol", "bob", "x"));
    const auto refused = direct(p, "alice", "dave", "x");
    REQUIRE_FALSE(refused);
    CHECK(refused.error().message.find("3 inboxes") != std::string::npos);
    REQUIRE(post(p, text("rooms are not inboxes")));
    CHECK(read_all(p, "s0", 100, "@dave").empty());
  }

  SECTION("every field at fault is named with its limit") {
    const auto problem = [&](const Result<DirectSent>& answer, const char* field) {
      return answer ? std::string("(accepted)") : problem_of(answer.error(), field);
    };
    CHECK(problem(direct(p, "", "bob", "x"), "user").find("empty") != std::string::npos);
    CHECK(problem(direct(p, "alice", "", "x"), "to").find("empty") != std::string::npos);
    CHECK(problem(direct(p, "alice", std::string(65, 't'), "x"), "to").find("64") != std::string::npos);
    CHECK(problem(direct(p, "alice", "bob", std::string(32'769, 'c')), "content").find("32768") !=
          std::string::npos);
    CHECK(problem(direct(p, "alice", std::string("b\0b", 3), "x"), "to").find("U+0000") != std::string::npos);
    CHECK(problem(direct(p, "alice", "bob", "x", "\"a\":"), "extra").find("JSON") != std::string::npos);
    CHECK(read_all(p, "s0", 100, "@bob").empty());
  }
}

inline void rate_contract(const Factory& make) {
  Options options;
  options.messages_per_second = 5;
  options.burst = 3;
  auto placement = make(options);
  Placement& p = *placement;
  using std::chrono::milliseconds;

  SECTION("a user that sends too fast is told when to go on; others are not held up") {
    for (int i = 0; i < 3; ++i) REQUIRE(post(p, text("x", "Alice")));
    const auto refused = post(p, text("x", "Alice"));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == Code::resource_exhausted);
    CHECK(refused.error().message.find("5 messages") != std::string::npos);
    CHECK(refused.error().retry_after == milliseconds(200));
    CHECK(direct(p, "Alice", "bob", "x").error().code == Code::resource_exhausted);
    REQUIRE(post(p, text("x", "Bob")));
    p.advance(milliseconds(199));
    CHECK(post(p, text("x", "Alice")).error().retry_after == milliseconds(1));
    p.advance(milliseconds(1));
    REQUIRE(post(p, text("x", "Alice")));
    REQUIRE_FALSE(post(p, text("x", "Alice")));
    CHECK(read_all(p).size() == 5);
  }

  SECTION("a silence gives the burst again, and no more") {
    for (int i = 0; i < 3; ++i) REQUIRE(post(p, text("x", "Alice")));
    p.advance(std::chrono::hours(1));
    for (int i = 0; i < 3; ++i) REQUIRE(post(p, text("x", "Alice")));
    REQUIRE_FALSE(post(p, text("x", "Alice")));
  }

  SECTION("what is refused for another reason does not count") {
    for (int i = 0; i < 10; ++i) REQUIRE_FALSE(post(p, text(std::string(40'000, 'x'), "Alice")));
    for (int i = 0; i < 3; ++i) REQUIRE(post(p, text("x", "Alice")));
  }
}

}  // namespace parley::chat::contract
