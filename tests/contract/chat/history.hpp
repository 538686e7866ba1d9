// The contract of read() backwards.
#pragma once

#include "placement.hpp"

namespace parley::chat::contract {

inline MessagePage page_before(Placement& placement, std::string before, std::int32_t limit = 100,
                               std::string room = default_room) {
  ReadMessages request;
  request.room = std::move(room);
  request.before = std::move(before);
  request.limit = limit;
  auto answer = read(placement, std::move(request));
  if (!answer) throw std::runtime_error("a read failed: " + answer.error().message);
  return *answer;
}

// From `page` back to the start of the log, as a client that scrolls up.
inline std::vector<Message> read_back(Placement& placement, MessagePage page, std::int32_t limit) {
  std::vector<Message> all = page.messages;
  while (page.previous) {
    page = page_before(placement, *page.previous, limit);
    all.insert(all.begin(), page.messages.begin(), page.messages.end());
  }
  return all;
}

inline void history_contract(const Factory& make) {
  auto placement = make(Options{});
  Placement& p = *placement;

  SECTION("an empty log has nothing before") {
    CHECK_FALSE(page(p, "").previous);
    CHECK_FALSE(page(p, "s0").previous);
    const MessagePage empty = page_before(p, "s1");
    CHECK(empty.messages.empty());
    CHECK_FALSE(empty.gap);
    CHECK_FALSE(empty.more);
    CHECK_FALSE(empty.previous);
    CHECK(empty.next == "s0");
  }

  SECTION("from any page back to the start, whatever the page's size") {
    post_many(p, 50);
    const auto whole = page(p, "s0", 1000).messages;
    REQUIRE(whole.size() == 50);
    for (std::int32_t limit : {1, 7, 49, 50, 51}) {
      CHECK(read_back(p, page(p, "", limit), limit) == whole);
      CHECK(read_back(p, page(p, "s50", limit), limit) == whole);
    }
    for (int after = 0; after < 50; ++after) {
      const auto from = page(p, "s" + std::to_string(after), 1);
      CHECK(read_back(p, from, 9) == std::vector<Message>(whole.begin(), whole.begin() + after + 1));
    }
  }

  SECTION("a page tells both neighbours") {
    post_many(p, 30);
    const MessagePage middle = page_before(p, "s21", 10);
    CHECK(middle.messages.front().seq == 11);
    CHECK(middle.messages.back().seq == 20);
    CHECK(middle.has_new);
    CHECK(middle.more);
    CHECK(middle.next == "s20");
    CHECK(middle.previous == "s11");
    CHECK(page(p, middle.next, 10).messages.front().seq == 21);
    const MessagePage first = page_before(p, "s11", 10);
    CHECK(first.messages.front().seq == 1);
    CHECK_FALSE(first.more);
    CHECK_FALSE(first.gap);
    CHECK_FALSE(first.previous);
    const MessagePage none = page_before(p, "s1", 10);
    CHECK(none.messages.empty());
    CHECK_FALSE(none.gap);
    CHECK(none.next == "s0");
    CHECK(page(p, none.next, 1).messages.front().seq == 1);
  }

  SECTION("seconds mean messages before that second") {
    for (int second = 0; second < 4; ++second) {
      post_many(p, 3, std::to_string(second) + ".");
      p.advance(std::chrono::milliseconds(1000));
    }
    const auto whole = read_all(p);
    const std::int64_t start = to_unix_seconds(whole.front().timestamp);
    for (std::int64_t second = start; second <= start + 5; ++second) {
      std::vector<Message> expected;
      for (auto& message : whole)
        if (message.timestamp < Timestamp(std::chrono::seconds(second))) expected.push_back(message);
      for (std::int32_t limit : {1, 4, 100})
        CHECK(read_back(p, page_before(p, std::to_string(second), limit), limit) == expected);
    }
  }

  SECTION("a position beyond the end is a gap, and the newest page comes") {
    post_many(p, 5);
    CHECK_FALSE(page_before(p, "s6", 3).gap);
    const MessagePage replaced = page_before(p, "s7", 3);
    CHECK(replaced.gap);
    CHECK(contents(replaced.messages) == std::vector<std::string>{"m3", "m4", "m5"});
    CHECK(replaced.previous == "s3");
  }

  SECTION("large messages make short pages, and nothing is lost") {
    const std::string large(32'768, 'x');
    post_all(p, std::vector<PostMessage>(60, text(large)));
    const MessagePage first = page_before(p, "s61", 1000);
    CHECK(first.more);
    CHECK_FALSE(first.gap);
    CHECK(first.messages.size() < 60);
    const auto whole = read_back(p, first, 1000);
    CHECK(whole.size() == 60);
    CHECK(first_hole(whole) == 0);
  }

  SECTION("both directions at once, and anything else, are refused with the field's name") {
    ReadMessages request;
    request.since = "s1";
    request.before = "s5";
    auto refused = read(p, request);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == Code::invalid_argument);
    CHECK(problem_of(refused.error(), "before").find("since") != std::string::npos);
    for (const char* before : {"x", "s", "s-1", "-1", "1.5"}) {
      request = ReadMessages{};
      request.before = before;
      refused = read(p, request);
      REQUIRE_FALSE(refused);
      CHECK(problem_of(refused.error(), "before").find("previous") != std::string::npos);
    }
  }
}

}  // namespace parley::chat::contract
