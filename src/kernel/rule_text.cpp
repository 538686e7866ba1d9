#include "rule_text.hpp"

#include <parley/validate.hpp>

#include <charconv>
#include <cmath>

namespace parley {
namespace {

constexpr std::size_t max_shown_name = 64;
constexpr std::size_t max_shown_items = 20;

std::string range_text(bool has_min, const std::string& min, bool has_max, const std::string& max) {
  if (has_min && has_max) return "between " + min + " and " + max;
  if (has_min) return "at least " + min;
  if (has_max) return "at most " + max;
  return {};
}

std::string one_of(const TypeInfo& type) {
  std::string text = "must be one of ";
  for (std::size_t i = 0; i < type.items.size(); ++i) {
    if (i == max_shown_items) return text + ", and " + std::to_string(type.items.size() - i) + " more";
    if (i > 0) text += ", ";
    text += type.items[i].name;
  }
  return text;
}

}  // namespace

std::string number_text(double value) {
  char buffer[32];
  // Below 2^53 every whole number is exact, and reads better than in the shorter form 1e+05.
  const bool whole = std::fabs(value) < 9007199254740992.0 && value == std::trunc(value);
  const auto end = whole ? std::to_chars(buffer, std::end(buffer), static_cast<std::int64_t>(value))
                         : std::to_chars(buffer, std::end(buffer), value);
  return std::string(buffer, end.ptr);
}

std::string duration_text(std::chrono::milliseconds value) {
  const auto count = value.count();
  if (count != 0) {
    if (count % 3'600'000 == 0) return std::to_string(count / 3'600'000) + "h";
    if (count % 60'000 == 0) return std::to_string(count / 60'000) + "m";
    if (count % 1'000 == 0) return std::to_string(count / 1'000) + "s";
  }
  return std::to_string(count) + "ms";
}

std::string byte_count_text(std::int64_t value) {
  static constexpr const char* units[] = {"", "KiB", "MiB", "GiB", "TiB"};
  std::size_t unit = 0;
  while (value != 0 && value % 1024 == 0 && unit + 1 < std::size(units)) value /= 1024, ++unit;
  return std::to_string(value) + units[unit];
}

std::string integer_text(Kind kind, const Rules& rules, std::int64_t value) {
  if (kind == Kind::duration) return duration_text(std::chrono::milliseconds(value));
  if (kind == Kind::money) return to_text(Money{value});
  return rules.bytes ? byte_count_text(value) : std::to_string(value);
}

std::string limits_text(Kind kind, const Rules& rules) {
  static constexpr Rules none;
  if (kind == Kind::f64)
    return range_text(rules.min_number != none.min_number, number_text(rules.min_number),
                      rules.max_number != none.max_number, number_text(rules.max_number));
  return range_text(rules.min_integer != none.min_integer, integer_text(kind, rules, rules.min_integer),
                    rules.max_integer != none.max_integer, integer_text(kind, rules, rules.max_integer));
}

std::string count_text(std::uint32_t min, std::uint32_t max, const char* one, const char* many) {
  const bool has_max = max != std::numeric_limits<std::uint32_t>::max();
  std::string text = min == max ? "exactly " + std::to_string(min)
                                : range_text(min > 0, std::to_string(min), has_max, std::to_string(max));
  return text.append(" ").append((has_max ? max : min) == 1 ? one : many);
}

std::string expectation(const TypeInfo& type, const Rules& rules) {
  const auto with_limits = [&](std::string text) {
    const auto limits = limits_text(type.kind, rules);
    return limits.empty() ? text : text + ' ' + limits;
  };
  switch (type.kind) {
    case Kind::boolean:
      return "must be true or false";
    case Kind::i32:
    case Kind::i64:
      return with_limits(rules.bytes ? "must be a whole number of bytes" : "must be a whole number");
    case Kind::f64:
      return with_limits("must be a number");
    case Kind::string:
      return "must be a string";
    case Kind::time:
      return "must be an RFC 3339 time such as 2030-01-31T12:00:00Z";
    case Kind::duration:
      return with_limits("must be a whole number of milliseconds");
    case Kind::money:
      return with_limits("must be a number with at most two decimals");
    case Kind::enumeration:
      return one_of(type);
    case Kind::optional:
      return expectation(*type.element, rules);
    case Kind::list:
      return "must be an array";
    case Kind::object:
      if (type.text_field >= 0) return "must be a string or an object";
      [[fallthrough]];
    case Kind::map:
    case Kind::extra:
      return "must be an object";
  }
  return "must be of another type";
}

void append_member(std::string& path, std::string_view name) {
  if (!path.empty()) path += '.';
  if (name.size() <= max_shown_name) {
    path += name;
    return;
  }
  std::size_t cut = max_shown_name;
  while (cut > 0 && (static_cast<unsigned char>(name[cut]) & 0xC0) == 0x80) --cut;  // not inside a character
  path.append(name.substr(0, cut)).append("...");
}

void append_index(std::string& path, std::size_t index) {
  path.append("[").append(std::to_string(index)).append("]");
}

}  // namespace parley
