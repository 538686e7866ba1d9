// The contract of follow().
#pragma once

#include "placement.hpp"

namespace parley::chat::contract {

inline void following_contract(const Factory& make) {
  auto placement = make(Options{});
  Placement& p = *placement;
  using std::chrono::milliseconds;

  SECTION("without a position it is what comes from now on") {
    REQUIRE(post(p, text("before")));
    Following follower(p);
    post_many(p, 3);
    CHECK(contents(follower.await(3)) == std::vector<std::string>{"m1", "m2", "m3"});
    for (auto& update : follower.updates()) CHECK_FALSE(update.gap);
    CHECK(follower.messages() == read_all(p, "s1"));
  }

  SECTION("a room may be followed before it exists") {
    Following follower(p, std::nullopt, "new");
    Following from_start(p, 0, "new");
    REQUIRE(post(p, text("elsewhere")));
    REQUIRE(post(p, text("hello", "Alice", "new")));
    CHECK(contents(follower.await(1)) == std::vector<std::string>{"hello"});
    CHECK(contents(from_start.await(1)) == std::vector<std::string>{"hello"});
  }

  SECTION("from every position the rest comes once, and then what is new") {
    post_many(p, 12);
    std::vector<std::unique_ptr<Following>> followers;
    for (int after = 0; after <= 12; ++after) followers.push_back(std::make_unique<Following>(p, after));
    post_many(p, 8, "new");
    const auto whole = read_all(p);
    REQUIRE(whole.size() == 20);
    for (int after = 0; after <= 12; ++after) {
      const auto got = followers[after]->await(20 - after);
      CHECK(got == std::vector<Message>(whole.begin() + after, whole.end()));
      for (auto& update : followers[after]->updates()) CHECK_FALSE(update.gap);
    }
  }

  SECTION("catching up while others post loses and repeats nothing") {
    post_many(p, 350);
    Following follower(p, 0);
    post_many(p, 300, "during");
    Following second(p, 100);
    post_many(p, 50, "after");
    CHECK(follower.await(700) == read_all(p));
    CHECK(second.await(600) == read_all(p, "s100"));
    for (auto& update : follower.updates()) {
      CHECK(update.messages.size() <= 100);
      CHECK_FALSE(update.messages.empty());
    }
  }

  SECTION("a receiver that does not ask for more gets all of it later") {
    Following slow(Following::Held{}, p, 0);
    Following quick(p);
    REQUIRE(post(p, text("first")));
    slow.await(1);
    REQUIRE(slow.holding());
    for (int round = 0; round < 4; ++round) post_many(p, 500, "r" + std::to_string(round) + ".");
    quick.await(2001);
    CHECK(slow.count() == 1);
    slow.release();
    CHECK(slow.await(2001) == read_all(p, "s0", 1000));
    for (auto& update : slow.updates()) {
      CHECK(update.messages.size() <= 100);
      CHECK_FALSE(update.gap);
    }
    CHECK(slow.messages() == quick.messages());
  }

  SECTION("a position beyond the end is a gap, and the log comes from its start") {
    post_many(p, 3);
    Following follower(p, 10);
    CHECK(contents(follower.await(3)) == std::vector<std::string>{"m1", "m2", "m3"});
    REQUIRE(follower.updates().front().gap);
    CHECK(follower.updates().front().gap->from == 4);
    CHECK(follower.updates().front().gap->to == 10);
    REQUIRE(post(p, text("next")));
    CHECK(contents(follower.await(4)).back() == "next");
    Following at_end(p, 4);
    Following of_empty(p, 7, "empty");
    p.run_until([&] { return !of_empty.updates().empty(); });
    CHECK(of_empty.updates().front().gap->from == 1);
    CHECK(of_empty.updates().front().gap->to == 7);
    REQUIRE(post(p, text("last")));
    CHECK(contents(at_end.await(1)) == std::vector<std::string>{"last"});
    CHECK_FALSE(at_end.updates().front().gap);
  }

  SECTION("it ends when it is cancelled, whatever it is at") {
    post_many(p, 150);
    SECTION("waiting") {
      Following follower(p);
      REQUIRE(post(p, text("x")));
      follower.await(1);
      follower.cancel();
      CHECK(follower.await_end() == Code::cancelled);
      REQUIRE(post(p, text("y")));
      CHECK(follower.count() == 1);
    }
    SECTION("waiting, before anything has come") {
      Following follower(p);
      follower.cancel();
      CHECK(follower.await_end() == Code::cancelled);
    }
    SECTION("catching up") {
      Following follower(p, 0);
      follower.cancel();
      CHECK(follower.await_end() == Code::cancelled);
    }
    SECTION("sending") {
      Following follower(Following::Held{}, p, 0);
      follower.await(1);
      follower.cancel();
      follower.release();
      CHECK(follower.await_end() == Code::cancelled);
      CHECK(follower.updates().size() == 1);
    }
  }

  SECTION("it ends when the receiver goes, and when its time is over") {
    Following leaving(p);
    leaving.leave();
    REQUIRE(post(p, text("x")));
    CHECK(leaving.await_end() == Code::cancelled);

    Following timed(p, std::nullopt, default_room, p.context().clock->steady() + milliseconds(500));
    p.advance(milliseconds(499));
    CHECK_FALSE(timed.ended());
    p.advance(milliseconds(2));
    CHECK(timed.await_end() == Code::deadline_exceeded);
  }

  SECTION("a bad position or room is refused with the field's name") {
    Following negative(p, -1);
    CHECK(negative.await_end() == Code::invalid_argument);
    Following nowhere(p, std::nullopt, "no room");
    CHECK(nowhere.await_end() == Code::invalid_argument);
  }
}

}  // namespace parley::chat::contract
