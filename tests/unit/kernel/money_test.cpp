#include "catch.hpp"

#include <parley/money.hpp>

#include <limits>

using namespace parley;

TEST_CASE("money is read from the text of a number, exactly") {
  const auto [text, hundredths] = GENERATE(table<const char*, std::int64_t>({
      {"0", 0},
      {"-0", 0},
      {"5", 500},
      {"19.99", 1999},
      {"0.1", 10},
      {"2.50", 250},
      {"2.5000", 250},
      {"-0.05", -5},
      {"1e2", 10000},
      {"1.5E+1", 1500},
      {"1999e-2", 1999},
      {"100e-4", 1},
      {"0e999999999999", 0},
      {"92233720368547758.07", std::numeric_limits<std::int64_t>::max()},
      {"-92233720368547758.08", std::numeric_limits<std::int64_t>::min()},
  }));
  const auto read = parse_money(text);
  REQUIRE(read);
  CHECK(read->hundredths == hundredths);
}

TEST_CASE("what is no exact amount is refused") {
  const auto text = GENERATE("", "-", ".", "1.", ".5", "01", "+1", "1e", "1e+", "0x10", "1 ", "NaN", "0.001",
                             "1e-3", "92233720368547758.08", "1e17", "1e999999999999", "1,5");
  INFO(text);
  CHECK_FALSE(parse_money(text));
}

TEST_CASE("money is written with two decimals, and reads back the same") {
  const auto [hundredths, text] = GENERATE(table<std::int64_t, const char*>({
      {0, "0.00"},
      {5, "0.05"},
      {-5, "-0.05"},
      {1999, "19.99"},
      {6000, "60.00"},
      {std::numeric_limits<std::int64_t>::max(), "92233720368547758.07"},
      {std::numeric_limits<std::int64_t>::min(), "-92233720368547758.08"},
  }));
  CHECK(to_text(Money{hundredths}) == text);
  CHECK(parse_money(text) == Money{hundredths});
}

TEST_CASE("sums and products that do not fit are no amounts") {
  const Money most{std::numeric_limits<std::int64_t>::max()};
  CHECK(add({1999}, {1}) == Money{2000});
  CHECK(multiply({1999}, 3) == Money{5997});
  CHECK_FALSE(add(most, {1}));
  CHECK_FALSE(multiply(most, 2));
}
