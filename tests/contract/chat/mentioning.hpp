// The contract of the feed of mentions.
#pragma once

#include "direct.hpp"
#include "stream.hpp"

namespace parley::chat::contract {

inline std::unique_ptr<Stream<MentionUpdate>> mentions(Placement& p,
                                                       std::optional<std::int64_t> after = std::nullopt) {
  return std::make_unique<Stream<MentionUpdate>>(p, [&](CallContext context, Sink<MentionUpdate> sink) {
    FollowMentions request{after};
    return p.port().follow_mentions(std::move(context), std::move(request), sink);
  });
}

// Runs until so many mentions have come.
inline std::vector<Mention> await_mentions(Placement& p, Stream<MentionUpdate>& feed, std::size_t count) {
  const auto all = [&] {
    std::vector<Mention> got;
    for (auto& update : feed.updates()) got.insert(got.end(), update.mentions.begin(), update.mentions.end());
    return got;
  };
  p.run_until([&] { return all().size() >= count || feed.ended(); });
  return all();
}

inline void mentioning_contract(const Factory& make) {
  auto placement = make(Options{});
  Placement& p = *placement;

  SECTION("who is named is told, with the message") {
    auto live = mentions(p);
    const Posted first = posted(p, text("hello @bob, @carol and @bob", "alice", "attic"));
    posted(p, text("nobody@example.com"));
    const Posted second = posted(p, text("@alice!", "bob"));
    const auto got = await_mentions(p, *live, 3);
    REQUIRE(got.size() == 3);
    CHECK(got[0].seq == 1);
    CHECK(got[0].user == "bob");
    CHECK(got[0].message == page(p, "s0", 1, "attic").messages[0]);
    CHECK(got[0].message.id == first.id);
    CHECK(got[1].seq == 2);
    CHECK(got[1].user == "carol");
    CHECK(got[1].message.id == first.id);
    CHECK(got[2].seq == 3);
    CHECK(got[2].user == "alice");
    CHECK(got[2].message.id == second.id);
    for (auto& update : live->updates()) CHECK_FALSE(update.gap);
  }

  SECTION("from every position the rest comes once, and then what is new") {
    for (int i = 1; i <= 6; ++i) posted(p, text("@u" + std::to_string(i)));
    std::vector<std::unique_ptr<Stream<MentionUpdate>>> feeds;
    for (int after = 0; after <= 6; ++after) feeds.push_back(mentions(p, after));
    for (int i = 7; i <= 9; ++i) posted(p, text("@u" + std::to_string(i)));
    for (int after = 0; after <= 6; ++after) {
      const auto got = await_mentions(p, *feeds[after], 9 - after);
      REQUIRE(got.size() == static_cast<std::size_t>(9 - after));
      for (std::size_t i = 0; i < got.size(); ++i) {
        CHECK(got[i].seq == after + 1 + static_cast<std::int64_t>(i));
        CHECK(got[i].user == "u" + std::to_string(got[i].seq));
      }
    }
  }

  SECTION("a delayed message mentions when it is delivered") {
    auto live = mentions(p);
    posted(p, delayed_text("@late", 1000));
    posted(p, text("@soon"));
    CHECK(await_mentions(p, *live, 1)[0].user == "soon");
    p.advance(std::chrono::milliseconds(1000));
    const auto got = await_mentions(p, *live, 2);
    CHECK(got[1].user == "late");
    CHECK(got[1].message.seq == 2);
  }

  SECTION("a direct message mentions nobody") {
    auto live = mentions(p);
    REQUIRE(direct(p, "alice", "bob", "about @carol"));
    posted(p, text("@dave"));
    CHECK(await_mentions(p, *live, 1)[0].user == "dave");
  }

  SECTION("they survive a restart, and positions go on") {
    posted(p, text("@one"));
    if (!p.restart()) return;
    auto feed = mentions(p, 0);
    auto live = mentions(p);
    posted(p, text("@two"));
    CHECK(await_mentions(p, *feed, 2)[1].seq == 2);
    CHECK(await_mentions(p, *live, 1)[0].seq == 2);
  }

  SECTION("a position beyond the end is a gap") {
    posted(p, text("@one"));
    auto feed = mentions(p, 5);
    const auto got = await_mentions(p, *feed, 1);
    REQUIRE(feed->updates()[0].gap);
    CHECK(*feed->updates()[0].gap == LogGap{2, 5});
    CHECK(got[0].seq == 1);
  }

  SECTION("it ends when it is cancelled; a bad position is refused") {
    auto live = mentions(p);
    live->cancel();
    CHECK(live->await_end() == Code::cancelled);
    CHECK(mentions(p, -1)->await_end() == Code::invalid_argument);
  }
}

}  // namespace parley::chat::contract
