// The contract of messages with a delay.
#pragma once

#include "placement.hpp"

namespace parley::chat::contract {

inline void delay_contract(const Factory& make) {
  Options options;
  options.max_delayed = 3;
  options.max_delay = std::chrono::seconds(60);
  auto placement = make(options);
  Placement& p = *placement;
  using std::chrono::milliseconds;

  SECTION("it comes when it is due, and not before") {
    Following follower(p);
    const Timestamp now = p.context().now();
    PostMessage request = delayed_text("later", 1500);
    request.type = "alarm";
    request.extra.json = R"("loud":true)";
    const Posted answer = posted(p, request);
    CHECK_FALSE(answer.seq);
    CHECK(answer.timestamp == now + milliseconds(1500));
    p.advance(milliseconds(1499));
    REQUIRE(post(p, text("meanwhile")));
    CHECK(contents(follower.await(1)) == std::vector<std::string>{"meanwhile"});
    p.advance(milliseconds(1));
    const auto got = follower.await(2);
    REQUIRE(got.size() == 2);
    CHECK(got[1].id == answer.id);
    CHECK(got[1].seq == 2);
    CHECK(got[1].type == "alarm");
    CHECK(got[1].extra.json == R"("loud":true,"delay":1500)");  // every member that the sender set
    CHECK(got[1].timestamp >= answer.timestamp);
    CHECK(read_all(p) == got);
  }

  SECTION("they come in the order in which they fall due, each once") {
    Following follower(p);
    posted(p, delayed_text("c", 3000));
    posted(p, delayed_text("a", 1000));
    posted(p, delayed_text("b", 1000));
    p.advance(milliseconds(1000));
    follower.await(2);
    p.advance(milliseconds(2000));
    CHECK(contents(follower.await(3)) == std::vector<std::string>{"a", "b", "c"});
    p.advance(milliseconds(60'000));
    posted(p, text("end"));
    CHECK(contents(follower.await(4)) == std::vector<std::string>{"a", "b", "c", "end"});
    CHECK(first_hole(follower.messages()) == 0);
  }

  SECTION("one that is due earlier overtakes the one that was awaited") {
    Following follower(p);
    posted(p, delayed_text("slow", 50'000));
    posted(p, delayed_text("fast", 10));
    p.advance(milliseconds(10));
    CHECK(contents(follower.await(1)) == std::vector<std::string>{"fast"});
    p.advance(milliseconds(49'990));
    CHECK(contents(follower.await(2)) == std::vector<std::string>{"fast", "slow"});
  }

  SECTION("a room holds so many and no more; another has its own") {
    for (int i = 0; i < 3; ++i) posted(p, delayed_text("x", 1000));
    const auto refused = post(p, delayed_text("x", 1000));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == Code::resource_exhausted);
    CHECK(refused.error().message.find('3') != std::string::npos);
    REQUIRE(post(p, delayed_text("x", 1000, "other")));
    REQUIRE(post(p, text("at once")));
    p.advance(milliseconds(1000));
    Following follower(p, 0);
    follower.await(4);
    REQUIRE(post(p, delayed_text("x", 1000)));
  }

  SECTION("a longer delay than is allowed is refused with the limit") {
    REQUIRE(post(p, delayed_text("x", 60'000)));
    const auto refused = post(p, delayed_text("x", 60'001));
    REQUIRE_FALSE(refused);
    CHECK(problem_of(refused.error(), "delay") == "must be at most 60000 milliseconds, is 60001");
  }
}

}  // namespace parley::chat::contract
