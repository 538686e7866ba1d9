#include "catch.hpp"

#include <parley/lifecycle.hpp>
#include <parley/task.hpp>

#include <stdexcept>

using namespace parley;

namespace {

Task<int> immediate(int value) {
  co_return value;
}

Task<int> sum_of(int count) {
  int sum = 0;
  for (int i = 0; i < count; ++i) sum += co_await immediate(1);
  co_return sum;
}

Task<int> failing() {
  throw std::runtime_error("no");
  co_return 0;
}

struct Gate {
  std::optional<Resume<int>> resume;
  Task<int> wait() {
    const int value = co_await callback<int>([this](Resume<int> r) { resume.emplace(std::move(r)); });
    co_return value;
  }
};

Task<void> record(Task<int> task, std::vector<int>& out) {
  out.push_back(co_await std::move(task));
}

TaskGroup::OnError rethrow_nothing() {
  return [](std::exception_ptr) { FAIL("no exception was expected"); };
}

}  // namespace

TEST_CASE("a task that waits for nothing completes inside spawn") {
  TaskGroup group(rethrow_nothing());
  std::vector<int> out;
  group.spawn(record(immediate(7), out));
  CHECK(out == std::vector{7});
  CHECK(group.size() == 0);
}

TEST_CASE("a value is a task that is ready, and is awaited as any other") {
  Task<int> seven = 7;
  CHECK(seven.ready());
  CHECK(seven.value() == 7);
  CHECK_FALSE(immediate(7).ready());
  CHECK_FALSE(Task<int>().ready());

  TaskGroup group(rethrow_nothing());
  std::vector<int> out;
  group.spawn(record(std::move(seven), out));
  CHECK(out == std::vector{7});
  Task<> done = std::monostate{};
  group.spawn(std::move(done));
  CHECK(group.size() == 0);
}

TEST_CASE("a loop of immediate awaits uses constant stack") {
  TaskGroup group(rethrow_nothing());
  std::vector<int> out;
  group.spawn(record(sum_of(1'000'000), out));
  CHECK(out == std::vector{1'000'000});
}

TEST_CASE("a callback may answer at once or later") {
  TaskGroup group(rethrow_nothing());
  std::vector<int> out;
  Gate gate;
  group.spawn(record(gate.wait(), out));
  CHECK(out.empty());
  CHECK(group.size() == 1);
  (*gate.resume)(5);
  CHECK(out == std::vector{5});
  CHECK(group.size() == 0);
}

TEST_CASE("exceptions travel to the awaiting coroutine and then to the group") {
  std::string caught;
  TaskGroup group([&](std::exception_ptr e) {
    try {
      std::rethrow_exception(e);
    } catch (const std::exception& x) {
      caught = x.what();
    }
  });
  std::vector<int> out;
  group.spawn(record(failing(), out));
  CHECK(caught == "no");
  CHECK(out.empty());
  CHECK(group.size() == 0);
}

TEST_CASE("a group that goes away destroys what still runs") {
  auto alive = std::make_shared<int>(1);
  std::weak_ptr<int> watch = alive;
  Gate gate;
  {
    TaskGroup group(rethrow_nothing());
    auto hold = [](Gate& g, std::shared_ptr<int>) -> Task<void> { co_await g.wait(); };
    group.spawn(hold(gate, std::move(alive)));
    CHECK(!watch.expired());
  }
  CHECK(watch.expired());
}

TEST_CASE("when_empty waits for the last task") {
  TaskGroup group(rethrow_nothing()), outer(rethrow_nothing());
  std::vector<int> out;
  Gate a, b;
  group.spawn(record(a.wait(), out));
  group.spawn(record(b.wait(), out));
  bool empty = false;
  auto watch = [](TaskGroup& g, bool& done) -> Task<void> {
    co_await g.when_empty();
    done = true;
  };
  outer.spawn(watch(group, empty));
  (*b.resume)(2);
  CHECK(!empty);
  (*a.resume)(1);
  CHECK(empty);
  CHECK(out == std::vector{2, 1});
}

TEST_CASE("when_empty completes when the last task's arguments have gone") {
  TaskGroup group(rethrow_nothing()), outer(rethrow_nothing());
  auto alive = std::make_shared<int>(1);
  std::weak_ptr<int> watch = alive;
  Gate gate;
  auto hold = [](Gate& g, std::shared_ptr<int>) -> Task<void> { co_await g.wait(); };
  group.spawn(hold(gate, std::move(alive)));
  bool empty = false, gone = false;
  auto wait = [&]() -> Task<void> {
    co_await group.when_empty();
    empty = true;
    gone = watch.expired();
  };
  outer.spawn(wait());
  (*gate.resume)(1);
  CHECK(empty);
  CHECK(gone);
}

TEST_CASE("an exception of any type gives a reason") {
  CHECK(reason_of(std::make_exception_ptr(std::runtime_error("no room"))) == "no room");
  CHECK(reason_of(std::make_exception_ptr(7)) == "an exception that is no std::exception");

  TaskGroup group(log_failures("test", "it broke off"));
  auto failing = []() -> Task<void> {
    throw 7;
    co_return;
  };
  group.spawn(failing());
  CHECK(group.size() == 0);
}

TEST_CASE("the lifecycle starts in order, stops in reverse, and undoes a failed start") {
  std::vector<std::string> events;
  const auto step = [&](std::string name, bool good) {
    return Lifecycle::Step{name,
                           [&events, name, good]() -> Task<Result<void>> {
                             events.push_back("start " + name);
                             return [](bool ok) -> Task<Result<void>> {
                               if (!ok) co_return fail(Code::unavailable, "broken");
                               co_return Result<void>{};
                             }(good);
                           },
                           [&events, name]() -> Task<void> {
                             events.push_back("stop " + name);
                             return []() -> Task<void> { co_return; }();
                           }};
  };
  const auto run = [](Lifecycle& l, std::optional<Result<void>>& out) -> Task<void> {
    out = co_await l.start();
  };
  const auto halt = [](Lifecycle& l) -> Task<void> { co_await l.stop(); };
  TaskGroup group(rethrow_nothing());
  std::optional<Result<void>> outcome;

  SECTION("good") {
    Lifecycle lifecycle;
    lifecycle.add(step("a", true));
    lifecycle.add(step("b", true));
    group.spawn(run(lifecycle, outcome));
    REQUIRE(outcome.has_value());
    CHECK(outcome->has_value());
    group.spawn(halt(lifecycle));
    group.spawn(halt(lifecycle));
    CHECK(events == std::vector<std::string>{"start a", "start b", "stop b", "stop a"});
  }
  SECTION("the second fails") {
    Lifecycle lifecycle;
    lifecycle.add(step("a", true));
    lifecycle.add(step("b", false));
    lifecycle.add(step("c", true));
    group.spawn(run(lifecycle, outcome));
    REQUIRE(outcome.has_value());
    CHECK(!outcome->has_value());
    CHECK(events == std::vector<std::string>{"start a", "start b", "stop a"});
  }
}
