#include "pattern.hpp"

#include <parley/describe.hpp>

#include <algorithm>
#include <stdexcept>

namespace parley {
namespace {

[[noreturn]] void refuse(std::string_view type, std::string_view field, const std::string& why) {
  std::string where(type);
  if (!field.empty()) where.append(".").append(field);
  throw std::logic_error("the description of " + where + " " + why);
}

// Names are written to JSON as they stand, so they need no escaping.
bool is_plain(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(),
                                      [](char c) { return c > ' ' && c < 0x7F && c != '"' && c != '\\'; });
}

void check_limits(std::string_view type, std::string_view name, const Rules& rules) {
  if (rules.min_length > rules.max_length || rules.min_items > rules.max_items ||
      rules.min_integer > rules.max_integer || !(rules.min_number <= rules.max_number))
    refuse(type, name, "has a lower limit above the upper one");
}

// Whether a name or alias of `earlier` is one of `row`.
bool share_name(const Row& earlier, const Row& row) {
  const auto same = [](std::string_view a, const char* b) { return b && a == b; };
  return earlier.name == row.name || same(row.name, earlier.rules.alias) ||
         same(earlier.name, row.rules.alias) ||
         (earlier.rules.alias && same(earlier.rules.alias, row.rules.alias));
}

bool share_number(const Rules& earlier, const Rules& rules) {
  for (const auto number : {rules.number, rules.structured})
    if (number != 0 && (number == earlier.number || number == earlier.structured)) return true;
  return false;
}

void check_structured(std::string_view name, const Row& row) {
  if (row.rules.structured == 0) return;
  const TypeInfo* type = &row.type();
  if (type->kind == Kind::optional) type = type->element;
  if (type->text_field < 0 || row.rules.number == 0 || row.rules.number == row.rules.structured)
    refuse(name, row.name, "has a second protobuf number, but no text to be under the first one");
}

// Whether a field of this type can say that it is not there.
bool may_be_empty(Kind kind) {
  return kind == Kind::optional || kind == Kind::string || kind == Kind::list || kind == Kind::map ||
         kind == Kind::extra;
}

bool is_empty(const TypeInfo& type, const void* value) {
  switch (type.kind) {
    case Kind::optional:
      return type.get(value) == nullptr;
    case Kind::string:
      return static_cast<const std::string*>(value)->empty();
    case Kind::list:
    case Kind::map:
      return type.size(value) == 0;
    case Kind::extra:
      return static_cast<const ExtraMembers*>(value)->json.empty();
    default:
      return false;
  }
}

void check_shorthand(const TypeInfo& type) {
  if (type.text_field < 0) return;
  for (const FieldInfo& field : type.fields)
    if (!may_be_empty(field.type->kind))
      refuse(type.name, field.name, "cannot be left empty, beside a field that stands for the whole");
}

template <Kind kind>
const TypeInfo& standard() {
  static const TypeInfo type = [] {
    TypeInfo made;
    made.kind = kind;
    return made;
  }();
  return type;
}

}  // namespace

TypeInfo make_object(std::string_view name, std::span<const Row> rows, const char* doc) {
  if (!is_plain(name)) throw std::logic_error("a described type has no name, or one that JSON would escape");
  if (rows.size() > max_fields) refuse(name, {}, "has more than " + std::to_string(max_fields) + " fields");

  TypeInfo type;
  type.kind = Kind::object;
  type.name = name;
  type.doc = doc;
  type.fields.reserve(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const Row& row = rows[i];
    if (!is_plain(row.name) || (row.rules.alias && !is_plain(row.rules.alias)))
      refuse(name, row.name, "has a name that is empty or that JSON would escape");
    check_limits(name, row.name, row.rules);
    for (const Row& earlier : rows.first(i)) {
      if (share_name(earlier, row)) refuse(name, row.name, "has a name that is given twice");
      if (share_number(earlier.rules, row.rules))
        refuse(name, row.name, "has a protobuf number that is given twice");
    }
    check_structured(name, row);

    FieldInfo field{row.name, '"' + std::string(row.name) + "\":", row.offset(), &row.type(), row.rules};
    if (row.rules.pattern)
      field.regex = compile_pattern(row.rules.pattern, std::string(name) + '.' + std::string(row.name));
    if (field.type->kind == Kind::extra) {
      if (type.extra_field >= 0) refuse(name, row.name, "is a second field for extra members");
      type.extra_field = static_cast<int>(i);
    }
    if (row.rules.shorthand) {
      if (type.text_field >= 0) refuse(name, row.name, "is a second field for bare text");
      type.text_field = static_cast<int>(i);
    }
    type.fields.push_back(std::move(field));
  }
  check_shorthand(type);
  return type;
}

const std::string* text_form(const TypeInfo& type, const void* value) {
  if (type.text_field < 0) return nullptr;
  const auto* base = static_cast<const char*>(value);
  for (const FieldInfo& field : type.fields) {
    const bool is_text = &field == &type.fields[static_cast<std::size_t>(type.text_field)];
    if (is_text == is_empty(*field.type, base + field.offset)) return nullptr;
  }
  const FieldInfo& field = type.fields[static_cast<std::size_t>(type.text_field)];
  const void* text = base + field.offset;
  for (const TypeInfo* step = field.type; step->kind == Kind::optional; step = step->element) {
    text = step->get(text);
    if (!text) return nullptr;  // the outer of two optionals: an explicit null
  }
  return static_cast<const std::string*>(text);
}

void set_text_form(const TypeInfo& type, void* value, std::string_view text) {
  const FieldInfo& field = type.fields[static_cast<std::size_t>(type.text_field)];
  void* at = static_cast<char*>(value) + field.offset;
  for (const TypeInfo* step = field.type; step->kind == Kind::optional; step = step->element)
    at = step->emplace(at);
  static_cast<std::string*>(at)->assign(text);
}

TypeInfo make_enumeration(std::string_view name, std::span<const EnumItem> items, const char* doc) {
  if (!is_plain(name)) throw std::logic_error("a described enumeration has no name");
  if (items.empty()) refuse(name, {}, "has no items");
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (!is_plain(items[i].name)) refuse(name, items[i].name, "has a name that JSON would escape");
    for (const EnumItem& earlier : items.first(i))
      if (earlier.name == items[i].name || earlier.value == items[i].value)
        refuse(name, items[i].name, "has a name or a value that is given twice");
  }
  TypeInfo type;
  type.kind = Kind::enumeration;
  type.name = name;
  type.doc = doc;
  type.items.assign(items.begin(), items.end());
  return type;
}

template <>
const TypeInfo& describe<bool>() {
  return standard<Kind::boolean>();
}
template <>
const TypeInfo& describe<std::int32_t>() {
  return standard<Kind::i32>();
}
template <>
const TypeInfo& describe<std::int64_t>() {
  return standard<Kind::i64>();
}
template <>
const TypeInfo& describe<double>() {
  return standard<Kind::f64>();
}
template <>
const TypeInfo& describe<std::string>() {
  return standard<Kind::string>();
}
template <>
const TypeInfo& describe<Timestamp>() {
  return standard<Kind::time>();
}
template <>
const TypeInfo& describe<std::chrono::milliseconds>() {
  return standard<Kind::duration>();
}
template <>
const TypeInfo& describe<Money>() {
  return standard<Kind::money>();
}
template <>
const TypeInfo& describe<ExtraMembers>() {
  return standard<Kind::extra>();
}
template <>
const TypeInfo& describe<Empty>() {
  static const TypeInfo type = make_object("Empty", {}, nullptr);
  return type;
}

}  // namespace parley
