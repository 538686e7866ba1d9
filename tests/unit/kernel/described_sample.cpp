#include "described_sample.hpp"

namespace parley {

using test::Colour, test::Line, test::Order, test::Place, test::Settings;

template <>
const TypeInfo& describe<Colour>() {
  static constexpr EnumItem items[] = {{"red", 1}, {"green", 2}};
  static const TypeInfo type = enumeration<Colour>("Colour", items, "A colour.");
  return type;
}

template <>
const TypeInfo& describe<Line>() {
  static constexpr Row rows[] = {
      field<&Line::sku>("sku", length(1, 40), number(1)),
      field<&Line::quantity>("quantity", range(1, 999), may_be_absent(), number(2)),
  };
  static const TypeInfo type = object<Line>("Line", rows, "A line of an order.");
  return type;
}

template <>
const TypeInfo& describe<Order>() {
  static constexpr Row rows[] = {
      field<&Order::name>("name", trimmed(), length(2, 5)),
      field<&Order::email>("email", trimmed(), email(), length(3, 40)),
      field<&Order::phone>("phone", pattern("\\+?[1-9]\\d{1,14}", "a phone number in E.164 form")),
      field<&Order::total>("total", range(-5, 1'000'000'000'000)),
      field<&Order::price>("price", number_range(0, 99.5)),
      field<&Order::age>("age", range(0, 120)),
      field<&Order::colour>("colour"),
      field<&Order::lines>("lines", items(1, 3)),
      field<&Order::spare>("spare", items(0, 2)),
      field<&Order::wait>("wait", range(1'000, 3'600'000)),
      field<&Order::size>("size", bytes(), range(0, 1 << 20)),
      field<&Order::code>("code", lower_case(), pattern("|[a-z]+", nullptr), alias("kode")),
      field<&Order::extra>("extra"),
  };
  static const TypeInfo type = object<Order>("Order", rows);
  return type;
}

template <>
const TypeInfo& describe<Place>() {
  static constexpr Row rows[] = {
      field<&Place::text>("text", shorthand(), trimmed(), length(2, 9)),
      field<&Place::street>("street", length(1, 9)),
  };
  static const TypeInfo type = object<Place>("Place", rows);
  return type;
}

template <>
const TypeInfo& describe<Settings>() {
  static constexpr Row rows[] = {
      field<&Settings::on>("on"),
      field<&Settings::small>("small"),
      field<&Settings::large>("large"),
      field<&Settings::ratio>("ratio"),
      field<&Settings::text>("text", alias("txt")),
      field<&Settings::when>("when"),
      field<&Settings::wait>("wait"),
      field<&Settings::colour>("colour"),
      field<&Settings::other_colour>("other_colour"),
      field<&Settings::maybe>("maybe"),
      field<&Settings::twice>("twice"),
      field<&Settings::names>("names", items(0, 2)),
      field<&Settings::numbers>("numbers"),
      field<&Settings::colours>("colours"),
      field<&Settings::size>("size", bytes()),
      field<&Settings::limited>("limited", range(1, 9)),
      field<&Settings::line>("line"),
      field<&Settings::price>("price", money_range(Money{1}, Money{10'000})),
      field<&Settings::place>("place"),
      field<&Settings::table>("table"),
      field<&Settings::extra>("extra"),
  };
  static const TypeInfo type = object<Settings>("Settings", rows);
  return type;
}

}  // namespace parley
