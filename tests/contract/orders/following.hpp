// The contract of the log of all orders.
#pragma once

#include "placement.hpp"

namespace parley::orders::contract {

// So many orders, each confirmed: twice as many events.
inline std::vector<std::string> place_and_confirm(Placement& p, int count, std::int64_t after = 0) {
  const auto user = p.new_user();
  std::vector<std::string> lines;
  for (int i = 0; i < count; ++i) {
    const auto id = created(p, order_of(user)).id;
    value(set_status(p, id, OrderStatus::confirmed));
    lines.push_back(std::to_string(++after) + " CREATED " + id + " PENDING");
    lines.push_back(std::to_string(++after) + " STATUS_CHANGED " + id + " PENDING>CONFIRMED");
  }
  return lines;
}

inline void following_contract(const Factory& make) {
  using std::chrono::milliseconds;
  Options options;
  options.keep_events = 10;
  options.prune_interval = milliseconds(1'000);
  auto placement = make(options);
  Placement& p = *placement;

  SECTION("everything that happens comes once, in its order") {
    Following follower(p);
    const auto order = created(p, order_of(p.new_user()));
    p.advance(milliseconds(5));
    const auto confirmed = value(set_status(p, order.id, OrderStatus::confirmed));
    p.advance(milliseconds(5));
    const auto shipped = value(set_status(p, order.id, OrderStatus::shipped));
    const auto events = follower.await(3);
    CHECK(lines_of(events) ==
          std::vector<std::string>{"1 CREATED " + order.id + " PENDING",
                                   "2 STATUS_CHANGED " + order.id + " PENDING>CONFIRMED",
                                   "3 STATUS_CHANGED " + order.id + " CONFIRMED>SHIPPED"});
    REQUIRE(events.size() == 3);
    // Each with the order as it was then.
    CHECK(events[0].order == order);
    CHECK(events[1].order == confirmed);
    CHECK(events[2].order == shipped);
    CHECK(events[0].at == order.created_at);
    CHECK(events[1].at == confirmed.updated_at);
    Following late(p, 0);
    CHECK(late.await(3)[0].order == order);
    CHECK(follower.gapless());
    CHECK(late.gapless());
  }

  SECTION("without a position it is what comes from now on") {
    place_and_confirm(p, 2);
    Following follower(p);
    const auto lines = place_and_confirm(p, 1, 4);
    CHECK(lines_of(follower.await(2)) == lines);
  }

  SECTION("what changes nothing, is refused or is a repetition is no event") {
    const auto user = p.new_user();
    Following follower(p);
    const auto order = created(p, keyed_order(user, "k"));
    created(p, keyed_order(user, "k"));
    value(set_status(p, order.id, OrderStatus::pending));
    CHECK_FALSE(set_status(p, order.id, OrderStatus::delivered));
    CHECK_FALSE(create(p, order_of("nobody")));
    value(set_status(p, order.id, OrderStatus::cancelled));
    CHECK(lines_of(follower.await(2)) ==
          std::vector<std::string>{"1 CREATED " + order.id + " PENDING",
                                   "2 STATUS_CHANGED " + order.id + " PENDING>CANCELLED"});
  }

  SECTION("from every position the rest comes once, and then what is new; also across a restart") {
    auto lines = place_and_confirm(p, 4);
    for (const bool restarted : {false, true}) {
      if (restarted && !p.restart()) break;
      std::vector<std::unique_ptr<Following>> followers;
      for (std::size_t after = 0; after <= lines.size(); ++after)
        followers.push_back(std::make_unique<Following>(p, static_cast<std::int64_t>(after)));
      const auto fresh = place_and_confirm(p, 1, static_cast<std::int64_t>(lines.size()));
      lines.insert(lines.end(), fresh.begin(), fresh.end());
      for (std::size_t after = 0; after < followers.size(); ++after) {
        const std::vector<std::string> rest(lines.begin() + static_cast<std::ptrdiff_t>(after), lines.end());
        CHECK(lines_of(followers[after]->await(rest.size())) == rest);
        CHECK(followers[after]->gapless());
      }
    }
  }

  SECTION("more than one update holds") {
    const auto lines = place_and_confirm(p, 60);
    Following follower(p, 0);
    CHECK(lines_of(follower.await(lines.size())) == lines);
    CHECK(follower.updates().size() > 1);
  }

  SECTION("what is no longer kept is said out loud") {
    const auto lines = place_and_confirm(p, 20);  // 40 events
    REQUIRE(eventually([&] {
      p.advance(milliseconds(1'000));
      Following asks(p, 0);
      asks.await(10);
      return !asks.gapless();
    }));
    Following from_start(p, 0), inside(p, 30), before(p, 12);
    const std::vector<std::string> kept(lines.begin() + 30, lines.end());
    CHECK(from_start.await_gap() == LogGap{1, 30});
    CHECK(lines_of(from_start.await(10)) == kept);
    CHECK(before.await_gap() == LogGap{13, 30});
    CHECK(lines_of(before.await(10)) == kept);
    CHECK(lines_of(inside.await(10)) == kept);
    CHECK(inside.gapless());
    // Positions go on where they were.
    CHECK(lines_of(inside.await(10)).back().starts_with("40 "));
    place_and_confirm(p, 1);
    CHECK(inside.await(12).back().seq == 42);
  }

  SECTION("a position beyond the log's end is a gap, and the log comes from its start") {
    Following empty(p, 7);
    CHECK(empty.await_gap() == LogGap{1, 7});
    const auto lines = place_and_confirm(p, 2);
    CHECK(lines_of(empty.await(4)) == lines);
    Following follower(p, 100);
    CHECK(follower.await_gap() == LogGap{5, 100});
    CHECK(lines_of(follower.await(4)) == lines);
  }

  SECTION("it ends with its deadline, and a wrong position is refused") {
    Following follower(p, std::nullopt, p.context().clock->steady() + milliseconds(500));
    p.advance(milliseconds(499));
    place_and_confirm(p, 1);
    CHECK(follower.await(2).size() == 2);
    p.advance(milliseconds(1));
    CHECK(follower.await_end() == Code::deadline_exceeded);
    Following wrong(p, -1);
    CHECK(wrong.await_end() == Code::invalid_argument);
  }
}

}  // namespace parley::orders::contract
