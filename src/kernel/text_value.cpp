// A field's value from plain text: query strings, environment variables, configuration.
#include "rule_text.hpp"

#include <parley/utf8.hpp>
#include <parley/validate.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>
#include <utility>

namespace parley {
namespace {

struct Unit {
  std::string_view name;
  std::int64_t factor;
};
constexpr Unit time_units[] = {{"ms", 1}, {"s", 1'000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}};
constexpr Unit size_units[] = {{"", 1},
                               {"B", 1},
                               {"KiB", std::int64_t{1} << 10},
                               {"MiB", std::int64_t{1} << 20},
                               {"GiB", std::int64_t{1} << 30},
                               {"TiB", std::int64_t{1} << 40}};

template <class T>
bool parse_number(std::string_view text, T& value) {
  const auto end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, value);
  return error == std::errc() && at == end;
}

// Decimal digits and one of `units`: "64KiB". Nothing for anything else and what 64 bits do not hold.
std::optional<std::int64_t> parse_with_unit(std::string_view text, std::span<const Unit> units) {
  const auto digits = std::min(text.find_first_not_of("0123456789"), text.size());
  std::int64_t count;
  if (!parse_number(text.substr(0, digits), count)) return std::nullopt;
  for (const auto& unit : units)
    if (unit.name == text.substr(digits)) {
      std::int64_t value;
      if (__builtin_mul_overflow(count, unit.factor, &value)) return std::nullopt;
      return value;
    }
  return std::nullopt;
}

bool parse_integer(std::string_view text, const Rules& rules, std::int64_t& value) {
  if (!rules.bytes || text.starts_with('-')) return parse_number(text, value);
  const auto size = parse_with_unit(text, size_units);
  if (size) value = *size;
  return size.has_value();
}

bool parse_double(std::string_view text, double& value) {
  // from_chars also takes "inf" and "nan".
  const auto digit = text.find_first_of("0123456789");
  return digit != std::string_view::npos && digit <= 2 && parse_number(text, value) && std::isfinite(value);
}

template <class T>
bool store(void* value, const T& parsed) {
  if (value) std::memcpy(value, &parsed, sizeof parsed);  // an enumeration is no std::int32_t to the compiler
  return true;
}

// Whether `text` fits; writes `value`, which may be null, only then.
bool put_scalar(const TypeInfo& type, const Rules& rules, void* value, std::string_view text) {
  switch (type.kind) {
    case Kind::boolean:
      return (text == "true" || text == "false") && store(value, text == "true");
    case Kind::i32: {
      std::int64_t parsed;
      return parse_integer(text, rules, parsed) && std::in_range<std::int32_t>(parsed) &&
             store(value, static_cast<std::int32_t>(parsed));
    }
    case Kind::i64: {
      std::int64_t parsed;
      return parse_integer(text, rules, parsed) && store(value, parsed);
    }
    case Kind::f64: {
      double parsed;
      return parse_double(text, parsed) && store(value, parsed);
    }
    case Kind::string:
      if (!is_utf8(text)) return false;
      if (value) static_cast<std::string*>(value)->assign(text);
      return true;
    case Kind::time: {
      const auto parsed = parse_rfc3339(text);
      return parsed && store(value, *parsed);
    }
    case Kind::duration: {
      const auto parsed = text == "0" ? std::optional<std::int64_t>(0) : parse_with_unit(text, time_units);
      return parsed && store(value, std::chrono::milliseconds(*parsed));
    }
    case Kind::money: {
      const auto parsed = parse_money(text);
      return parsed && store(value, *parsed);
    }
    case Kind::enumeration:
      for (const auto& item : type.items)
        if (item.name == text) return store(value, item.value);
      return false;
    case Kind::object:
      if (type.text_field < 0 || !is_utf8(text)) return false;
      if (value) set_text_form(type, value, text);
      return true;
    default:
      return false;
  }
}

std::string scalar_problem(const TypeInfo& type, const Rules& rules) {
  switch (type.kind) {
    case Kind::i32:
    case Kind::i64:
      if (rules.bytes) return "must be a number of bytes such as 65536, 64KiB or 16MiB";
      if (limits_text(type.kind, rules).empty()) {
        Rules limits;
        if (type.kind == Kind::i32) {
          limits.min_integer = std::numeric_limits<std::int32_t>::min();
          limits.max_integer = std::numeric_limits<std::int32_t>::max();
        }
        return expectation(type, limits);
      }
      return expectation(type, rules);
    case Kind::string:
      return "must be well-formed UTF-8";
    case Kind::duration:
      return "must be a duration such as 1500ms, 54s or 10m";
    case Kind::object:
      if (type.text_field >= 0) return "must be well-formed UTF-8";
      [[fallthrough]];
    case Kind::list:
    case Kind::map:
      return "cannot be given as plain text";
    default:
      return expectation(type, rules);
  }
}

bool is_container(const TypeInfo& type) {
  return type.kind == Kind::list || type.kind == Kind::map ||
         (type.kind == Kind::object && type.text_field < 0);
}

}  // namespace

bool set_from_text(const TypeInfo& type, void* value, std::string_view name, std::string_view text,
                   std::vector<FieldProblem>& problems) {
  for (const auto& field : type.fields) {
    if (field.type->kind == Kind::extra) continue;
    if (field.name != name && (!field.rules.alias || field.rules.alias != name)) continue;

    // The path from the field to its scalar: optionals, one list, optionals.
    const TypeInfo* scalar = field.type;
    while (scalar->kind == Kind::optional) scalar = scalar->element;
    const bool listed = scalar->kind == Kind::list;
    if (listed) scalar = scalar->element;
    while (scalar->kind == Kind::optional) scalar = scalar->element;

    // Names are free of commas, so that a list of them may stand in one text: types=INFO,ERROR.
    if (const auto comma = text.find(',');
        comma != text.npos && listed && scalar->kind == Kind::enumeration) {
      set_from_text(type, value, name, text.substr(0, comma), problems);
      return set_from_text(type, value, name, text.substr(comma + 1), problems);
    }

    const auto add = [&](std::string problem) {
      if (problems.size() < max_problems) problems.push_back({std::string(field.name), std::move(problem)});
    };
    if (is_container(*scalar) || !put_scalar(*scalar, field.rules, nullptr, text)) {
      add(scalar_problem(*scalar, field.rules));
      return true;
    }

    // Only now, so that a text that does not fit leaves no empty element behind.
    void* at = static_cast<char*>(value) + field.offset;
    for (const TypeInfo* step = field.type; step != scalar; step = step->element) {
      const bool set = step->kind == Kind::optional && step->element->kind == Kind::list && step->get(at);
      if (step->kind == Kind::list && step->size(at) >= field.rules.max_items) {
        add("must have " + count_text(field.rules.min_items, field.rules.max_items, "entry", "entries") +
            ", has more");
        return true;
      }
      // A list that is there already gets one more element.
      at = set ? const_cast<void*>(step->get(at)) : step->emplace(at);
    }
    put_scalar(*scalar, field.rules, at, text);
    return true;
  }
  return false;
}

}  // namespace parley
