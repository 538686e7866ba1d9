// What a restart of the implementation must not change.
#pragma once

#include "placement.hpp"

namespace parley::chat::contract {

inline void restart_contract(const Factory& make) {
  auto placement = make(Options{});
  Placement& p = *placement;
  using std::chrono::milliseconds;

  SECTION("a reader and a follower resume from every position") {
    post_many(p, 40);
    const auto before = read_all(p);
    const std::string cursor = page(p, "s0", 25).next;
    if (!p.restart()) return;
    CHECK(read_all(p) == before);
    std::vector<std::unique_ptr<Following>> followers;
    for (int after = 0; after <= 40; ++after) followers.push_back(std::make_unique<Following>(p, after));
    CHECK(posted(p, text("new")).seq == 41);
    const auto whole = read_all(p, "s0", 7);
    REQUIRE(whole.size() == 41);
    CHECK(first_hole(whole) == 0);
    CHECK(read_all(p, cursor) == std::vector<Message>(whole.begin() + 25, whole.end()));
    for (int after = 0; after <= 40; ++after) {
      const std::vector<Message> rest(whole.begin() + after, whole.end());
      CHECK(read_all(p, "s" + std::to_string(after), 11) == rest);
      CHECK(followers[after]->await(rest.size()) == rest);
      for (auto& update : followers[after]->updates()) CHECK_FALSE(update.gap);
    }
  }

  SECTION("a follower from now on gets what comes after") {
    post_many(p, 5);
    if (!p.restart()) return;
    Following follower(p);
    post_many(p, 2, "new");
    CHECK(contents(follower.await(2)) == std::vector<std::string>{"new1", "new2"});
    CHECK(follower.messages().front().seq == 6);
  }

  SECTION("a delayed message comes all the same, once") {
    posted(p, delayed_text("one", 1000));
    posted(p, delayed_text("two", 5000));
    p.advance(milliseconds(400));
    if (!p.restart()) return;
    Following follower(p, 0);
    p.advance(milliseconds(600));
    follower.await(1);
    if (follower.count() == 1) {
      p.advance(milliseconds(4000));
      CHECK(contents(follower.await(2)) == std::vector<std::string>{"one", "two"});
    }
    CHECK(contents(read_all(p)) == std::vector<std::string>{"one", "two"});
  }
}

}  // namespace parley::chat::contract
