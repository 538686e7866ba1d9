// What the module does beyond its port's contract: what it costs, what it removes, how it stops.
#include "in_process.hpp"
#include "unit/chat/unreliable_database.hpp"

namespace {

using namespace parley;
using namespace parley::notifications;
using namespace parley::notifications::contract;
using notifications::test::InProcess;
using std::chrono::milliseconds;

}  // namespace

TEST_CASE("notifications: a follower that keeps up never reads the database") {
  InProcess p(Options{}, InProcess::Storage::memory);
  send_many(p, 10, "bob");
  Following whole(p, {});
  Subscription bob(p, {"bob", {}, std::nullopt});
  const auto reads = p.statistics().reads;
  for (int round = 1; round <= 5; ++round) {
    send_many(p, 100, round % 2 ? "bob" : "");
    await(whole, static_cast<std::size_t>(round) * 100);
  }
  await(bob, 501);
  CHECK(p.statistics().reads == reads);
  CHECK(whole.got().size() < 300);  // what is committed together comes together
}

TEST_CASE("notifications: one for another user does not wake a subscriber") {
  InProcess p(Options{}, InProcess::Storage::memory);
  Following bob(p, {std::nullopt, "bob", {}});
  send_many(p, 50, "eve");
  CHECK(bob.got().size() == 1);  // where it began
  sent(p, "bob", "his");
  await(bob, 1);
  CHECK(bob.got().back().position == 51);
}

TEST_CASE("notifications: old ones are removed, positions are not given again, and the gap is told") {
  Options options;
  options.keep = 10;
  options.prune_interval = milliseconds(1000);
  InProcess p(options, InProcess::Storage::file);
  send_many(p, 1300, "bob");
  p.advance(milliseconds(1000));
  // Each look is a round trip through the database, and runs what has come meanwhile.
  for (int look = 0; look < 2000 && page(p, "bob", "0", 1000).notifications.size() > 10; ++look) {
  }
  const auto kept = read_all(p, "bob");
  REQUIRE(kept.size() == 10);
  CHECK(*kept.front().seq == 1291);
  CHECK(page(p, "bob", "0").gap);
  CHECK(page(p, "bob", "1289").gap);
  CHECK_FALSE(page(p, "bob", "1290").gap);
  CHECK_FALSE(page(p, "bob", "").gap);

  Following whole(p, {0, std::nullopt, {}});
  await(whole, 10);
  REQUIRE(whole.got().front().gap);
  CHECK(*whole.got().front().gap == LogGap{1, 1290});
  Subscription eve(p, {"eve", {}, 5});  // whether any of them were hers is not known any more
  CHECK(await(eve, 2)[1].title == "Gap");
  CHECK(eve.got()[1].data == std::map<std::string, std::string>{{"from", "6"}, {"to", "1290"}});
  CHECK(sent(p, "bob", "next").seq == 1301);
}

TEST_CASE("notifications: stopping ends what runs, and later calls are refused") {
  InProcess p(Options{}, InProcess::Storage::memory);
  Following whole(p, {});
  Subscription bob(p, {"bob", {}, std::nullopt});
  static_cast<Service&>(p.port()).stop();
  CHECK(whole.await_end() == Code::unavailable);
  CHECK(bob.await_end() == Code::unavailable);
  CHECK(send(p, to("bob", "x")).error().code == Code::unavailable);
  CHECK(list(p, {"bob", "", 100, {}}).error().code == Code::unavailable);
  Subscription late(p, {"bob", {}, std::nullopt});
  CHECK(late.await_end() == Code::unavailable);
}

TEST_CASE("notifications: what a follower read ahead of its publication does not come again") {
  chat::test::UnreliableDatabase* database = nullptr;
  InProcess p(Options{}, InProcess::Storage::memory, [&](std::unique_ptr<db::Database> inner) {
    auto wrapped = std::make_unique<chat::test::UnreliableDatabase>(std::move(inner));
    database = wrapped.get();
    return wrapped;
  });
  sent(p, "bob", "1");
  database->hold_writes = true;
  const auto post = [](InProcess& at, std::string title) -> Task<void> {
    auto request = to("bob", std::move(title));
    auto answer = co_await at.port().send_notification(at.context(), std::move(request));
    static_cast<void>(answer);
  };
  TaskGroup group([](std::exception_ptr e) { std::rethrow_exception(e); });
  for (const char* title : {"2", "3"}) group.spawn(post(p, title));
  p.run_until([&] { return database->held() == 2; });
  Following from_start(p, {0, std::nullopt, {}});  // reads 2 and 3 too
  Following from_two(p, {2, "bob", {}});           // a position that is on disk, but not published
  Following live(p, {});
  CHECK(await(from_start, 3).size() == 3);
  CHECK(await(from_two, 1).size() == 1);
  SECTION("published in order") {
    database->release(0);
    database->release(0);
  }
  SECTION("published out of order") {
    database->release(1);
    p.time.drain();
    database->release(0);
  }
  database->hold_writes = false;
  sent(p, "bob", "4");
  CHECK(titles(await(live, 3)) == Titles{"2", "3", "4"});
  CHECK(titles(await(from_start, 4)) == Titles{"1", "2", "3", "4"});
  CHECK(titles(await(from_two, 2)) == Titles{"3", "4"});
  for (auto* follower : {&from_start, &from_two, &live})
    for (auto& update : follower->got()) CHECK_FALSE(update.gap);
}
