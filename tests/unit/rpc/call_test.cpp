// The chain between an edge and a port: who may call, when it is too late, what is counted, what does not
// leak.
#include "catch.hpp"
#include "manual_time.hpp"
#include "recording_metrics.hpp"

#include <parley/rpc/call.hpp>

#include <stdexcept>

namespace {

using namespace parley;

struct Question {
  std::int32_t number = 0;
};
struct Reply {
  std::int32_t number = 0;
};

}  // namespace

template <>
const TypeInfo& parley::describe<Question>() {
  static constexpr Row rows[] = {field<&Question::number>("number")};
  static const TypeInfo type = object<Question>("Question", rows);
  return type;
}
template <>
const TypeInfo& parley::describe<Reply>() {
  static constexpr Row rows[] = {field<&Reply::number>("number")};
  static const TypeInfo type = object<Reply>("Reply", rows);
  return type;
}

namespace {

class Port {
 public:
  Task<Result<Reply>> ask(CallContext, Question question) {
    ++asked;
    if (question.number < 0) throw std::runtime_error("secret of the database");
    if (question.number > 100) co_return fail(Code::out_of_range, "number is too large");
    if (waits) co_await callback<bool>([this](Resume<bool> resume) { waiting.emplace(std::move(resume)); });
    co_return Reply{question.number + 1};
  }
  Task<Result<void>> follow(CallContext, Question question, Sink<Reply> sink) {
    const Reply reply{question.number};
    auto sending = sink.send(reply);
    (void)co_await std::move(sending);
    co_await callback<bool>([this](Resume<bool> resume) { waiting.emplace(std::move(resume)); });
    co_return fail(Code::cancelled, "the receiver has gone");
  }
  int asked = 0;
  bool waits = false;
  std::optional<Resume<bool>> waiting;
};

constexpr Operation rows[] = {
    operation<&Port::ask>("Ask", permission("questions:ask")),
    operation<&Port::ask>("AskAnybody", rpc("ask_anybody")),
    operation<&Port::follow>("Follow"),
};
static_assert(distinct(rows));
constexpr Operation same_methods[] = {operation<&Port::ask>("Ask"),
                                      operation<&Port::ask>("Query", rpc("ask"))};
static_assert(!distinct(same_methods));

class Number final : public Inbound {
 public:
  explicit Number(std::int32_t number) : number_(number) {}
  Result<void> read(const TypeInfo&, void* request) override {
    static_cast<Question*>(request)->number = number_;
    return {};
  }

 private:
  std::int32_t number_;
};

class Kept final : public Outbound {
 public:
  Task<bool> write(const TypeInfo&, const void* answer) override {
    number = static_cast<const Reply*>(answer)->number;
    co_return true;
  }
  std::optional<std::int32_t> number;
};

struct Fixture {
  Fixture() { context.clock = &time; }

  Result<void> ask(std::int32_t number) {
    Number in(number);
    const auto run = [&]() -> Task<Result<void>> {
      auto call = operation.call(context, in, out);
      auto outcome = co_await std::move(call);
      co_return outcome;
    };
    return time.wait(run());
  }

  test::ManualTime time;
  test::RecordingMetrics metrics;
  calls::Authorize authorize;
  Port port;
  const calls::Edge edge{"jsonrpc", metrics, authorize};
  const BoundService service{"questions", rows, &port};
  const calls::BoundOperation operation{edge, service, rows[0]};
  const calls::BoundOperation open{edge, service, rows[1]};
  const calls::BoundOperation stream{edge, service, rows[2]};
  CallContext context;
  Kept out;
};

}  // namespace

TEST_CASE("a row without rpc() is a method with a lower-case first letter") {
  CHECK(rpc_method(rows[0]) == "ask");
  CHECK(rpc_method(rows[1]) == "ask_anybody");
}

TEST_CASE("a call reaches the port, and is counted with its duration") {
  Fixture fixture;
  REQUIRE(fixture.ask(41));
  CHECK(fixture.out.number == 42);
  CHECK(fixture.metrics["operation_calls_total questions Ask jsonrpc ok"].value == 1);
  CHECK(fixture.metrics["operation_duration_seconds questions Ask"].observations.size() == 1);
}

TEST_CASE("a call that waits is measured until its answer") {
  Fixture fixture;
  fixture.port.waits = true;
  Number in(1);
  std::optional<Result<void>> outcome;
  const auto run = [&]() -> Task<void> {
    auto call = fixture.operation.call(fixture.context, in, fixture.out);
    outcome = co_await std::move(call);
  };
  TaskGroup group([](std::exception_ptr) {});
  group.spawn(run());
  CHECK_FALSE(outcome);
  fixture.time.advance(std::chrono::milliseconds(250));
  (*fixture.port.waiting)(true);
  REQUIRE(outcome);
  CHECK(*outcome);
  CHECK(fixture.metrics["operation_duration_seconds questions Ask"].observations == std::vector{0.25});
}

TEST_CASE("a stream is counted while it is open, and is no duration") {
  Fixture fixture;
  Number in(1);
  std::optional<Result<void>> outcome;
  const auto run = [&]() -> Task<void> {
    auto call = fixture.stream.call(fixture.context, in, fixture.out);
    outcome = co_await std::move(call);
  };
  const std::string open = "operation_streams questions Follow";
  {
    TaskGroup group([](std::exception_ptr) {});
    group.spawn(run());
    CHECK(fixture.out.number == 1);
    CHECK(fixture.metrics[open].value == 1);
    group.spawn(run());
    CHECK(fixture.metrics[open].value == 2);
    fixture.time.advance(std::chrono::hours(1));
    (*fixture.port.waiting)(true);
    REQUIRE(outcome);
    CHECK(fixture.metrics[open].value == 1);
  }
  CHECK(fixture.metrics[open].value == 0);  // also of one that was destroyed
  CHECK(fixture.metrics["operation_calls_total questions Follow jsonrpc cancelled"].value == 1);
  CHECK_THROWS_AS(fixture.metrics["operation_duration_seconds questions Follow"], std::out_of_range);
}

TEST_CASE("the port's error is the outcome") {
  Fixture fixture;
  const auto outcome = fixture.ask(101);
  REQUIRE_FALSE(outcome);
  CHECK(outcome.error().code == Code::out_of_range);
  CHECK(outcome.error().message == "number is too large");
  CHECK(fixture.metrics["operation_calls_total questions Ask jsonrpc out_of_range"].value == 1);
}

TEST_CASE("an exception that leaves the port becomes internal, and is not told") {
  Fixture fixture;
  const auto outcome = fixture.ask(-1);
  REQUIRE_FALSE(outcome);
  CHECK(outcome.error().code == Code::internal);
  CHECK(outcome.error().message.find("secret") == std::string::npos);
  CHECK(fixture.metrics["operation_calls_total questions Ask jsonrpc internal"].value == 1);
}

TEST_CASE("who may not call does not reach the port") {
  Fixture fixture;
  std::string asked_for;
  fixture.authorize = [&](const CallContext&, std::string_view permission) -> Result<void> {
    asked_for = permission;
    return fail(Code::permission_denied, "you may not ask");
  };
  const auto outcome = fixture.ask(1);
  REQUIRE_FALSE(outcome);
  CHECK(outcome.error().code == Code::permission_denied);
  CHECK(asked_for == "questions:ask");
  CHECK(fixture.port.asked == 0);
  CHECK(fixture.metrics["operation_calls_total questions Ask jsonrpc permission_denied"].value == 1);
  CHECK(fixture.open.authorize(fixture.context));  // a row without a permission asks nobody
}

TEST_CASE("a call whose deadline is over does not reach the port") {
  Fixture fixture;
  fixture.context.deadline = fixture.time.steady();
  const auto outcome = fixture.ask(1);
  REQUIRE_FALSE(outcome);
  CHECK(outcome.error().code == Code::deadline_exceeded);
  CHECK(fixture.port.asked == 0);
}
