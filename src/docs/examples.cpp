#include "examples.hpp"

#include <algorithm>
#include <stdexcept>

namespace parley::docs {
namespace {

constexpr Rules no_rules;
constexpr std::string_view sample_time = "2025-01-31T12:00:00Z";
constexpr std::int64_t sample_unix_time = 1'738'324'800;  // the same

Json value(const TypeInfo& type, const Rules& rules, const codec::JsonStyle& style) {
  switch (type.kind) {
    case Kind::boolean:
      return true;
    case Kind::i32:
    case Kind::i64:
    case Kind::duration:
      return std::clamp<std::int64_t>(1, rules.min_integer, rules.max_integer);
    case Kind::f64:
      return std::clamp<double>(1, rules.min_number, rules.max_number);
    case Kind::money:
      return static_cast<double>(std::clamp<std::int64_t>(1999, rules.min_integer, rules.max_integer)) / 100;
    case Kind::string:
      return rules.email ? std::string("jane.roe@example.com") : std::string(rules.min_length, 'x');
    case Kind::time:
      return style.unix_time ? Json(sample_unix_time) : Json(sample_time);
    case Kind::enumeration:
      return type.items.front().name;
    case Kind::optional:
      return value(*type.element, rules, style);
    case Kind::list:
      return Json::array({value(*type.element, no_rules, style)});
    case Kind::map:
    case Kind::extra:
      return Json::object();
    case Kind::object:
      return example_of(type, style);
  }
  throw std::logic_error("a described type is of no kind");
}

bool is_time(const TypeInfo& type) {
  return type.kind == Kind::time || (type.kind == Kind::optional && is_time(*type.element));
}

}  // namespace

Json parse(std::string_view text, std::string_view what) {
  Json json = Json::parse(text, nullptr, false);
  if (json.is_discarded()) throw std::logic_error(std::string(what) + ": the example or schema is no JSON");
  return json;
}

bool shown(const FieldInfo& field, const View& view) {
  return field.type->kind != Kind::extra && field.rules.since <= view.style.version;
}

Json example_of(const FieldInfo& field, const codec::JsonStyle& style) {
  // An example of a time is written in RFC 3339, whatever the version shows.
  if (field.rules.example && !(style.unix_time && is_time(*field.type)))
    return parse(field.rules.example, field.name);
  return value(*field.type, field.rules, style);
}

Json example_of(const TypeInfo& type, const codec::JsonStyle& style) {
  if (type.kind != Kind::object) return value(type, no_rules, style);
  Json object = Json::object();
  for (const auto& field : type.fields) {
    if (!shown(field, {.style = style})) continue;
    const bool structured = field.type->kind == Kind::optional && field.type->element->kind == Kind::object;
    if (field.rules.example || field.rules.required || field.type->kind != Kind::optional || structured)
      object[std::string(field.name)] = example_of(field, style);
  }
  return object;
}

}  // namespace parley::docs
