// What other modules and the storage do to orders: users who cannot be asked, answers that come too late,
// commits that fail; and what is counted.
#include "in_process.hpp"
#include "unit/chat/unreliable_database.hpp"

#include <set>

namespace {

using namespace parley;
using namespace parley::orders;
using namespace parley::orders::contract;
using chat::test::UnreliableDatabase;
using orders::test::InProcess;
using std::chrono::milliseconds;

struct Unreliable {
  UnreliableDatabase* database = nullptr;
  InProcess orders;
  explicit Unreliable(const Options& options = {})
      : orders(options, InProcess::Storage::memory, [this](std::unique_ptr<db::Database> inner) {
          auto wrapped = std::make_unique<UnreliableDatabase>(std::move(inner));
          database = wrapped.get();
          return wrapped;
        }) {}
};

}  // namespace

TEST_CASE("orders: when users cannot be asked, nothing is placed") {
  InProcess p({}, InProcess::Storage::memory);
  const auto user = p.new_user();
  p.users.error = Error{Code::unavailable, "users are away", {}, milliseconds(700)};
  const auto refused = create(p, keyed_order(user, "k"));
  CHECK(code_of(refused) == Code::unavailable);
  CHECK(refused.error().message == "user validation failed: users are away");
  CHECK(refused.error().retry_after == milliseconds(700));
  CHECK(value(list(p, user)).total == 0);
  // The same call succeeds later.
  p.users.error.reset();
  CHECK(create(p, keyed_order(user, "k")));
  CHECK(p.metrics["orders_created_total error"].value == 1);
  CHECK(p.metrics["orders_created_total success"].value == 1);
}

TEST_CASE("orders: a repetition does not ask users again") {
  InProcess p({}, InProcess::Storage::memory);
  const auto user = p.new_user();
  const auto first = created(p, keyed_order(user, "k"));
  p.users.active.erase(user);
  p.users.error = Error{Code::unavailable, "users are away"};
  CHECK(created(p, keyed_order(user, "k")) == first);
  CHECK(p.users.deadlines.size() == 1);
  CHECK(p.metrics["orders_created_total replayed"].value == 1);
  CHECK(p.metrics["order_creation_duration_seconds success"].observations.size() == 1);
}

TEST_CASE("orders: users who answer too late do not let an order through") {
  InProcess p({}, InProcess::Storage::memory);
  const auto user = p.new_user();
  p.users.hold = true;
  std::optional<Result<Order>> answer;
  TaskGroup group([](std::exception_ptr e) { std::rethrow_exception(e); });
  const auto begin = [&](CallContext context) {
    answer.reset();
    group.spawn(keep(p.port().create_order(std::move(context), order_of(user)), answer));
  };
  SECTION("after the deadline") {
    auto context = p.context();
    context.deadline = p.time.steady() + milliseconds(100);
    begin(context);
    CHECK(p.users.deadlines == std::vector<SteadyTime>{context.deadline});  // it goes with the call
    p.advance(milliseconds(100));
    p.users.release();
    p.run_until([&] { return answer.has_value(); });
    CHECK(code_of(*answer) == Code::deadline_exceeded);
  }
  SECTION("after the caller has gone") {
    auto context = p.context();
    context.cancellation = std::make_shared<Cancellation>();
    begin(context);
    context.cancellation->cancel();
    p.users.release();
    p.run_until([&] { return answer.has_value(); });
    CHECK(code_of(*answer) == Code::cancelled);
  }
  CHECK(value(list(p, user)).total == 0);
  Following log(p, 0);
  created(p, order_of(user));
  CHECK(log.await(1)[0].seq == 1);
}

TEST_CASE("orders: changes are counted by the status that was reached") {
  InProcess p({}, InProcess::Storage::memory);
  const auto one = created(p, order_of(p.new_user())), other = created(p, order_of(p.new_user()));
  value(set_status(p, one.id, OrderStatus::confirmed));
  value(set_status(p, one.id, OrderStatus::confirmed));
  value(set_status(p, other.id, OrderStatus::cancelled));
  CHECK_FALSE(set_status(p, other.id, OrderStatus::confirmed));
  CHECK(p.metrics["order_status_changes_total CONFIRMED"].value == 1);
  CHECK(p.metrics["order_status_changes_total CANCELLED"].value == 1);
  CHECK(p.metrics["order_status_changes_total SHIPPED"].value == 0);
  CHECK(p.metrics["orders_created_total success"].value == 2);
}

TEST_CASE("orders: what a failed commit refused has left nothing, and its neighbours stay") {
  Unreliable with;
  InProcess& p = with.orders;
  const auto user = p.new_user();
  Following follower(p, 0);
  int turn = 0;
  with.database->write_fails = [&] { return ++turn % 3 == 0; };
  std::vector<Task<Result<Order>>> calls;
  for (int i = 0; i < 90; ++i)
    calls.push_back(p.port().create_order(p.context(), keyed_order(user, "k" + std::to_string(i))));
  const auto answers = call_all(p, std::move(calls));
  CHECK(std::ranges::count(answers, Code::ok, &code_of<Order>) == 60);
  CHECK(std::ranges::count(answers, Code::unavailable, &code_of<Order>) == 30);
  with.database->write_fails = {};
  CHECK(value(list(p, user)).total == 60);
  auto events = follower.await(60);
  for (std::size_t i = 0; i < events.size(); ++i) CHECK(events[i].seq == static_cast<std::int64_t>(i + 1));

  // Repeated, the refused ones are placed now, and the others are those that are there.
  std::set<std::string> ids;
  for (int i = 0; i < 90; ++i) {
    const auto order = created(p, keyed_order(user, "k" + std::to_string(i)));
    if (answers[i]) CHECK(order == *answers[i]);
    ids.insert(order.id);
  }
  CHECK(ids.size() == 90);
  CHECK(value(list(p, user)).total == 90);
  CHECK(follower.await(90).size() == 90);
  CHECK(follower.gapless());
}

TEST_CASE("orders: a status whose commit fails is the one before") {
  Unreliable with;
  InProcess& p = with.orders;
  const auto order = created(p, order_of(p.new_user()));
  Following follower(p);
  with.database->write_fails = [] { return true; };
  CHECK(code_of(set_status(p, order.id, OrderStatus::confirmed)) == Code::unavailable);
  with.database->write_fails = {};
  CHECK(value(get(p, order.id)) == order);
  value(set_status(p, order.id, OrderStatus::cancelled));
  CHECK(line_of(follower.await(1)[0]) == "2 STATUS_CHANGED " + order.id + " PENDING>CANCELLED");
}

TEST_CASE("orders: failing reads are told, and end a follower that catches up") {
  Unreliable with;
  InProcess& p = with.orders;
  const auto user = p.new_user();
  const auto order = created(p, order_of(user));
  with.database->read_fails = [] { return true; };
  Following behind(p, 0);
  CHECK(behind.await_end() == Code::unavailable);
  CHECK(code_of(get(p, order.id)) == Code::unavailable);
  CHECK(code_of(list(p, user)) == Code::unavailable);
  // Whether the key is known cannot be told, so nothing is placed.
  CHECK(code_of(create(p, keyed_order(user, "k"))) == Code::unavailable);
  CHECK(create(p, order_of(user)));
  with.database->read_fails = {};
  CHECK(value(list(p, user)).total == 2);
}

TEST_CASE("orders: what was committed together wakes the followers once") {
  InProcess p({}, InProcess::Storage::memory);
  const auto user = p.new_user();
  Following follower(p);
  std::vector<Task<Result<Order>>> calls;
  for (int i = 0; i < 30; ++i) calls.push_back(p.port().create_order(p.context(), order_of(user)));
  call_all(p, std::move(calls));
  CHECK(follower.await(30).size() == 30);
  CHECK(follower.updates().size() < 30);
}

TEST_CASE("orders: the newest keys are kept, however many there were") {
  Options options;
  options.max_idempotency_keys = 5;
  options.prune_interval = milliseconds(1'000);
  InProcess p(options, InProcess::Storage::memory);
  const auto user = p.new_user();
  std::vector<Order> first;
  for (int i = 0; i < 9; ++i) {
    first.push_back(created(p, keyed_order(user, "k" + std::to_string(i))));
    p.advance(milliseconds(1));
  }
  p.advance(milliseconds(1'000));
  REQUIRE(eventually([&] { return created(p, keyed_order(user, "k3")).id != first[3].id; }));
  for (int i = 4; i < 9; ++i) CHECK(created(p, keyed_order(user, "k" + std::to_string(i))) == first[i]);
}

TEST_CASE("orders: pruning that fails is tried again") {
  Options options;
  options.keep_events = 2;
  options.prune_interval = milliseconds(1'000);
  Unreliable with(options);
  InProcess& p = with.orders;
  for (int i = 0; i < 5; ++i) created(p, order_of(p.new_user()));
  with.database->write_fails = [] { return true; };
  p.advance(milliseconds(1'000));
  p.run_until([&] { return with.database->failures == 1 && with.database->pending() == 0; });
  with.database->write_fails = {};
  {
    Following follower(p, 0);
    CHECK(follower.await(5).size() == 5);
  }
  p.advance(milliseconds(1'000));
  p.run_until([&] { return with.database->pending() == 0; });
  Following follower(p, 0);
  CHECK(follower.await_gap() == LogGap{1, 3});
}

TEST_CASE("orders: a stop ends those who follow, and later calls are refused") {
  InProcess p({}, InProcess::Storage::memory);
  const auto user = p.new_user();
  Following follower(p);
  p.module().stop();
  CHECK(follower.await_end() == Code::unavailable);
  CHECK(code_of(create(p, order_of(user))) == Code::unavailable);
  p.module().stop();
}
