// Types with every kind of field and rule, for the tests of describe.hpp and validate.hpp.
#pragma once

#include <parley/describe.hpp>

namespace parley::test {

enum class Colour : std::int32_t { red = 1, green = 2 };

struct Line {
  std::string sku;
  std::int32_t quantity = 1;
};

struct Order {
  std::string name;
  std::string email = "a@b.example";
  std::optional<std::string> phone;
  std::int64_t total = 0;
  double price = 0;
  std::optional<std::optional<std::int32_t>> age;
  Colour colour = Colour::red;
  std::vector<Line> lines{Line{"A", 1}};
  std::map<std::string, Line> spare;
  std::chrono::milliseconds wait{1000};
  std::int64_t size = 0;
  std::string code;
  ExtraMembers extra;
};

struct Place {
  std::optional<std::string> text;
  std::string street;
};

// What set_from_text() can reach.
struct Settings {
  bool on = false;
  std::int32_t small = 0;
  std::int64_t large = 0;
  double ratio = 0;
  std::string text;
  Timestamp when;
  std::chrono::milliseconds wait{0};
  Colour colour = Colour::red;
  std::optional<Colour> other_colour;
  std::optional<std::int32_t> maybe;
  std::optional<std::optional<std::string>> twice;
  std::vector<std::string> names;
  std::vector<std::int32_t> numbers;
  std::optional<std::vector<Colour>> colours;
  std::int64_t size = 0;
  std::int32_t limited = 1;
  Line line;
  Money price;
  Place place;
  std::map<std::string, std::string> table;
  ExtraMembers extra;
};

}  // namespace parley::test

namespace parley {
template <>
const TypeInfo& describe<test::Colour>();
template <>
const TypeInfo& describe<test::Line>();
template <>
const TypeInfo& describe<test::Order>();
template <>
const TypeInfo& describe<test::Place>();
template <>
const TypeInfo& describe<test::Settings>();
}  // namespace parley
