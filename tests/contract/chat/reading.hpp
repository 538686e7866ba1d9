// The contract of read().
#pragma once

#include "placement.hpp"

namespace parley::chat::contract {

inline void reading_contract(const Factory& make) {
  auto placement = make(Options{});
  Placement& p = *placement;

  SECTION("an empty room gives a position that loses nothing") {
    for (const char* since : {"", "0", "1700000000", "s0"}) {
      const MessagePage empty = page(p, since);
      CHECK(empty.messages.empty());
      CHECK_FALSE(empty.has_new);
      CHECK_FALSE(empty.more);
      CHECK_FALSE(empty.gap);
      CHECK(empty.next == "s0");
    }
    const std::string next = page(p, "").next;
    REQUIRE(post(p, text("first")));
    CHECK(contents(page(p, next).messages) == std::vector<std::string>{"first"});
  }

  SECTION("without a position it is the newest page") {
    post_many(p, 30);
    const MessagePage newest = page(p, "", 7);
    CHECK(contents(newest.messages) ==
          std::vector<std::string>{"m24", "m25", "m26", "m27", "m28", "m29", "m30"});
    CHECK(newest.has_new);
    CHECK_FALSE(newest.more);
    CHECK_FALSE(newest.gap);
    CHECK(newest.next == "s30");
    CHECK(page(p, "", 1000).messages.size() == 30);
  }

  SECTION("a cursor goes on exactly where the page ended, whatever the page's size") {
    post_many(p, 50);
    const auto whole = page(p, "s0", 1000).messages;
    REQUIRE(whole.size() == 50);
    for (std::int32_t limit : {1, 7, 49, 50, 51}) CHECK(read_all(p, "s0", limit) == whole);
    for (int after = 0; after <= 50; ++after) {
      const auto rest = read_all(p, "s" + std::to_string(after), 9);
      CHECK(rest == std::vector<Message>(whole.begin() + after, whole.end()));
    }
    const MessagePage first = page(p, "s0", 20);
    CHECK(first.more);
    CHECK(first.next == "s20");
    const MessagePage last = page(p, "s50", 20);
    CHECK_FALSE(last.more);
    CHECK_FALSE(last.has_new);
    CHECK(last.next == "s50");
    CHECK_FALSE(page(p, "s30", 20).more);
  }

  SECTION("seconds mean messages of that second and later, page by page") {
    for (int second = 0; second < 5; ++second) {
      post_many(p, 3, std::to_string(second) + ".");
      p.advance(std::chrono::milliseconds(400));
      post_many(p, 3, std::to_string(second) + ".4.");
      p.advance(std::chrono::milliseconds(600));
    }
    const auto whole = read_all(p);
    REQUIRE(whole.size() == 30);
    const std::int64_t start = to_unix_seconds(whole.front().timestamp);
    for (std::int64_t second = start - 1; second <= start + 6; ++second) {
      std::vector<Message> expected;
      for (auto& message : whole)
        if (message.timestamp >= Timestamp(std::chrono::seconds(second))) expected.push_back(message);
      for (std::int32_t limit : {1, 4, 100}) {
        INFO("second " << second - start << ", limit " << limit);
        CHECK(read_all(p, std::to_string(second), limit) == expected);
      }
    }
    const MessagePage none = page(p, std::to_string(start + 100));
    CHECK_FALSE(none.has_new);
    CHECK(none.next == "s30");
    REQUIRE(post(p, text("later")));
    CHECK(contents(page(p, none.next).messages) == std::vector<std::string>{"later"});
  }

  SECTION("large messages make short pages, and nothing is lost") {
    const std::string large(32'768, 'x');
    std::vector<PostMessage> requests(60, text(large));
    post_all(p, requests);
    const MessagePage first = page(p, "s0", 1000);
    CHECK(first.more);
    CHECK(first.messages.size() < 60);
    const auto whole = read_all(p, "s0", 1000);
    CHECK(whole.size() == 60);
    CHECK(first_hole(whole) == 0);
    const MessagePage newest = page(p, "", 1000);
    CHECK(newest.messages.size() < 60);
    CHECK(newest.messages.back().seq == 60);
    CHECK(first_hole(newest.messages) == 0);
  }

  SECTION("a position beyond the end is a gap, and the log is read from its start") {
    post_many(p, 5);
    const MessagePage replaced = page(p, "s6", 3);
    CHECK(replaced.gap);
    CHECK(contents(replaced.messages) == std::vector<std::string>{"m1", "m2", "m3"});
    CHECK(replaced.next == "s3");
    CHECK_FALSE(page(p, "s5").gap);
    const MessagePage empty = page(p, "s9", 3, "empty");
    CHECK(empty.gap);
    CHECK(empty.next == "s0");
  }

  SECTION("anything else is refused with the field's name") {
    for (const char* since :
         {"x", "s", "s-1", "-1", "1.5", " 1", "s1s", "1700000000000", "s1234567890123456789"}) {
      INFO("since=" << since);
      const auto answer = read(p, ReadMessages{default_room, since, 100});
      REQUIRE_FALSE(answer);
      CHECK(answer.error().code == Code::invalid_argument);
      CHECK(problem_of(answer.error(), "since").find("Unix seconds") != std::string::npos);
    }
    for (std::int32_t limit : {0, -1, 1001}) {
      const auto answer = read(p, ReadMessages{default_room, "", limit});
      REQUIRE_FALSE(answer);
      CHECK(problem_of(answer.error(), "limit").find("1000") != std::string::npos);
    }
    const auto answer = read(p, ReadMessages{"no room", "", 100});
    REQUIRE_FALSE(answer);
    CHECK(problem_of(answer.error(), "room").find("letters") != std::string::npos);
  }
}

}  // namespace parley::chat::contract
