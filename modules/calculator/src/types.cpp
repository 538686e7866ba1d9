// The calculator port's value types: fields, rules and documentation, declared once. Protobuf numbers are
// the course's (lab 06); the lecture's Numbers and Result are the same bytes.
#include <parley/calculator/calculator.hpp>

namespace parley {

using namespace calculator;

template <>
const TypeInfo& describe<Numbers>() {
  static constexpr Row rows[] = {
      field<&Numbers::a>("a", number(1), doc("The first number."), example("5")),
      field<&Numbers::b>("b", number(2), doc("The second number."), example("3")),
  };
  static const TypeInfo type = object<Numbers>("Numbers", rows, "Two numbers to calculate with.");
  return type;
}

template <>
const TypeInfo& describe<Calculation>() {
  static constexpr Row rows[] = {
      field<&Calculation::result>("result", number(1), doc("What came out; 0 without success."),
                                  example("8")),
      field<&Calculation::operation>("operation", number(2), doc("add, subtract, multiply or divide."),
                                     example(R"("add")")),
      field<&Calculation::success>("success", number(3), doc("False when there is no result.")),
      field<&Calculation::error>("error", number(4), doc("Why there is no result."),
                                 example(R"("division by zero")")),
  };
  static const TypeInfo type = object<Calculation>("Calculation", rows, "The answer to a calculation.");
  return type;
}

template <>
const TypeInfo& describe<GetHistory>() {
  static constexpr Row rows[] = {
      field<&GetHistory::limit>("limit", range(1, 100), may_be_absent(), number(1),
                                doc("How many of the newest calculations.")),
  };
  static const TypeInfo type = object<GetHistory>("GetHistoryRequest", rows);
  return type;
}

template <>
const TypeInfo& describe<HistoryEntry>() {
  static constexpr Row rows[] = {
      field<&HistoryEntry::operation>("operation", number(1), example(R"("add")")),
      field<&HistoryEntry::a>("a", number(2), example("5")),
      field<&HistoryEntry::b>("b", number(3), example("3")),
      field<&HistoryEntry::result>("result", number(4), example("8")),
      field<&HistoryEntry::timestamp>("timestamp", number(5), doc("When it was calculated, in Unix seconds."),
                                      example("1700000000")),
  };
  static const TypeInfo type = object<HistoryEntry>("HistoryEntry", rows, "A calculation that succeeded.");
  return type;
}

template <>
const TypeInfo& describe<History>() {
  static constexpr Row rows[] = {
      field<&History::entries>("entries", number(1), doc("Oldest first.")),
  };
  static const TypeInfo type = object<History>("History", rows, "The newest calculations.");
  return type;
}

}  // namespace parley
