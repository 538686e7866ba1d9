// The contract of the calculator port, as test cases that every implementation of it must pass.
//
// Before including this, name the placements:
//
//   struct InProcess {                          // made anew for each test case and section
//     calculator::Calculator& service();        // ready for calls; may have a history already
//     CallContext context();
//     template <class T> T run(Task<T> task);   // drives whatever completes the task
//   };
//   #define CALCULATOR_PLACEMENTS InProcess
//   #define CALCULATOR_TAGS "[.elsewhere][contract][calculator]"  // if others than "[contract][calculator]"
//   #include "contract/calculator/calculator_contract.hpp"
#pragma once

#ifndef CALCULATOR_PLACEMENTS
#error "define CALCULATOR_PLACEMENTS, the placements that the contract is for, before including this"
#endif
#ifndef CALCULATOR_TAGS
#define CALCULATOR_TAGS "[contract][calculator]"
#endif

#include "catch.hpp"

#include <parley/calculator/calculator.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

namespace parley::calculator::contract {

// The port with one line per call.
template <class Placement>
class Caller {
 public:
  using Method = Task<Result<Calculation>> (Calculator::*)(CallContext, Numbers);

  Result<Calculation> call(Method method, double a, double b) {
    Numbers numbers{a, b};
    auto task = (placement_.service().*method)(placement_.context(), numbers);
    return placement_.run(std::move(task));
  }
  Result<History> history(std::int32_t limit) {
    GetHistory request{limit};
    auto task = placement_.service().get_history(placement_.context(), request);
    return placement_.run(std::move(task));
  }
  Placement& placement() { return placement_; }

 private:
  Placement placement_;
};

template <class T>
bool is_invalid(const Result<T>& result) {
  return !result && result.error().code == Code::invalid_argument && !result.error().message.empty();
}

}  // namespace parley::calculator::contract

namespace {

using namespace parley;
using namespace parley::calculator;
using namespace parley::calculator::contract;

TEMPLATE_TEST_CASE("each operation answers with its result and its name", CALCULATOR_TAGS,
                   CALCULATOR_PLACEMENTS) {
  Caller<TestType> calculator;
  const auto check = [&](auto method, const char* name, double a, double b, double result) {
    INFO(name);
    const auto answer = calculator.call(method, a, b);
    REQUIRE(answer);
    CHECK(answer->result == result);
    CHECK(answer->operation == name);
    CHECK(answer->success);
    CHECK_FALSE(answer->error);
  };
  check(&Calculator::add, "add", 5, 3, 8);
  check(&Calculator::subtract, "subtract", 5, 3, 2);
  check(&Calculator::multiply, "multiply", 5, 3, 15);
  check(&Calculator::divide, "divide", 6, 4, 1.5);
  check(&Calculator::add, "add", 0.1, 0.2, 0.1 + 0.2);
  check(&Calculator::divide, "divide", 0, 3, 0);
  check(&Calculator::multiply, "multiply", -1e300, 1e-300, -1);
}

TEMPLATE_TEST_CASE("zero has no sign", CALCULATOR_TAGS, CALCULATOR_PLACEMENTS) {
  Caller<TestType> calculator;
  const auto answer = calculator.call(&Calculator::multiply, 0, -5);
  REQUIRE(answer);
  CHECK(answer->result == 0);
  CHECK_FALSE(std::signbit(answer->result));
}

TEMPLATE_TEST_CASE("division by zero says so", CALCULATOR_TAGS, CALCULATOR_PLACEMENTS) {
  Caller<TestType> calculator;
  for (const double a : {5.0, 0.0, -1.0}) {
    for (const double zero : {0.0, -0.0}) {
      const auto answer = calculator.call(&Calculator::divide, a, zero);
      REQUIRE(is_invalid(answer));
      CHECK(answer.error().message == "division by zero");
    }
  }
}

TEMPLATE_TEST_CASE("what is no finite number is refused", CALCULATOR_TAGS, CALCULATOR_PLACEMENTS) {
  Caller<TestType> calculator;
  constexpr double most = std::numeric_limits<double>::max();
  constexpr double infinity = std::numeric_limits<double>::infinity();
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  CHECK(is_invalid(calculator.call(&Calculator::add, most, most)));
  CHECK(is_invalid(calculator.call(&Calculator::subtract, -most, most)));
  CHECK(is_invalid(calculator.call(&Calculator::multiply, most, 2)));
  CHECK(is_invalid(calculator.call(&Calculator::divide, most, 0.1)));
  CHECK(is_invalid(calculator.call(&Calculator::add, infinity, 1)));
  CHECK(is_invalid(calculator.call(&Calculator::divide, 1, infinity)));
  CHECK(is_invalid(calculator.call(&Calculator::multiply, 1, nan)));
}

TEMPLATE_TEST_CASE("the history has what succeeded, oldest first", CALCULATOR_TAGS, CALCULATOR_PLACEMENTS) {
  Caller<TestType> calculator;
  REQUIRE(calculator.call(&Calculator::add, 1, 2));
  REQUIRE_FALSE(calculator.call(&Calculator::divide, 1, 0));
  REQUIRE(calculator.call(&Calculator::divide, 9, 2));
  REQUIRE(calculator.call(&Calculator::multiply, 3, 4));
  const auto history = calculator.history(3);
  REQUIRE(history);
  REQUIRE(history->entries.size() == 3);
  const auto& [first, second, third] =
      std::tie(history->entries[0], history->entries[1], history->entries[2]);
  CHECK((first.operation == "add" && first.a == 1 && first.b == 2 && first.result == 3));
  CHECK((second.operation == "divide" && second.a == 9 && second.b == 2 && second.result == 4.5));
  CHECK((third.operation == "multiply" && third.result == 12));
  CHECK(first.timestamp > 1'600'000'000);  // Unix seconds
  CHECK(first.timestamp < 10'000'000'000);
  CHECK(std::ranges::is_sorted(history->entries, {}, &HistoryEntry::timestamp));

  const auto newest = calculator.history(1);
  REQUIRE(newest);
  REQUIRE(newest->entries.size() == 1);
  CHECK(newest->entries[0].operation == "multiply");
}

TEMPLATE_TEST_CASE("the last hundred are kept", CALCULATOR_TAGS, CALCULATOR_PLACEMENTS) {
  Caller<TestType> calculator;
  for (int i = 0; i < 103; ++i) REQUIRE(calculator.call(&Calculator::add, i, 0));
  const auto history = calculator.history(100);
  REQUIRE(history);
  REQUIRE(history->entries.size() == 100);
  CHECK(history->entries.front().a == 3);
  CHECK(history->entries.back().a == 102);
}

TEMPLATE_TEST_CASE("a limit out of range is refused by name", CALCULATOR_TAGS, CALCULATOR_PLACEMENTS) {
  Caller<TestType> calculator;
  for (const std::int32_t limit : {0, -1, 101, std::numeric_limits<std::int32_t>::max()}) {
    const auto history = calculator.history(limit);
    REQUIRE(is_invalid(history));
    REQUIRE(history.error().fields.size() == 1);
    CHECK(history.error().fields[0].field == "limit");
  }
  CHECK(calculator.history(1));
  CHECK(calculator.history(100));
}

}  // namespace
