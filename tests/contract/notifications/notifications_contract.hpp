// The contract of the notifications port, for any implementation of it. Each section gets a fresh one:
//
//   TEST_CASE("notifications in process") { whole_contract(make_in_process); }
//
// where make_in_process is a Factory (placement.hpp). restart_contract passes at once where a placement says
// that it cannot be restarted.
#pragma once

#include "contract/calls_over.hpp"
#include "placement.hpp"

#include <set>

namespace parley::notifications::contract {

inline void sending_contract(const Factory& make) {
  auto placement = make(Options{});
  Placement& p = *placement;

  SECTION("a notification is answered as it stands in the log") {
    SendNotification request = to("bob", "Wörld <b>", NotificationType::success);
    request.message = "line\nline \"quoted\"";
    request.data = {{"order id", "42"}, {"ключ", "значение"}, {"empty", ""}};
    const auto before = p.context().now();
    const auto answer = send(p, request);
    REQUIRE(answer);
    CHECK_FALSE(answer->id.empty());
    CHECK(answer->user_id == "bob");
    CHECK(answer->type == NotificationType::success);
    CHECK(answer->title == request.title);
    CHECK(answer->message == request.message);
    CHECK(answer->data == request.data);
    CHECK(answer->created_at >= before);
    CHECK(answer->seq == 1);
    CHECK(page(p, "bob", "").notifications == std::vector<Notification>{*answer});
  }

  SECTION("one to everybody is everybody's, and one log counts all") {
    CHECK(sent(p, "bob", "a").seq == 1);
    const auto all = told_all(p, "b");
    CHECK(all.seq == 2);
    CHECK(all.user_id.empty());
    CHECK(sent(p, "eve", "c").seq == 3);
    CHECK(titles(read_all(p, "bob")) == Titles{"a", "b"});
    CHECK(titles(read_all(p, "eve")) == Titles{"b", "c"});
    CHECK(titles(read_all(p, "nobody")) == Titles{"b"});
  }

  SECTION("many at once get every position once") {
    send_many(p, 300, "bob");
    std::set<std::int64_t> positions;
    std::set<std::string> ids;
    const auto log = read_all(p, "bob");
    for (auto& notification : log) {
      positions.insert(*notification.seq);
      ids.insert(notification.id);
    }
    CHECK(positions.size() == 300);
    CHECK(*positions.rbegin() == 300);
    CHECK(ids.size() == 300);
  }

  SECTION("every field at fault is named with its limit") {
    const auto problem = [&](SendNotification request, const char* field) {
      const auto answer = send(p, std::move(request));
      if (answer) return std::string("(accepted)");
      CHECK(answer.error().code == Code::invalid_argument);
      return problem_of(answer.error(), field);
    };
    CHECK(problem(to("", "t"), "user_id").find("empty") != std::string::npos);
    CHECK(problem(to(std::string(101, 'u'), "t"), "user_id").find("100") != std::string::npos);
    CHECK(problem(to("bob", ""), "title").find("empty") != std::string::npos);
    CHECK(problem(to("bob", std::string(201, 't')), "title").find("200") != std::string::npos);
    CHECK(problem(to("bob", std::string("a\0b", 3)), "title").find("U+0000") != std::string::npos);
    auto request = to("bob", "t");
    request.message = std::string(4001, 'm');
    CHECK(problem(request, "message").find("4000") != std::string::npos);
    request = to("bob", "t");
    for (int i = 0; i < 33; ++i) request.data[std::to_string(i)] = "v";
    CHECK(problem(request, "data").find("32") != std::string::npos);
    request.data = {{std::string(65, 'k'), "v"}};
    CHECK(problem(request, ("data." + std::string(64, 'k')).c_str()).find("(") == 0);  // cut when it is shown
    CHECK_FALSE(send(p, request));
    request.data = {{"", "v"}};
    CHECK_FALSE(send(p, request));
    request.data = {{"k", std::string(1001, 'v')}};
    CHECK(problem(request, "data.k").find("1000") != std::string::npos);
    request.data = {{"k", std::string("a\0b", 3)}};
    CHECK(problem(request, "data.k").find("U+0000") != std::string::npos);
    Broadcast to_all;
    const auto refused = broadcast(p, to_all);
    REQUIRE_FALSE(refused);
    CHECK(problem_of(refused.error(), "title").find("empty") != std::string::npos);
    CHECK(read_all(p, "bob").empty());
  }

  SECTION("a call that is over sends nothing") {
    for (const auto& [code, context] : parley::test::calls_over(p.context())) {
      auto answer = call(p, p.port().send_notification(context, to("ann", "over")));
      CHECK((answer ? Code::ok : answer.error().code) == code);
      Broadcast request;
      request.title = "over";
      answer = call(p, p.port().broadcast(context, std::move(request)));
      CHECK((answer ? Code::ok : answer.error().code) == code);
    }
    sent(p, "ann", "first");
    CHECK(titles(read_all(p, "ann")) == Titles{"first"});
  }

  SECTION("the largest passes") {
    std::string ue;
    for (int i = 0; i < 4000; ++i) ue += "ü";
    SendNotification request = to(std::string(100, 'u'), std::string(200, 't'));
    request.message = ue;
    for (int i = 0; i < 32; ++i)
      request.data[std::string(62, 'k') + std::to_string(10 + i)] = std::string(1000, 'v');
    REQUIRE(send(p, request));
    const auto log = read_all(p, request.user_id);
    REQUIRE(log.size() == 1);
    CHECK(log[0].message == ue);
    CHECK(log[0].data == request.data);
  }
}

inline void reading_contract(const Factory& make) {
  auto placement = make(Options{});
  Placement& p = *placement;

  SECTION("an empty log gives a position that loses nothing") {
    for (const char* since : {"", "0"}) {
      const auto empty = page(p, "bob", since);
      CHECK(empty.notifications.empty());
      CHECK_FALSE(empty.more);
      CHECK_FALSE(empty.gap);
      CHECK(empty.next == "0");
    }
    sent(p, "bob", "first");
    CHECK(titles(page(p, "bob", "0").notifications) == Titles{"first"});
  }

  SECTION("without a position it is the newest page, oldest first") {
    for (int i = 1; i <= 12; ++i) {
      sent(p, "bob", "b" + std::to_string(i));
      sent(p, "eve", "e" + std::to_string(i));
      told_all(p, "all" + std::to_string(i), NotificationType::warning);
    }
    const auto newest = page(p, "bob", "", 3);
    CHECK(titles(newest.notifications) == Titles{"all11", "b12", "all12"});
    CHECK_FALSE(newest.more);
    CHECK(newest.next == "36");
    CHECK(page(p, "bob", "", 1000).notifications.size() == 24);
    CHECK(titles(page(p, "bob", "", 2, {NotificationType::warning}).notifications) ==
          Titles{"all11", "all12"});
  }

  SECTION("a cursor goes on exactly where the page ended, whatever the page's size") {
    for (int i = 1; i <= 20; ++i) {
      sent(p, "bob", "b" + std::to_string(i), i % 2 ? NotificationType::info : NotificationType::error);
      sent(p, "eve", "e");
      if (i % 3 == 0) told_all(p, "all" + std::to_string(i), NotificationType::error);
    }
    const auto whole = page(p, "bob", "0", 1000).notifications;
    REQUIRE(whole.size() == 26);
    for (std::size_t i = 1; i < whole.size(); ++i) {
      CHECK(*whole[i].seq > *whole[i - 1].seq);
      CHECK(whole[i].created_at >= whole[i - 1].created_at);
    }
    for (std::int32_t limit : {1, 5, 25, 26, 27}) CHECK(read_all(p, "bob", "0", limit) == whole);
    for (std::int64_t after = 0; after <= 46; ++after) {
      std::vector<Notification> rest, errors;
      for (auto& notification : whole) {
        if (*notification.seq <= after) continue;
        rest.push_back(notification);
        if (notification.type == NotificationType::error) errors.push_back(notification);
      }
      CHECK(read_all(p, "bob", std::to_string(after), 4) == rest);
      CHECK(read_all(p, "bob", std::to_string(after), 4, {NotificationType::error}) == errors);
    }
    CHECK_FALSE(page(p, "bob", "46").gap);
  }

  SECTION("large ones make short pages, and nothing is lost") {
    SendNotification request = to("bob", "large");
    for (int i = 0; i < 32; ++i) request.data[std::to_string(i)] = std::string(1000, 'v');
    for (int i = 0; i < 50; ++i) REQUIRE(send(p, request));
    const auto first = page(p, "bob", "0", 1000);
    CHECK(first.more);
    CHECK(first.notifications.size() < 50);
    CHECK(read_all(p, "bob", "0", 1000).size() == 50);
  }

  SECTION("a position beyond the end is a gap, and the log is read from its start") {
    for (int i = 1; i <= 5; ++i) sent(p, "bob", std::to_string(i));
    const auto replaced = page(p, "bob", "6", 3);
    CHECK(replaced.gap);
    CHECK(titles(replaced.notifications) == Titles{"1", "2", "3"});
    CHECK(replaced.more);
    CHECK(replaced.next == "3");
    CHECK_FALSE(page(p, "bob", "5").gap);
  }

  SECTION("anything else is refused with the field's name") {
    for (const char* since : {"x", "-1", "1.5", " 1", "s1", "1234567890123456789"}) {
      const auto answer = list(p, {"bob", since, 100, {}});
      REQUIRE_FALSE(answer);
      CHECK(problem_of(answer.error(), "since").find("cursor") != std::string::npos);
    }
    for (std::int32_t limit : {0, -1, 1001}) {
      const auto answer = list(p, {"bob", "", limit, {}});
      REQUIRE_FALSE(answer);
      CHECK(problem_of(answer.error(), "limit").find("1000") != std::string::npos);
    }
    const auto answer = list(p, {"", "", 100, {}});
    REQUIRE_FALSE(answer);
    CHECK(problem_of(answer.error(), "user_id").find("empty") != std::string::npos);
  }
}

inline void subscribing_contract(const Factory& make) {
  auto placement = make(Options{});
  Placement& p = *placement;

  SECTION("the first is the welcome, then what comes from now on") {
    sent(p, "bob", "before");
    Subscription bob(p, {"bob", {}, std::nullopt});
    REQUIRE(await(bob, 1).size() == 1);
    const auto first = bob.got().front();
    CHECK(first.title == "Connected");
    CHECK(first.message == "You are now connected to notifications");
    CHECK(first.type == NotificationType::info);
    CHECK(first.user_id == "bob");
    CHECK_FALSE(first.id.empty());
    CHECK_FALSE(first.seq);
    sent(p, "eve", "not his");
    const auto his = sent(p, "bob", "his");
    const auto all = told_all(p, "everybody's");
    CHECK(await(bob, 3)[1] == his);
    CHECK(bob.got()[2] == all);
    CHECK(bob.got().size() == 3);
    CHECK(titles(read_all(p, "bob")) == Titles{"before", "his", "everybody's"});  // no welcome among them
  }

  SECTION("only the asked types come") {
    Subscription bob(p, {"bob", {NotificationType::error, NotificationType::order_update}, std::nullopt});
    sent(p, "bob", "info");
    told_all(p, "all info");
    told_all(p, "all error", NotificationType::error);
    sent(p, "bob", "order", NotificationType::order_update);
    CHECK(titles(await(bob, 3)) == Titles{"Connected", "all error", "order"});
  }

  SECTION("from every position the rest comes once, and then what is new") {
    for (int i = 1; i <= 6; ++i) {
      sent(p, "bob", "b" + std::to_string(i));
      sent(p, "eve", "e" + std::to_string(i));
    }
    std::vector<std::unique_ptr<Subscription>> all;
    for (int after = 0; after <= 12; ++after)
      all.push_back(std::make_unique<Subscription>(p, Subscribe{"bob", {}, after}));
    told_all(p, "new");
    for (int after = 0; after <= 12; ++after) {
      const auto rest = read_all(p, "bob", std::to_string(after));
      const auto got = await(*all[after], 1 + rest.size());
      CHECK(std::vector<Notification>(got.begin() + 1, got.end()) == rest);
    }
  }

  SECTION("catching up while others send loses and repeats nothing") {
    send_many(p, 250, "bob");
    send_many(p, 150, "eve");
    Subscription bob(p, {"bob", {}, 0});
    send_many(p, 200, "");
    send_many(p, 100, "bob", "later");
    const auto whole = read_all(p, "bob");
    REQUIRE(whole.size() == 550);
    const auto got = await(bob, 551);
    CHECK(std::vector<Notification>(got.begin() + 1, got.end()) == whole);
  }

  SECTION("a receiver that does not ask for more gets all of it later") {
    Subscription slow(p, {"bob", {}, std::nullopt}, true);
    send_many(p, 700, "bob");
    CHECK(slow.got().size() == 1);
    slow.release();
    const auto got = await(slow, 701);
    CHECK(std::vector<Notification>(got.begin() + 1, got.end()) == read_all(p, "bob"));
  }

  SECTION("a position beyond the end is told, and what the log has comes from its start") {
    sent(p, "bob", "1");
    Subscription bob(p, {"bob", {}, 7});
    const auto got = await(bob, 3);
    CHECK(titles(got) == Titles{"Connected", "Gap", "1"});
    CHECK(got[1].type == NotificationType::warning);
    CHECK(got[1].data.at("to") == "7");
    CHECK_FALSE(got[1].seq);
  }

  SECTION("it ends with its receiver and its context") {
    Subscription left(p, {"bob", {}, std::nullopt});
    left.leave();
    sent(p, "bob", "x");
    CHECK(left.await_end() == Code::cancelled);
    Subscription cancelled(p, {"bob", {}, std::nullopt});
    cancelled.cancel();
    CHECK(cancelled.await_end() == Code::cancelled);
    Subscription nameless(p, {"", {}, std::nullopt});
    CHECK(nameless.await_end() == Code::invalid_argument);
    CHECK(nameless.got().empty());
  }
}

inline void following_contract(const Factory& make) {
  auto placement = make(Options{});
  Placement& p = *placement;

  SECTION("the first update tells the position at once") {
    send_many(p, 3, "bob");
    Following whole(p, {});
    REQUIRE(whole.until([](auto& updates) { return !updates.empty(); }).size() == 1);
    CHECK(whole.got()[0].position == 3);
    CHECK(whole.got()[0].notifications.empty());
    sent(p, "eve", "new");
    CHECK(titles(await(whole, 1)) == Titles{"new"});
    CHECK(whole.got().back().position == 4);
  }

  SECTION("the whole log has everybody's, without a hole") {
    send_many(p, 130, "bob");
    Following whole(p, {0, std::nullopt, {}});
    send_many(p, 70, "");
    send_many(p, 30, "eve");
    const auto all = await(whole, 230);
    REQUIRE(all.size() == 230);
    for (std::size_t i = 0; i < all.size(); ++i) CHECK(all[i].seq == static_cast<std::int64_t>(i + 1));
    for (auto& update : whole.got()) {
      CHECK(update.notifications.size() <= 100);
      if (!update.notifications.empty()) CHECK(update.position == *update.notifications.back().seq);
    }
  }

  SECTION("a user's view tells how far it has come, beyond what is his") {
    sent(p, "bob", "his");
    send_many(p, 5, "eve");
    Following bob(p, {0, "bob", {}});
    bob.until([](auto& updates) { return !updates.empty() && updates.back().position == 6; });
    CHECK(titles(all_of(bob.got())) == Titles{"his"});
    told_all(p, "all", NotificationType::error);
    CHECK(titles(await(bob, 2)) == Titles{"his", "all"});
    CHECK(bob.got().back().position == 7);
    Following errors(p, {0, "bob", {NotificationType::error}});
    CHECK(titles(await(errors, 1)) == Titles{"all"});
  }
}

inline void restart_contract(const Factory& make) {
  auto placement = make(Options{});
  Placement& p = *placement;
  for (int i = 1; i <= 10; ++i) {
    sent(p, "bob", "b" + std::to_string(i));
    told_all(p, "all" + std::to_string(i));
  }
  const auto before = read_all(p, "bob");
  if (!p.restart()) return;
  CHECK(read_all(p, "bob") == before);
  Subscription from_now(p, {"bob", {}, std::nullopt});
  Subscription resumed(p, {"bob", {}, 15});
  CHECK(sent(p, "bob", "new").seq == 21);
  CHECK(titles(await(from_now, 2)) == Titles{"Connected", "new"});
  CHECK(titles(await(resumed, 7)) == Titles{"Connected", "all8", "b9", "all9", "b10", "all10", "new"});
}

}  // namespace parley::notifications::contract

namespace parley::notifications::contract {

struct Suite {
  const char* name;
  void (*run)(const Factory&);
};
inline constexpr Suite suites[] = {
    {"sending", sending_contract},     {"reading", reading_contract}, {"subscribing", subscribing_contract},
    {"following", following_contract}, {"restart", restart_contract},
};

// All of it, a section for each suite.
inline void whole_contract(const Factory& make) {
  for (const auto& suite : suites) DYNAMIC_SECTION(suite.name) {
      suite.run(make);
    }
}

}  // namespace parley::notifications::contract
