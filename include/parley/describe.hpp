// A value type's fields and their rules, declared once.
//
// A type's description stands in a .cpp beside the plain struct, as a table of rows:
//
//   // in the port's header
//   struct Item { std::string sku; std::int32_t quantity = 1; };
//   template <> const TypeInfo& describe<Item>();
//
//   // in one .cpp of that module
//   template <> const TypeInfo& parley::describe<Item>() {
//     static constexpr Row rows[] = {
//         field<&Item::sku>("sku", length(1, 40), doc("Stock keeping unit.")),
//         field<&Item::quantity>("quantity", range(1, 999), may_be_absent()),
//     };
//     static const TypeInfo type = object<Item>("Item", rows);
//     return type;
//   }
//
// From that table a non-template interpreter reads and writes JSON, validates, gives JSON Schema and
// protobuf, reads configuration and query strings. A rule on a field of the wrong type does not compile.
#pragma once

#include <parley/money.hpp>
#include <parley/time.hpp>

#include <chrono>
#include <cstdint>
#include <cstring>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace parley {

// What a client sent beside the known fields, kept as it came: the members of a JSON object without its
// braces, such as `"colour":"red","n":[1,2]`; empty for none. At most one field of a type may be this.
struct ExtraMembers {
  std::string json;
  bool operator==(const ExtraMembers&) const = default;
};

enum class Kind : std::uint8_t {
  boolean,
  i32,
  i64,
  f64,
  string,
  time,         // Timestamp
  duration,     // std::chrono::milliseconds
  money,        // Money
  enumeration,  // enum class : std::int32_t
  optional,     // optional<optional<T>> tells an explicit null from an absent member
  list,         // std::vector
  map,          // std::map<std::string, T>
  extra,        // ExtraMembers
  object,
};

struct Rules {
  std::uint32_t min_length = 0, max_length = std::numeric_limits<std::uint32_t>::max();  // code points
  std::uint32_t min_items = 0, max_items = std::numeric_limits<std::uint32_t>::max();
  std::int64_t min_integer = std::numeric_limits<std::int64_t>::min();  // of money: hundredths
  std::int64_t max_integer = std::numeric_limits<std::int64_t>::max();
  double min_number = -std::numeric_limits<double>::infinity();
  double max_number = std::numeric_limits<double>::infinity();
  const char* pattern = nullptr;       // RE2, matched against the whole value
  const char* pattern_hint = nullptr;  // completes "<field> must be ..."
  const char* alias = nullptr;         // another name accepted on input; a text is kept in `extra` as well
  const char* doc = nullptr;
  const char* example = nullptr;  // JSON text
  const char* header = nullptr;   // the HTTP header field that fills it on REST
  std::uint16_t since = 1;        // first API version that shows the field
  std::uint16_t number = 0;       // protobuf field number; 0: not on the wire
  std::uint16_t structured = 0;   // of an object that may be bare text: the number of its message
  bool required = false;          // must be present on input
  bool never_null = false;        // an optional that may be left out, but not be null
  bool trim = false, lower = false, email = false, bytes = false;
  bool shorthand = false;  // the field that bare text fills
};

struct TypeInfo;

struct Row {
  std::string_view name;
  const TypeInfo& (*type)();
  std::uint32_t (*offset)();
  Rules rules;
};

struct FieldInfo {
  std::string_view name;
  std::string json_key;  // `"name":`
  std::uint32_t offset;
  const TypeInfo* type;
  Rules rules;
  const void* regex = nullptr;  // compiled rules.pattern, owned for the life of the process
};

struct EnumItem {
  std::string_view name;
  std::int32_t value;
};

// Immutable once built, on first use, by whichever thread comes first.
struct TypeInfo {
  Kind kind{};
  std::string_view name = {};  // objects and enumerations
  const char* doc = nullptr;
  std::vector<FieldInfo> fields = {};
  std::vector<EnumItem> items = {};   // enumeration
  const TypeInfo* element = nullptr;  // optional, list, map
  std::uint32_t stride = 0;           // list
  bool binary = false;                // of a string: any bytes, not text
  int extra_field = -1;               // index of the ExtraMembers field
  int text_field = -1;  // index of the string field that a bare JSON string fills, and is written as
  const void* (*get)(const void*) = nullptr;   // optional: the value or null; list: data()
  std::size_t (*size)(const void*) = nullptr;  // list, map
  void* (*emplace)(void*) = nullptr;           // optional: sets; list: appends; gives the new element
  void (*clear)(void*) = nullptr;              // optional, list, map
  void* (*map_slot)(void*, std::string_view) = nullptr;  // inserts or finds
  void (*map_each)(const void*, void* context,
                   void (*visit)(void* context, const std::string& key, const void* value)) = nullptr;
};

// ---- rules -----------------------------------------------------------------------------------------

namespace detail {
template <class T>
struct Bare {
  using type = T;
};
template <class T>
struct Bare<std::optional<T>> : Bare<T> {};
template <class T>
using bare = typename Bare<T>::type;

template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;
template <class T>
inline constexpr bool is_list = false;
template <class T>
inline constexpr bool is_list<std::vector<T>> = true;
template <class T>
inline constexpr bool is_map = false;
template <class T>
inline constexpr bool is_map<std::map<std::string, T>> = true;
template <class T>
inline constexpr bool is_text = std::is_same_v<bare<T>, std::string>;
template <class T>
inline constexpr bool is_integer =
    std::is_same_v<bare<T>, std::int32_t> || std::is_same_v<bare<T>, std::int64_t>;
template <class T>
inline constexpr bool is_container = is_list<bare<T>> || is_map<bare<T>>;
}  // namespace detail

namespace rules {
struct Length {
  std::uint32_t min, max;
  template <class T>
  static constexpr bool fits = detail::is_text<T>;
  constexpr void put(Rules& r) const { r.min_length = min, r.max_length = max; }
};
struct IntegerRange {
  std::int64_t min, max;
  template <class T>
  static constexpr bool fits =
      detail::is_integer<T> || std::is_same_v<detail::bare<T>, std::chrono::milliseconds>;
  constexpr void put(Rules& r) const { r.min_integer = min, r.max_integer = max; }
};
struct MoneyRange {
  Money min, max;
  template <class T>
  static constexpr bool fits = std::is_same_v<detail::bare<T>, Money>;
  constexpr void put(Rules& r) const { r.min_integer = min.hundredths, r.max_integer = max.hundredths; }
};
struct NumberRange {
  double min, max;
  template <class T>
  static constexpr bool fits = std::is_same_v<detail::bare<T>, double>;
  constexpr void put(Rules& r) const { r.min_number = min, r.max_number = max; }
};
struct Items {
  std::uint32_t min, max;
  template <class T>
  static constexpr bool fits = detail::is_container<T>;
  constexpr void put(Rules& r) const { r.min_items = min, r.max_items = max; }
};
struct Pattern {
  const char *expression, *hint;
  template <class T>
  static constexpr bool fits = detail::is_text<T>;
  constexpr void put(Rules& r) const { r.pattern = expression, r.pattern_hint = hint; }
};
template <bool Rules::*Flag>
struct TextFlag {
  template <class T>
  static constexpr bool fits = detail::is_text<T>;
  constexpr void put(Rules& r) const { r.*Flag = true; }
};
struct Bytes {
  template <class T>
  static constexpr bool fits = detail::is_integer<T>;
  constexpr void put(Rules& r) const { r.bytes = true; }
};
template <const char* Rules::*Text>
struct Note {
  const char* text;
  template <class T>
  static constexpr bool fits = true;
  constexpr void put(Rules& r) const { r.*Text = text; }
};
template <std::uint16_t Rules::*Number>
struct Mark {
  std::uint16_t value;
  template <class T>
  static constexpr bool fits = true;
  constexpr void put(Rules& r) const { r.*Number = value; }
};
struct Structured {
  std::uint16_t value;
  template <class T>
  static constexpr bool fits =
      std::is_class_v<detail::bare<T>> && !detail::is_text<T> && !detail::is_container<T>;
  constexpr void put(Rules& r) const { r.structured = value; }
};
struct Required {
  bool value;
  template <class T>
  static constexpr bool fits = true;
  constexpr void put(Rules& r) const { r.required = value; }
};
struct NeverNull {
  template <class T>
  static constexpr bool fits = detail::is_optional<T>;
  constexpr void put(Rules& r) const { r.never_null = true; }
};
}  // namespace rules

consteval rules::Length length(std::uint32_t min, std::uint32_t max) {
  return {min, max};
}
// Inclusive. Of a duration: milliseconds.
consteval rules::IntegerRange range(std::int64_t min, std::int64_t max) {
  return {min, max};
}
consteval rules::MoneyRange money_range(Money min, Money max) {
  return {min, max};
}
consteval rules::NumberRange number_range(double min, double max) {
  return {min, max};
}
consteval rules::Items items(std::uint32_t min, std::uint32_t max) {
  return {min, max};
}
// `hint` completes the sentence "<field> must be ...".
consteval rules::Pattern pattern(const char* expression, const char* hint) {
  return {expression, hint};
}
// Normalisation, applied before the other rules: white space at both ends goes (all that Unicode calls so, as
// in the clients' own trim()); ASCII letters go to lower case.
consteval rules::TextFlag<&Rules::trim> trimmed() {
  return {};
}
consteval rules::TextFlag<&Rules::lower> lower_case() {
  return {};
}
// An address as browsers accept it (HTML living standard, "valid e-mail address"), with a dot in its domain.
// Goes to lower case.
consteval rules::TextFlag<&Rules::email> email() {
  return {};
}
// The object may also be written as bare text, which fills this field (TypeInfo::text_field). Every other
// field must be of a kind that can be left empty: an optional, a string, a list or a map.
consteval rules::TextFlag<&Rules::shorthand> shorthand() {
  return {};
}
// A number of bytes: configuration also accepts "64KiB", "16MiB", "1GiB".
consteval rules::Bytes bytes() {
  return {};
}
consteval rules::Note<&Rules::doc> doc(const char* text) {
  return {text};
}
consteval rules::Note<&Rules::example> example(const char* json) {
  return {json};
}
consteval rules::Note<&Rules::alias> alias(const char* name) {
  return {name};
}
// On REST the field comes from this header field and not from the body; elsewhere it is a member like others.
consteval rules::Note<&Rules::header> from_header(const char* field_name) {
  return {field_name};
}
consteval rules::Mark<&Rules::since> since(std::uint16_t version) {
  return {version};
}
consteval rules::Mark<&Rules::number> number(std::uint16_t protobuf_number) {
  return {protobuf_number};
}
// For an object with a shorthand(): in protobuf its number() is that of a plain string, which every client
// can read and write; what text cannot say is in a message under this second number.
consteval rules::Structured structured(std::uint16_t protobuf_number) {
  return {protobuf_number};
}
// An optional takes null for "left out", unless it is marked so: in a patch, null would mean "clear".
consteval rules::NeverNull never_null() {
  return {};
}
// A field that is not optional must be present on input, unless it is marked so: it then keeps the value
// the struct gives it.
consteval rules::Required may_be_absent() {
  return {false};
}

// ---- rows ------------------------------------------------------------------------------------------

// Specialised by every described struct and enumeration; the standard types are below.
template <class T>
const TypeInfo& describe();

namespace detail {
template <class M>
struct MemberOf;
template <class C, class T>
struct MemberOf<T C::*> {
  using Class = C;
  using Type = T;
};

template <auto Member>
std::uint32_t offset_of() {
  auto member = Member;
  static_assert(sizeof(member) == sizeof(std::ptrdiff_t));
  std::ptrdiff_t offset;  // Itanium C++ ABI 2.3.1: a pointer to data member is its offset
  std::memcpy(&offset, &member, sizeof offset);
  return static_cast<std::uint32_t>(offset);
}

template <class T>
const TypeInfo& type_of();
}  // namespace detail

template <auto Member, class... R>
consteval Row field(std::string_view name, R... rule) {
  using T = typename detail::MemberOf<decltype(Member)>::Type;
  static_assert((R::template fits<T> && ...), "a rule of this field does not apply to a field of its type");
  Rules all;
  all.required = !detail::is_optional<T> && !std::is_same_v<T, ExtraMembers>;
  (rule.put(all), ...);
  return {name, &detail::type_of<T>, &detail::offset_of<Member>, all};
}

// The most fields of one type, so that a set of fields is one word.
inline constexpr std::size_t max_fields = 64;

// Throws std::logic_error for a table that contradicts itself (a name or protobuf number given twice, a
// pattern that does not compile, more than max_fields): a programming error, found by the first test that
// starts the server.
TypeInfo make_object(std::string_view name, std::span<const Row> rows, const char* doc);
TypeInfo make_enumeration(std::string_view name, std::span<const EnumItem> items, const char* doc);

// The text that stands for the whole of the object at `value`: its shorthand field, when that is set and no
// other is. Null otherwise; also when nothing is set at all.
const std::string* text_form(const TypeInfo& type, const void* value);
// Makes the object at `value`, of a type with a shorthand, stand for `text`; what other fields hold is kept.
void set_text_form(const TypeInfo& type, void* value, std::string_view text);

template <class T>
TypeInfo object(std::string_view name, std::span<const Row> rows, const char* doc = nullptr) {
  return make_object(name, rows, doc);
}
template <class E>
TypeInfo enumeration(std::string_view name, std::span<const EnumItem> items, const char* doc = nullptr) {
  static_assert(std::is_enum_v<E> && sizeof(E) == 4);
  return make_enumeration(name, items, doc);
}

// ---- standard types --------------------------------------------------------------------------------

template <>
const TypeInfo& describe<bool>();
template <>
const TypeInfo& describe<std::int32_t>();
template <>
const TypeInfo& describe<std::int64_t>();
template <>
const TypeInfo& describe<double>();
template <>
const TypeInfo& describe<std::string>();
template <>
const TypeInfo& describe<Timestamp>();
template <>
const TypeInfo& describe<std::chrono::milliseconds>();
template <>
const TypeInfo& describe<Money>();
template <>
const TypeInfo& describe<ExtraMembers>();

// A request or an answer without content.
struct Empty {
  bool operator==(const Empty&) const = default;
};
template <>
const TypeInfo& describe<Empty>();

namespace detail {
template <class T>
TypeInfo make_container() {
  TypeInfo type;
  if constexpr (is_optional<T>) {
    type.kind = Kind::optional;
    type.element = &type_of<typename T::value_type>();
    type.get = [](const void* p) -> const void* {
      auto& value = *static_cast<const T*>(p);
      return value ? &*value : nullptr;
    };
    type.emplace = [](void* p) -> void* { return &static_cast<T*>(p)->emplace(); };
    type.clear = [](void* p) { static_cast<T*>(p)->reset(); };
  } else if constexpr (is_list<T>) {
    using E = typename T::value_type;
    type.kind = Kind::list;
    type.element = &type_of<E>();
    type.stride = sizeof(E);
    type.get = [](const void* p) -> const void* { return static_cast<const T*>(p)->data(); };
    type.size = [](const void* p) { return static_cast<const T*>(p)->size(); };
    type.emplace = [](void* p) -> void* { return &static_cast<T*>(p)->emplace_back(); };
    type.clear = [](void* p) { static_cast<T*>(p)->clear(); };
  } else {
    type.kind = Kind::map;
    type.element = &type_of<typename T::mapped_type>();
    type.size = [](const void* p) { return static_cast<const T*>(p)->size(); };
    type.clear = [](void* p) { static_cast<T*>(p)->clear(); };
    type.map_slot = [](void* p, std::string_view key) -> void* {
      return &(*static_cast<T*>(p))[std::string(key)];
    };
    type.map_each = [](const void* p, void* context, void (*visit)(void*, const std::string&, const void*)) {
      for (auto& [key, value] : *static_cast<const T*>(p)) visit(context, key, &value);
    };
  }
  return type;
}

template <class T>
const TypeInfo& type_of() {
  if constexpr (is_optional<T> || is_list<T> || is_map<T>) {
    static const TypeInfo type = make_container<T>();
    return type;
  } else {
    return describe<T>();
  }
}
}  // namespace detail

}  // namespace parley
