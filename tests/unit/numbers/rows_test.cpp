// What edges read of the numbers port: rows and tables as the lecture has them.
#include "catch.hpp"

#include <parley/numbers/compose.hpp>
#include <parley/validate.hpp>

using namespace parley;
using namespace parley::numbers;

TEST_CASE("the rows of the numbers port have the lecture's names and shapes") {
  struct Expected {
    std::string_view name, grpc, permission;
    Shape shape;
  };
  const Expected expected[] = {
      {"GetPrimes", "/NumberService/GetPrimes", "numbers:use", Shape::server_stream},
      {"SumNumbers", "/NumberService/SumNumbers", "numbers:use", Shape::client_stream},
      {"Chat", "/NumberService/Chat", "chat:write chat:read", Shape::bidirectional},
  };
  const auto rows = operations<NumberService>();
  REQUIRE(rows.size() == std::size(expected));
  for (std::size_t i = 0; i < rows.size(); ++i) {
    INFO(rows[i].name);
    CHECK(rows[i].name == expected[i].name);
    CHECK(std::string_view(rows[i].grpc) == expected[i].grpc);
    CHECK(rows[i].permission == expected[i].permission);
    CHECK(rows[i].shape == expected[i].shape);
    CHECK(rows[i].verb == Verb::none);
    CHECK_FALSE(rows[i].summary.empty());
  }
}

TEST_CASE("the configuration's defaults keep to its rules") {
  Options options;
  CHECK(options.prime_interval == std::chrono::milliseconds(100));
  CHECK(conform(options));
  options.prime_interval = std::chrono::milliseconds(60'001);
  CHECK_FALSE(conform(options));
}
