// Feeds of other modules become notifications exactly once, whatever fails and wherever it ends.
#include "in_process.hpp"
#include "unit/chat/unreliable_database.hpp"

#include <parley/chat/chat.hpp>
#include <parley/orders/orders.hpp>

#include <random>

namespace {

using namespace parley;
using namespace parley::notifications;
using namespace parley::notifications::contract;
using chat::test::UnreliableDatabase;
using notifications::test::InProcess;
using std::chrono::milliseconds;

struct Unreliable {
  UnreliableDatabase* database = nullptr;
  InProcess module;
  explicit Unreliable(InProcess::Storage storage = InProcess::Storage::memory)
      : module(Options{}, storage, [this](std::unique_ptr<db::Database> inner) {
          auto wrapped = std::make_unique<UnreliableDatabase>(std::move(inner));
          database = wrapped.get();
          return wrapped;
        }) {}
};

Titles f(std::int64_t first, std::int64_t last) {
  Titles all;
  for (auto seq = first; seq <= last; ++seq) all.push_back("f" + std::to_string(seq));
  return all;
}

void await_position(InProcess& p, double entries) {
  p.run_until([&] { return p.metrics["notifications_feed_entries_total test"].value >= entries; });
}

class UnusedOrders final : public orders::OrderService {
 public:
  Task<Result<orders::Order>> create_order(CallContext, orders::CreateOrder) override {
    return unused<orders::Order>();
  }
  Task<Result<orders::Order>> get_order(CallContext, orders::GetOrder) override {
    return unused<orders::Order>();
  }
  Task<Result<orders::Order>> update_order_status(CallContext, orders::UpdateOrderStatus) override {
    return unused<orders::Order>();
  }
  Task<Result<orders::OrderPage>> list_user_orders(CallContext, orders::ListUserOrders) override {
    return unused<orders::OrderPage>();
  }
  Task<Result<void>> stream_user_orders(CallContext, orders::StreamUserOrders, Sink<orders::Order>) override {
    return unused<void>();
  }
  Task<Result<void>> follow_orders(CallContext, orders::FollowOrders, Sink<orders::OrderUpdate>) override {
    return unused<void>();
  }

 private:
  template <class T>
  static Task<Result<T>> unused() {
    co_return fail(Code::unimplemented, "not asked");
  }
};

}  // namespace

TEST_CASE("feed: its entries become notifications, in their order, and reach those who listen") {
  InProcess p(Options{}, InProcess::Storage::memory);
  Subscription bob(p, {"bob", {}, std::nullopt});
  p.source.append(20);
  CHECK(await(bob, 21).back().title == "f20");
  CHECK(titles(read_all(p, "bob")) == f(1, 20));
  CHECK(p.source.calls == std::vector<std::int64_t>{0});  // the first start begins at the start
}

TEST_CASE("feed: after a restart it goes on where it was") {
  InProcess p(Options{}, InProcess::Storage::file);
  p.source.append(10);
  await_position(p, 10);
  REQUIRE(p.restart());
  p.source.append(5);
  await_position(p, 15);
  CHECK(p.source.calls == std::vector<std::int64_t>{0, 10});
  CHECK(titles(read_all(p, "bob")) == f(1, 15));
}

TEST_CASE("feed: a source that is not there is asked again, ever less often, and nothing is lost") {
  InProcess p(Options{}, InProcess::Storage::memory);
  p.source.append(3);
  await_position(p, 3);
  p.source.error = Error{Code::unavailable, "gone"};
  p.source.interrupt();
  p.source.append(4);
  const auto before = p.source.calls.size();
  p.advance(milliseconds(1500));  // 100, 200, 400, 800
  CHECK(p.source.calls.size() == before + 4);
  p.source.error.reset();
  p.advance(milliseconds(5000));
  await_position(p, 7);
  CHECK(titles(read_all(p, "bob")) == f(1, 7));
  CHECK(p.metrics["notifications_feed_failures_total test"].value == 5);
}

TEST_CASE("feed: an entry may say nothing, and one that makes no notification is passed over") {
  InProcess p(Options{}, InProcess::Storage::file);
  p.source.silent = {2, 7};
  p.source.unfit = {3};
  p.source.append(7);
  await_position(p, 7);
  CHECK(titles(read_all(p, "bob")) == Titles{"f1", "f4", "f5", "f6"});
  REQUIRE(p.restart());
  CHECK(p.source.calls.back() == 7);  // those count as consumed too
}

TEST_CASE("feed: a gap is skipped, and a feed that begins again is consumed from its start") {
  InProcess p(Options{}, InProcess::Storage::file);
  p.source.append(5);
  await_position(p, 5);
  p.stop();
  p.source.append(5);
  p.source.forget_until(8);
  p.start();
  await_position(p, 7);
  CHECK(titles(read_all(p, "bob")) == Titles{"f1", "f2", "f3", "f4", "f5", "f9", "f10"});
  CHECK(p.metrics["notifications_feed_gaps_total test"].value == 1);
  p.stop();
  p.source.first = 1;
  p.source.last = 3;
  p.start();
  await_position(p, 10);
  CHECK(titles(read_all(p, "bob", "7")) == f(1, 3));
  REQUIRE(p.restart());
  CHECK(p.source.calls.back() == 3);
}

TEST_CASE("feed: a commit that fails is tried again, and nothing comes twice") {
  Unreliable with;
  auto& p = with.module;
  with.database->write_fails = [] { return true; };
  p.source.append(10);
  p.run_until([&] { return with.database->failures == 1 && with.database->pending() == 0; });
  milliseconds pause(100);
  for (int attempt = 2; attempt <= 8; ++attempt) {
    p.advance(pause);
    p.run_until([&] { return with.database->failures == attempt && with.database->pending() == 0; });
    pause = std::min(pause * 2, milliseconds(5000));
  }
  CHECK(read_all(p, "bob").empty());
  with.database->write_fails = {};
  p.advance(milliseconds(5000));
  await_position(p, 10);
  CHECK(titles(read_all(p, "bob")) == f(1, 10));
}

TEST_CASE(
    "feed: stopped at any moment, with commits that fail and answers that are lost, each entry comes once") {
  const auto seed = GENERATE(range(1, 21));
  std::mt19937 random(static_cast<unsigned>(seed));
  const auto any = [&](int below) { return static_cast<int>(random() % static_cast<unsigned>(below)); };
  Unreliable with(InProcess::Storage::file);
  auto& p = with.module;
  p.source.page = static_cast<std::size_t>(1 + any(5));
  for (int step = 0; step < 40; ++step) {
    // Some fail; of others the module is stopped before it hears that they are on disk.
    with.database->write_fails = [&] { return any(4) == 0; };
    with.database->hold_writes = any(3) == 0;
    p.source.append(any(6));
    if (any(3) == 0) p.source.interrupt();
    p.advance(milliseconds(any(300)));
    if (any(3) == 0) {
      while (with.database->held() > 0) with.database->release(0);
      p.restart();
    }
    while (with.database->held() > 0) with.database->release(0);
  }
  with.database->hold_writes = false;
  with.database->write_fails = {};
  while (with.database->held() > 0) with.database->release(0);
  // Each look is a round trip through the database, and runs what has come meanwhile.
  for (int look = 0; look < 2000; ++look) {
    if (static_cast<std::int64_t>(page(p, "bob", "0", 1000).notifications.size()) >= p.source.last) break;
    p.advance(milliseconds(1000));
  }
  CHECK(titles(read_all(p, "bob")) == f(1, p.source.last));
}

TEST_CASE("feed: an order tells its user what has become of it") {
  UnusedOrders service;
  const auto feed = make_orders_feed(service);
  orders::OrderUpdate update;
  orders::OrderEvent created;
  created.seq = 1;
  created.order.id = "o-1";
  created.order.user_id = "bob";
  created.order.total_amount = Money{5997};
  auto confirmed = created;
  confirmed.seq = 2;
  confirmed.type = orders::OrderEventType::status_changed;
  confirmed.order.status = orders::OrderStatus::confirmed;
  confirmed.previous = orders::OrderStatus::pending;
  update.events = {created, confirmed};
  const auto read = feed->read(&update);
  REQUIRE(read.entries.size() == 2);
  const auto& first = *read.entries[0].notification;
  CHECK(first.user_id == "bob");
  CHECK(first.type == NotificationType::order_update);
  CHECK(first.title == "Order created");
  CHECK(first.data ==
        std::map<std::string, std::string>{{"order_id", "o-1"}, {"status", "PENDING"}, {"total", "59.97"}});
  const auto& second = *read.entries[1].notification;
  CHECK(second.title == "Order confirmed");
  CHECK(second.data.at("status") == "CONFIRMED");
  CHECK(second.data.at("previous") == "PENDING");
}
