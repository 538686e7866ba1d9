// Modules in another process: how calls go round their instances, are repeated, and end.
#include "catch.hpp"
#include "recording_metrics.hpp"

#include <parley/calculator/calculator.hpp>
#include <parley/codec/protobuf.hpp>
#include <parley/codec/status.hpp>
#include <parley/net/grpc.hpp>
#include <parley/placement/remote.hpp>
#include <parley/rpc/health.hpp>

#include <array>
#include <deque>

using namespace parley;
using calculator::Calculator;
using placement::CircuitBreaker;
using std::chrono::milliseconds;

namespace {

const Operation& row(std::string_view name) {
  for (const auto& one : operations<Calculator>())
    if (one.name == name) return one;
  throw std::logic_error("no such row");
}

// One instance: answers what it is told to, and knows what it was asked.
class Instance {
 public:
  Instance(net::Loop& loop, Random& random)
      : loop_(loop),
        server_({.loop = loop,
                 .clock = system_clock(),
                 .random = random,
                 .handler = [this](net::GrpcCall& call) { return handle(call); }},
                {}) {
    port = server_.listen("127.0.0.1", 0).value();
    server_.start();
  }

  std::deque<net::GrpcStatus> next;  // of calls that fail; then they succeed
  net::GrpcStatus always;            // of every call behind those
  bool silent = false;               // never answers
  std::string raw;                   // answered instead, if it is not empty
  calls::ServingStatus health = calls::ServingStatus::serving;
  std::vector<std::string> paths, authorizations;
  std::uint16_t port = 0;

 private:
  Task<net::GrpcStatus> handle(net::GrpcCall& call) {
    if (call.path() == calls::health_check_path) {
      const auto state = codec::to_protobuf(calls::HealthCheckResponse{health});
      auto telling = call.write(state);
      co_await std::move(telling);
      co_return net::GrpcStatus{};
    }
    paths.emplace_back(call.path());
    authorizations.emplace_back(call.metadata("authorization").value_or(""));
    if (silent) {
      co_await callback<bool>([&](Resume<bool> resume) {
        auto shared = std::make_shared<Resume<bool>>(std::move(resume));
        call.context().cancellation->on_cancel([shared] { (*shared)(true); });
      });
      co_return net::GrpcStatus{Code::cancelled, "withdrawn"};
    }
    net::GrpcStatus status = always;
    if (!next.empty()) {
      status = next.front();
      next.pop_front();
    }
    if (status.code != Code::ok) co_return status;
    const auto answer = raw.empty() ? codec::to_protobuf(calculator::Calculation{7, "add", true, {}}) : raw;
    auto writing = call.write(answer);
    co_await std::move(writing);
    co_return net::GrpcStatus{};
  }

  net::Loop& loop_;
  net::GrpcServer server_;
};

class Words final : public auth::TokenSource {
 public:
  Result<std::string> token() override { return "secret" + std::to_string(++count_); }

 private:
  int count_ = 0;
};

// Finds what a test says.
class Found final : public placement::Resolver {
 public:
  explicit Found(const std::vector<placement::Endpoint>& now) : now_(now) {}
  Task<Result<std::vector<placement::Endpoint>>> resolve() override {
    return Result<std::vector<placement::Endpoint>>(now_);
  }

 private:
  const std::vector<placement::Endpoint>& now_;
};

struct Fixture {
  net::Loop loop;
  std::unique_ptr<Random> random = make_random(7);
  test::RecordingMetrics metrics;
  std::deque<Instance> instances;
  placement::Options options;
  net::GrpcClientOptions client;
  std::shared_ptr<placement::RemoteModule> remote;
  std::vector<std::string> addresses;

  explicit Fixture(std::size_t count = 1) {
    options.first_backoff = milliseconds(1);
    options.last_backoff = milliseconds(2);
    options.breaker_failures = 3;
    options.breaker_reset = milliseconds(100);
    options.probe = milliseconds(20);
    for (std::size_t i = 0; i < count; ++i) {
      instances.emplace_back(loop, *random);
      addresses.push_back("127.0.0.1:" + std::to_string(instances.back().port));
    }
  }
  ~Fixture() {
    if (remote) remote->stop();
    turn(milliseconds(5));
    remote.reset();
    turn(milliseconds(1));
  }
  void start() {
    auto resolver = placement::make_resolver(addresses, loop);
    REQUIRE(resolver);
    start(std::move(*resolver));
  }
  void start(std::unique_ptr<placement::Resolver> resolver) {
    remote = placement::make_remote(
        "calculator", operations<Calculator>(),
        {loop, system_clock(), *random, metrics, std::make_unique<Words>(), std::move(resolver)}, options,
        client);
  }
  void turn(milliseconds time) {
    auto end = loop.after(time, [this] { loop.stop(); });
    loop.run();
  }
  template <class Done>
  void until(Done done) {
    for (int i = 0; i < 4000 && !done(); ++i) turn(milliseconds(1));
    REQUIRE(done());
  }

  using Way = Task<Result<void>> (placement::RemoteModule::*)(const Operation&, CallContext, const void*,
                                                              void*);
  Result<calculator::Calculation> call(std::string_view name = "Add", CallContext context = {},
                                       Way way = &placement::RemoteModule::unary) {
    calculator::Calculation answer;
    calculator::History listed;
    std::optional<Result<void>> outcome;
    const calculator::Numbers numbers{3, 4};
    const calculator::GetHistory history{1};
    const auto& operation = row(name);
    const void* request = name == "GetHistory" ? static_cast<const void*>(&history) : &numbers;
    void* const into = name == "GetHistory" ? static_cast<void*>(&listed) : &answer;
    auto body = [&](CallContext with) -> Task<void> {
      auto calling = (*remote.*way)(operation, std::move(with), request, into);
      outcome = co_await std::move(calling);
    };
    TaskGroup group([](std::exception_ptr e) { std::rethrow_exception(e); });
    group.spawn(body(std::move(context)));
    until([&] { return outcome.has_value(); });
    if (!*outcome) return std::unexpected(outcome->error());
    return answer;
  }
  CircuitBreaker::State breaker(std::size_t index = 0) { return remote->instances().at(index).breaker; }
};

const net::GrpcStatus gone{Code::unavailable, "gone"};

}  // namespace

TEST_CASE("a call reaches the other process with a token, and its answer comes back") {
  Fixture f;
  f.start();
  const auto answer = f.call();
  REQUIRE(answer);
  CHECK(answer->result == 7);
  CHECK(f.instances[0].paths == std::vector<std::string>{"/calculator.Calculator/Add"});
  CHECK(f.instances[0].authorizations == std::vector<std::string>{"Bearer secret1"});
  CHECK(f.remote->well());
}

TEST_CASE("an error comes back with its fields and its advice") {
  Fixture f;
  Error error = invalid_argument({{"b", "must not be 0"}});
  error.retry_after = milliseconds(1500);
  f.instances[0].always = {error.code, error.message, codec::status_details(error)};
  f.start();
  const auto answer = f.call();
  REQUIRE_FALSE(answer);
  CHECK(answer.error() == error);
  // The request was at fault, not the instance.
  for (int i = 0; i < 5; ++i) CHECK_FALSE(f.call());
  CHECK(f.breaker() == CircuitBreaker::State::closed);
}

TEST_CASE("only what may be repeated is repeated") {
  Fixture f;
  f.options.breaker_failures = 100;
  f.start();
  SECTION("idempotent") {
    f.instances[0].next = {gone, gone};
    f.instances[0].raw = codec::to_protobuf(calculator::History{});
    CHECK(f.call("GetHistory"));
    CHECK(f.instances[0].paths.size() == 3);
  }
  SECTION("idempotent, and the attempts are over") {
    f.instances[0].always = gone;
    const auto answer = f.call("GetHistory");
    REQUIRE_FALSE(answer);
    CHECK(answer.error().message == "gone");
    CHECK(f.instances[0].paths.size() == 3);
  }
  SECTION("not idempotent") {
    f.instances[0].next = {gone};
    CHECK_FALSE(f.call("Add"));
    CHECK(f.instances[0].paths.size() == 1);
  }
  SECTION("what the request is at fault for") {
    f.instances[0].next = {{Code::not_found, "none"}};
    CHECK_FALSE(f.call("GetHistory"));
    CHECK(f.instances[0].paths.size() == 1);
  }
}

TEST_CASE("a call ends at its deadline, and one that brings none has one") {
  Fixture f;
  f.instances[0].silent = true;
  f.options.call_timeout = milliseconds(60);
  f.start();
  SECTION("its own") {
    CallContext context;
    context.deadline = context.clock->steady() + milliseconds(40);
    const auto answer = f.call("Add", context);
    REQUIRE_FALSE(answer);
    CHECK(answer.error().code == Code::deadline_exceeded);
  }
  SECTION("the configured one") {
    const auto answer = f.call();
    REQUIRE_FALSE(answer);
    CHECK(answer.error().code == Code::deadline_exceeded);
  }
  CHECK(f.instances[0].paths.size() == 1);
}

TEST_CASE("a circuit breaker keeps calls from an instance that fails, and heals") {
  Fixture f;
  f.instances[0].always = gone;
  f.start();
  for (int i = 0; i < 3; ++i) CHECK_FALSE(f.call());
  CHECK(f.breaker() == CircuitBreaker::State::open);
  CHECK_FALSE(f.remote->well());
  const auto refused = f.call();
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == Code::unavailable);
  CHECK(refused.error().message.find("circuit breaker") != std::string::npos);
  CHECK(refused.error().retry_after > milliseconds(0));
  CHECK(f.instances[0].paths.size() == 3);  // it was not asked
  f.instances[0].always = {};
  f.until([&] { return f.breaker() == CircuitBreaker::State::half_open; });
  CHECK(f.call());
  CHECK(f.breaker() == CircuitBreaker::State::closed);
  CHECK(f.remote->well());
}

TEST_CASE("a question of who watches over the module is none of its calls") {
  Fixture f;
  f.start();
  const auto ask = [&] { return f.call("Add", {}, &placement::RemoteModule::ask); };
  const auto answer = ask();
  REQUIRE(answer);
  CHECK(answer->result == 7);
  CHECK(f.instances[0].authorizations[0].starts_with("Bearer "));
  // Neither its answers heal the breaker, nor is it kept from asking, nor does its failure count.
  for (int i = 0; i < 3; ++i) {
    f.instances[0].next = {gone};
    CHECK_FALSE(f.call());
    CHECK(ask());
  }
  CHECK(f.breaker() == CircuitBreaker::State::open);
  CHECK(ask());
  f.until([&] { return f.breaker() == CircuitBreaker::State::half_open; });
  f.instances[0].next = {gone};
  const auto failed = ask();
  REQUIRE_FALSE(failed);
  CHECK(failed.error().message == "gone");
  CHECK(f.breaker() == CircuitBreaker::State::half_open);
  CHECK(f.remote->instances()[0].calls == 3);
}

TEST_CASE("the breaker of an instance that is known no more is shown as closed") {
  Fixture f;
  f.instances[0].always = gone;
  f.start();
  for (int i = 0; i < 3; ++i) CHECK_FALSE(f.call());
  const auto shown = [&] { return f.metrics["circuit_breaker_state calculator " + f.addresses[0]].value; };
  f.until([&] { return shown() == 1; });
  f.remote->stop();
  CHECK(shown() == 0);
}

TEST_CASE("an instance that is no longer found gets no calls, and its breaker is shown as closed") {
  Fixture f(2);
  f.options.resolve = milliseconds(10);
  std::vector<placement::Endpoint> found{{"127.0.0.1", f.instances[0].port},
                                         {"127.0.0.1", f.instances[1].port}};
  f.instances[0].always = gone;
  f.start(std::make_unique<Found>(found));
  const auto shown = [&] { return f.metrics["circuit_breaker_state calculator " + f.addresses[0]].value; };
  for (int i = 0; i < 6; ++i) (void)f.call();
  f.until([&] { return shown() == 1; });
  found.erase(found.begin());
  f.until([&] { return f.remote->instances().size() == 1; });
  CHECK(f.remote->instances()[0].address == f.addresses[1]);
  CHECK(shown() == 0);
  const auto before = f.instances[0].paths.size();
  for (int i = 0; i < 4; ++i) CHECK(f.call());
  CHECK(f.instances[0].paths.size() == before);
}

TEST_CASE("instances take turns, without those that are not well") {
  Fixture f(3);
  f.start();
  for (int i = 0; i < 9; ++i) CHECK(f.call());
  for (const auto& instance : f.instances) CHECK(instance.paths.size() == 3);
  f.instances[1].health = calls::ServingStatus::not_serving;
  f.until([&] {
    for (const auto& state : f.remote->instances())
      if (state.address == f.addresses[1]) return !state.well;
    return false;
  });
  for (int i = 0; i < 6; ++i) CHECK(f.call());
  CHECK(f.instances[0].paths.size() == 6);
  CHECK(f.instances[1].paths.size() == 3);
  CHECK(f.instances[2].paths.size() == 6);
  CHECK(f.remote->well());
  // Where nobody is well, whoever there is may answer.
  for (auto& instance : f.instances) instance.health = calls::ServingStatus::not_serving;
  f.until([&] { return !f.remote->well(); });
  CHECK(f.call());
}

TEST_CASE("an answer that is none is an error of the other side") {
  Fixture f;
  f.instances[0].raw = "\xff\xff\xff";
  f.start();
  const auto answer = f.call();
  REQUIRE_FALSE(answer);
  CHECK(answer.error().code == Code::internal);
  CHECK(answer.error().message.find("Calculation") != std::string::npos);
}

TEST_CASE("nobody at the address") {
  Fixture f(0);
  {
    std::unique_ptr<Random> random = make_random(1);
    Instance closed(f.loop, *random);
    f.addresses = {"127.0.0.1:" + std::to_string(closed.port)};
  }
  f.start();
  const auto answer = f.call();
  REQUIRE_FALSE(answer);
  CHECK(answer.error().code == Code::unavailable);
  f.until([&] { return !f.remote->well(); });
  CHECK_FALSE(f.remote->instances()[0].problem.empty());
}

TEST_CASE("addresses that are none are refused, and names are looked up") {
  net::Loop loop;
  for (const char* wrong :
       {"", "localhost", "127.0.0.1:", "127.0.0.1:0", "127.0.0.1:65536", ":1", "a:b", "[]:1"})
    CHECK_FALSE(placement::make_resolver({wrong}, loop));
  const auto ask = [&](std::vector<std::string> addresses) {
    auto resolver = placement::make_resolver(addresses, loop);
    REQUIRE(resolver);
    std::optional<Result<std::vector<placement::Endpoint>>> found;
    auto body = [&]() -> Task<void> {
      auto asking = (*resolver)->resolve();
      found = co_await std::move(asking);
      loop.stop();
    };
    TaskGroup group([](std::exception_ptr e) { std::rethrow_exception(e); });
    group.spawn(body());
    if (!found) loop.run();
    REQUIRE(found);
    std::vector<std::string> texts;
    if (*found)
      for (const auto& endpoint : **found) texts.push_back(endpoint.text());
    return texts;
  };
  CHECK(ask({"127.0.0.1:2", "localhost:1", "[::1]:3", "127.0.0.1:2"}) ==
        std::vector<std::string>{"127.0.0.1:1", "127.0.0.1:2", "[::1]:3"});
}
