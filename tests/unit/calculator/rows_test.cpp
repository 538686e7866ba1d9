// What edges read of the calculator: rows and tables as the contract has them.
#include "catch.hpp"
#include "manual_time.hpp"

#include <parley/calculator/calculator.hpp>
#include <parley/validate.hpp>

using namespace parley;
using namespace parley::calculator;

TEST_CASE("the calculator's rows have the lab's routes and the lecture's names") {
  struct Expected {
    std::string_view name, path, rpc, grpc;
    Verb verb;
    ErrorShape errors;
  };
  const Expected expected[] = {
      {"Add", "/api/v1/calculate/add", "add", "/calculator.Calculator/Add", Verb::post,
       ErrorShape::calculation},
      {"Subtract", "/api/v1/calculate/subtract", "subtract", "/calculator.Calculator/Subtract", Verb::post,
       ErrorShape::calculation},
      {"Multiply", "/api/v1/calculate/multiply", "multiply", "/calculator.Calculator/Multiply", Verb::post,
       ErrorShape::calculation},
      {"Divide", "/api/v1/calculate/divide", "divide", "/calculator.Calculator/Divide", Verb::post,
       ErrorShape::calculation},
      {"GetHistory", "/api/v1/history", "getHistory", "/calculator.Calculator/GetHistory", Verb::get,
       ErrorShape::problem},
  };
  const auto rows = operations<Calculator>();
  REQUIRE(rows.size() == std::size(expected));
  for (std::size_t i = 0; i < rows.size(); ++i) {
    INFO(rows[i].name);
    CHECK(rows[i].name == expected[i].name);
    CHECK(rows[i].path == expected[i].path);
    CHECK(rpc_method(rows[i]) == expected[i].rpc);
    CHECK(rows[i].grpc == expected[i].grpc);
    CHECK(rows[i].verb == expected[i].verb);
    CHECK(rows[i].status == 200);
    CHECK(rows[i].error_shape == expected[i].errors);
  }
}

TEST_CASE("the calculator's messages have the course's protobuf numbers") {
  const auto numbers = [](const TypeInfo& type) {
    std::string out;
    for (auto& field : type.fields)
      out += std::string(field.name) + "=" + std::to_string(field.rules.number) + " ";
    return out;
  };
  CHECK(numbers(describe<Numbers>()) == "a=1 b=2 ");
  CHECK(numbers(describe<Calculation>()) == "result=1 operation=2 success=3 error=4 ");
  CHECK(numbers(describe<GetHistory>()) == "limit=1 ");
  CHECK(numbers(describe<History>()) == "entries=1 ");
  CHECK(numbers(describe<HistoryEntry>()) == "operation=1 a=2 b=3 result=4 timestamp=5 ");
}

TEST_CASE("the limit of the history may be left out, the numbers may not") {
  GetHistory request;
  CHECK(request.limit == 10);
  CHECK_FALSE(describe<GetHistory>().fields[0].rules.required);
  for (auto& field : describe<Numbers>().fields) CHECK(field.rules.required);
}

TEST_CASE("a calculation is dated by the clock of its call") {
  test::ManualTime time;
  const auto calculator = make_calculator();
  CallContext context;
  context.clock = &time;
  Numbers numbers{1, 2};
  REQUIRE(time.wait(calculator->add(context, numbers)));
  time.advance(std::chrono::seconds(90));
  REQUIRE(time.wait(calculator->add(context, numbers)));
  GetHistory all;
  const auto history = time.wait(calculator->get_history(context, all));
  REQUIRE(history);
  REQUIRE(history->entries.size() == 2);
  CHECK(history->entries[0].timestamp == 1'700'000'000);
  CHECK(history->entries[1].timestamp == 1'700'000'090);
}
