// The contract of the numbers port: primes and sums. See numbers_contract.hpp.
#pragma once

#include "contract/numbers/call.hpp"

namespace {

using namespace parley;
using namespace parley::numbers;
using namespace parley::numbers::contract;
using std::chrono::milliseconds;

std::vector<std::int32_t> values(const Receiver<Prime>& receiver) {
  std::vector<std::int32_t> all;
  for (auto& prime : receiver.taken) all.push_back(prime.value);
  return all;
}

TEMPLATE_TEST_CASE("primes come in their order, with a pause between two", "[contract][numbers]",
                   NUMBER_PLACEMENTS) {
  TestType p;
  Receiver<Prime> receiver;
  Call<void> call;
  PrimeRequest request{30};
  call.start(p.service().get_primes(p.context(), request, Sink<Prime>(receiver)));
  const std::vector<std::int32_t> primes{2, 3, 5, 7, 11, 13, 17, 19, 23, 29};
  for (std::size_t count = 1; count <= primes.size(); ++count) {
    p.run_until([&] { return receiver.taken.size() >= count; });
    CHECK(receiver.taken.size() == count);
    if (count == primes.size()) break;
    p.advance(TestType::interval - milliseconds(1));
    CHECK(receiver.taken.size() == count);
    p.advance(milliseconds(1));
  }
  p.run_until([&] { return call.ended(); });
  CHECK(call.code() == Code::ok);
  CHECK(values(receiver) == primes);
}

TEMPLATE_TEST_CASE("there are no primes below two, and a limit has its bounds", "[contract][numbers]",
                   NUMBER_PLACEMENTS) {
  TestType p;
  for (const std::int32_t limit : {0, 1}) {
    Receiver<Prime> receiver;
    Call<void> call;
    PrimeRequest request{limit};
    call.start(p.service().get_primes(p.context(), request, Sink<Prime>(receiver)));
    p.run_until([&] { return call.ended(); });
    CHECK(call.code() == Code::ok);
    CHECK(receiver.taken.empty());
  }
  for (const std::int32_t limit : {-1, 1'000'001, std::numeric_limits<std::int32_t>::max()}) {
    Receiver<Prime> receiver;
    Call<void> call;
    PrimeRequest request{limit};
    call.start(p.service().get_primes(p.context(), request, Sink<Prime>(receiver)));
    p.run_until([&] { return call.ended(); });
    CHECK(call.code() == Code::invalid_argument);
    CHECK(call.problem_of("limit").find("1000000") != std::string::npos);
  }
}

TEMPLATE_TEST_CASE("primes end with their call, its time or their receiver", "[contract][numbers]",
                   NUMBER_PLACEMENTS) {
  TestType p;
  Receiver<Prime> receiver;
  Call<void> call;
  auto context = cancellable(p);
  PrimeRequest request{1'000'000};
  SECTION("the call") {
    call.start(p.service().get_primes(context, request, Sink<Prime>(receiver)));
    p.run_until([&] { return receiver.taken.size() == 1; });
    context.cancellation->cancel();
    p.run_until([&] { return call.ended(); });
    CHECK(call.code() == Code::cancelled);
    CHECK(receiver.taken.size() == 1);
  }
  SECTION("its time") {
    context.deadline = context.clock->steady() + TestType::interval / 2;
    call.start(p.service().get_primes(context, request, Sink<Prime>(receiver)));
    p.run_until([&] { return receiver.taken.size() == 1; });
    p.advance(TestType::interval / 2);
    p.run_until([&] { return call.ended(); });
    CHECK(call.code() == Code::deadline_exceeded);
    CHECK(receiver.taken.size() == 1);
  }
  SECTION("their receiver") {
    receiver.leaves_after = 1;
    call.start(p.service().get_primes(context, request, Sink<Prime>(receiver)));
    p.run_until([&] { return receiver.taken.size() == 1; });
    p.advance(TestType::interval);
    p.run_until([&] { return call.ended(); });
    CHECK(call.code() == Code::cancelled);
  }
}

TEMPLATE_TEST_CASE("numbers are summed, however many", "[contract][numbers]", NUMBER_PLACEMENTS) {
  TestType p;
  for (const std::int64_t count : {0, 1, 10'000}) {
    Sender<Number> sender;
    Call<Sum> call;
    call.start(p.service().sum_numbers(p.context(), Source<Number>(sender)));
    for (std::int64_t i = 1; i <= count; ++i) sender.send({i});
    CHECK_FALSE(call.ended());
    sender.finish();
    p.run_until([&] { return call.ended(); });
    REQUIRE(call.outcome());
    CHECK(call.outcome()->value == count * (count + 1) / 2);
    CHECK(call.outcome()->count == count);
  }
}

TEMPLATE_TEST_CASE("a sum reaches the ends of 64 bits and not beyond", "[contract][numbers]",
                   NUMBER_PLACEMENTS) {
  TestType p;
  constexpr auto most = std::numeric_limits<std::int64_t>::max();
  constexpr auto least = std::numeric_limits<std::int64_t>::min();
  const auto sum = [&](std::vector<std::int64_t> numbers) {
    Sender<Number> sender;
    auto call = std::make_unique<Call<Sum>>();
    call->start(p.service().sum_numbers(p.context(), Source<Number>(sender)));
    for (const auto number : numbers) sender.send({number});
    sender.finish();
    p.run_until([&] { return call->ended(); });
    return call;
  };
  CHECK(sum({most - 1, 1})->outcome()->value == most);
  CHECK(sum({least + 1, -1, 1})->outcome()->value == least + 1);
  CHECK(sum({most, least})->outcome()->value == -1);
  for (const auto& beyond : {std::vector{most, std::int64_t{1}}, std::vector{least, std::int64_t{-1}}}) {
    const auto call = sum(beyond);
    CHECK(call->code() == Code::out_of_range);
    CHECK(call->outcome().error().message.find("at number 2") != std::string::npos);
    CHECK_FALSE(call->problem_of("value").empty());
  }
}

TEMPLATE_TEST_CASE("a sum ends with what ends its numbers", "[contract][numbers]", NUMBER_PLACEMENTS) {
  TestType p;
  Sender<Number> sender;
  Call<Sum> call;
  call.start(p.service().sum_numbers(p.context(), Source<Number>(sender)));
  sender.send({1});
  sender.fail({Code::cancelled, "withdrawn"});
  p.run_until([&] { return call.ended(); });
  CHECK(call.code() == Code::cancelled);
}

}  // namespace
