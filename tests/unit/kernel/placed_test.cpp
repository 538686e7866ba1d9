// A port whose module moves.
#include "catch.hpp"
#include "manual_time.hpp"

#include <parley/placed.hpp>

#include <vector>

using namespace parley;
using std::chrono::milliseconds;

namespace {

struct Ask {
  std::int32_t number = 0;
};
struct Told {
  std::int32_t number = 0;
};

class Port {
 public:
  virtual ~Port() = default;
  virtual Task<Result<Told>> ask(CallContext context, Ask request) = 0;
  virtual Task<Result<void>> count(CallContext context, Ask request, Sink<Told> sink) = 0;
};

}  // namespace

namespace parley {
template <>
const TypeInfo& describe<Ask>() {
  static constexpr Row rows[] = {field<&Ask::number>("number", number(1))};
  static const TypeInfo type = object<Ask>("Ask", rows);
  return type;
}
template <>
const TypeInfo& describe<Told>() {
  static constexpr Row rows[] = {field<&Told::number>("number", number(1))};
  static const TypeInfo type = object<Told>("Told", rows);
  return type;
}
template <>
std::span<const Operation> operations<Port>() {
  static constexpr Operation rows[] = {
      operation<&Port::ask>("Ask", grpc_method("/test.Port/Ask")),
      operation<&Port::count>("Count", grpc_method("/test.Port/Count")),
  };
  return rows;
}
}  // namespace parley

namespace {

class PlacedPort final : public Placed<Port> {
 public:
  using Placed::Placed;
  Task<Result<Told>> ask(CallContext context, Ask request) override {
    return call<&Port::ask>(std::move(context), std::move(request));
  }
  Task<Result<void>> count(CallContext context, Ask request, Sink<Told> sink) override {
    return call<&Port::count>(std::move(context), std::move(request), sink);
  }
};

// Answers at once, or when it is told to.
class Local final : public Port {
 public:
  bool waits = false;
  std::vector<std::int32_t> asked;
  std::vector<Resume<bool>> held;
  void answer() {
    for (auto& resume : std::exchange(held, {})) resume(true);
  }

  Task<Result<Told>> ask(CallContext, Ask request) override {
    asked.push_back(request.number);
    if (!waits) return Result<Told>(Told{request.number * 2});
    return later(request);
  }
  Task<Result<void>> count(CallContext, Ask request, Sink<Told> sink) override {
    for (std::int32_t i = 1; i <= request.number; ++i) {
      const Told told{i};
      auto sending = sink.send(told);
      const bool taken = co_await std::move(sending);
      if (!taken) co_return fail(Code::cancelled, "the receiver has gone");
    }
    co_return Result<void>{};
  }

 private:
  Task<Result<Told>> later(Ask request) {
    co_await callback<bool>([&](Resume<bool> resume) { held.push_back(std::move(resume)); });
    co_return Told{request.number * 2};
  }
};

class FakeRemote final : public Remote {
 public:
  std::vector<std::string> called;
  std::optional<Error> error;
  Task<Result<void>> unary(const Operation& row, CallContext, const void* request, void* answer) override {
    called.emplace_back(row.name);
    if (error) co_return std::unexpected(*error);
    static_cast<Told*>(answer)->number = static_cast<const Ask*>(request)->number * 3;
    co_return Result<void>{};
  }
  Task<Result<void>> stream(const Operation& row, CallContext, Messages& messages) override {
    called.emplace_back(row.name);
    auto asking = messages.next();
    const auto request = co_await std::move(asking);
    static_cast<Told*>(messages.fresh())->number = static_cast<const Ask*>(*request)->number;
    auto delivering = messages.deliver();
    co_await std::move(delivering);
    auto more = messages.next();
    const auto end = co_await std::move(more);
    if (*end) co_return fail(Code::internal, "there was a second request");
    co_return Result<void>{};
  }
};

class Collected final : public Outbound {
 public:
  std::vector<std::int32_t> numbers;
  Task<bool> write(const TypeInfo&, const void* answer) override {
    numbers.push_back(static_cast<const Told*>(answer)->number);
    return true;
  }
};

struct Fixture {
  test::ManualTime time;
  PlacedPort port{"test", time, 2};
  Local local;
  std::shared_ptr<FakeRemote> remote = std::make_shared<FakeRemote>();
  TaskGroup group{[](std::exception_ptr e) { std::rethrow_exception(e); }};
  std::vector<std::pair<std::int32_t, Result<Told>>> answers;  // in the order in which they came

  CallContext context(milliseconds time_left = milliseconds(0)) {
    CallContext made;
    made.clock = &time;
    if (time_left.count() > 0) made.deadline = time.steady() + time_left;
    return made;
  }
  Task<void> asking(std::int32_t number, CallContext with) {
    const Ask request{number};
    auto calling = port.ask(std::move(with), request);
    auto answer = co_await std::move(calling);
    answers.emplace_back(number, std::move(answer));
  }
  void ask(std::int32_t number) { group.spawn(asking(number, context())); }
  void ask(std::int32_t number, CallContext with) { group.spawn(asking(number, std::move(with))); }
  Code code_of(std::size_t index) {
    return answers.at(index).second ? Code::ok : answers.at(index).second.error().code;
  }
};

}  // namespace

TEST_CASE("a port that is nowhere says so") {
  Fixture f;
  f.ask(1);
  REQUIRE(f.answers.size() == 1);
  CHECK(f.code_of(0) == Code::unavailable);
  CHECK(f.answers[0].second.error().message.find("test") != std::string::npos);
}

TEST_CASE("a placed port calls its module here or elsewhere") {
  Fixture f;
  Collected out;
  SECTION("here") {
    f.port.bind_here(f.local);
    CHECK(f.port.where() == Placement::Where::here);
    f.ask(2);
    REQUIRE(f.answers.size() == 1);
    CHECK(f.answers[0].second->number == 4);
    const Ask three{3};
    CHECK(f.time.wait(f.port.count(f.context(), three, Sink<Told>(out))));
    CHECK(out.numbers == std::vector<std::int32_t>{1, 2, 3});
  }
  SECTION("elsewhere, by its rows") {
    f.port.bind_remote(f.remote);
    CHECK(f.port.where() == Placement::Where::elsewhere);
    f.ask(2);
    REQUIRE(f.answers.size() == 1);
    CHECK(f.answers[0].second->number == 6);
    const Ask three{3};
    CHECK(f.time.wait(f.port.count(f.context(), three, Sink<Told>(out))));
    CHECK(out.numbers == std::vector<std::int32_t>{3});
    CHECK(f.remote->called == std::vector<std::string>{"Ask", "Count"});
    f.remote->error = Error{Code::not_found, "none"};
    f.ask(4);
    CHECK(f.code_of(1) == Code::not_found);
    CHECK(f.port.errors() == 0);
    f.remote->error = Error{Code::unavailable, "gone"};
    f.ask(5);
    CHECK(f.code_of(2) == Code::unavailable);
    CHECK(f.port.errors() == 1);
  }
  CHECK(f.port.calls() >= 2);
}

TEST_CASE("calls wait while the module moves, and go on in their order") {
  Fixture f;
  f.port.bind_here(f.local);
  f.port.hold();
  f.ask(1);
  f.ask(2);
  CHECK(f.answers.empty());
  CHECK(f.port.waiting() == 2);
  SECTION("as many as may") {
    f.ask(3);
    REQUIRE(f.answers.size() == 1);
    CHECK(f.code_of(0) == Code::resource_exhausted);
    f.port.bind_here(f.local);
  }
  SECTION("to the other side") {
    f.port.bind_remote(f.remote);
    REQUIRE(f.answers.size() == 2);
    CHECK(f.answers[0].second->number == 3);
    CHECK(f.answers[1].second->number == 6);
    CHECK(f.local.asked.empty());
  }
  SECTION("and back") {
    f.port.bind_here(f.local);
    REQUIRE(f.answers.size() == 2);
    CHECK(f.local.asked == std::vector<std::int32_t>{1, 2});
  }
  CHECK(f.port.waiting() == 0);
}

TEST_CASE("a call that waits for a move ends at its deadline, and when it is withdrawn") {
  Fixture f;
  f.port.hold();
  f.ask(1, f.context(milliseconds(100)));
  auto context = f.context();
  context.cancellation = std::make_shared<Cancellation>();
  f.ask(2, context);
  f.time.advance(milliseconds(99));
  CHECK(f.answers.empty());
  f.time.advance(milliseconds(1));
  REQUIRE(f.answers.size() == 1);
  CHECK(f.code_of(0) == Code::deadline_exceeded);
  context.cancellation->cancel();
  REQUIRE(f.answers.size() == 2);
  CHECK(f.code_of(1) == Code::cancelled);
  CHECK(f.port.waiting() == 0);
}

TEST_CASE("a move waits for the calls that run") {
  Fixture f;
  f.local.waits = true;
  f.port.bind_here(f.local);
  f.ask(1);
  f.ask(2);
  CHECK(f.port.running() == 2);
  f.port.hold();
  bool idle = false;
  auto waiting = [](PlacedPort& port, bool& done) -> Task<void> {
    auto all = port.idle();
    co_await std::move(all);
    done = true;
  };
  f.group.spawn(waiting(f.port, idle));
  f.time.drain();
  CHECK_FALSE(idle);
  f.local.answer();
  CHECK_FALSE(idle);  // their frames are on the stack still
  f.time.drain();
  CHECK(idle);
  CHECK(f.answers.size() == 2);
  CHECK(f.port.running() == 0);
  f.port.bind_here(f.local);
}
