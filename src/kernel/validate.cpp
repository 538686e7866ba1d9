#include "pattern.hpp"
#include "rule_text.hpp"
#include "text_rules.hpp"

#include <parley/place.hpp>
#include <parley/utf8.hpp>
#include <parley/validate.hpp>

#include <algorithm>
#include <cmath>
#include <cstring>

namespace parley {
namespace {

constexpr Rules no_rules;
// No value of these kinds can break a rule that is not set.
bool holds_anything(Kind kind) {
  return kind == Kind::boolean || kind == Kind::time || kind == Kind::extra;
}

class Walk {
 public:
  explicit Walk(std::vector<FieldProblem>& problems) : problems_(problems), known_(problems.size()) {}

  void visit(const TypeInfo& type, const Rules& rules, const FieldInfo* field, void* value,
             const Place& place) {
    if (holds_anything(type.kind) || problems_.size() >= max_problems || is_known(place)) return;
    switch (type.kind) {
      case Kind::i32:
        return integer(type.kind, rules, *static_cast<const std::int32_t*>(value), place);
      case Kind::i64:
        return integer(type.kind, rules, *static_cast<const std::int64_t*>(value), place);
      case Kind::duration:
        return integer(type.kind, rules, static_cast<const std::chrono::milliseconds*>(value)->count(),
                       place);
      case Kind::money:
        return integer(type.kind, rules, static_cast<const Money*>(value)->hundredths, place);
      case Kind::f64:
        return number(rules, *static_cast<const double*>(value), place);
      case Kind::string:
        if (type.binary) return;
        return text(rules, field ? field->regex : nullptr, *static_cast<std::string*>(value), place);
      case Kind::enumeration:
        return enumeration(type, value, place);
      case Kind::optional:
        // get() gives const for the writer's sake; the optional itself is ours to change.
        if (const void* inner = type.get(value))
          visit(*type.element, rules, field, const_cast<void*>(inner), place);
        return;
      case Kind::list:
        return list(type, rules, value, place);
      case Kind::map:
        return map(type, rules, field, value, place);
      case Kind::object:
        return object(type, value, place);
      case Kind::boolean:
      case Kind::time:
      case Kind::extra:
        return;
    }
  }

 private:
  void add(const Place& place, std::string problem) {
    if (problems_.size() < max_problems) problems_.push_back({place.path(), std::move(problem)});
  }

  // Whether the reader has already complained about this very place.
  bool is_known(const Place& place) const {
    if (known_ == 0) return false;
    const auto path = place.path();
    return std::any_of(problems_.begin(), problems_.begin() + static_cast<std::ptrdiff_t>(known_),
                       [&](const FieldProblem& known) { return known.field == path; });
  }

  void integer(Kind kind, const Rules& rules, std::int64_t value, const Place& place) {
    if (value >= rules.min_integer && value <= rules.max_integer) return;
    add(place, "must be " + limits_text(kind, rules) + ", is " + integer_text(kind, rules, value));
  }

  void number(const Rules& rules, double value, const Place& place) {
    if (!std::isfinite(value)) return add(place, "must be a finite number");
    if (value >= rules.min_number && value <= rules.max_number) return;
    add(place, "must be " + limits_text(Kind::f64, rules) + ", is " + number_text(value));
  }

  void text(const Rules& rules, const void* regex, std::string& value, const Place& place) {
    if (rules.trim) trim_in_place(value);
    if (rules.lower || rules.email) lower_in_place(value);
    const auto length = code_points(value);
    if (!length) return add(place, "must be well-formed UTF-8");
    if (*length < rules.min_length || *length > rules.max_length) {
      if (*length == 0 && rules.min_length == 1) return add(place, "must not be empty");
      return add(place, "must have " +
                            count_text(rules.min_length, rules.max_length, "character", "characters") +
                            ", has " + std::to_string(*length));
    }
    if (rules.email && !is_email(value)) return add(place, "must be an e-mail address");
    if (regex && !matches(regex, value))
      add(place, rules.pattern_hint ? std::string("must be ") + rules.pattern_hint
                                    : std::string("must match ") + rules.pattern);
  }

  void enumeration(const TypeInfo& type, const void* enumerator, const Place& place) {
    std::int32_t value;  // an enumeration is no std::int32_t to the compiler
    std::memcpy(&value, enumerator, sizeof value);
    for (const auto& item : type.items)
      if (item.value == value) return;
    add(place, expectation(type));
  }

  void items(const Rules& rules, std::size_t count, const Place& place) {
    if (count >= rules.min_items && count <= rules.max_items) return;
    if (count == 0 && rules.min_items == 1) return add(place, "must not be empty");
    add(place, "must have " + count_text(rules.min_items, rules.max_items, "entry", "entries") + ", has " +
                   std::to_string(count));
  }

  void list(const TypeInfo& type, const Rules& rules, void* value, const Place& place) {
    const auto count = type.size(value);
    items(rules, count, place);
    if (holds_anything(type.element->kind)) return;
    auto* element = static_cast<char*>(const_cast<void*>(type.get(value)));
    for (std::size_t i = 0; i < count && problems_.size() < max_problems; ++i, element += type.stride)
      visit(*type.element, no_rules, nullptr, element, Place{&place, {}, i});
  }

  // Of a map, the pattern is the keys' and the lengths are those of its values (describe_map.hpp).
  void map(const TypeInfo& type, const Rules& rules, const FieldInfo* field, void* value,
           const Place& place) {
    items(rules, type.size(value), place);
    struct Context {
      Walk* walk;
      const TypeInfo* element;
      const Rules* rules;
      const void* regex;  // of the keys
      const Place* place;
      Rules entry_rules;
    } context{this, type.element, &rules, field ? field->regex : nullptr, &place, {}};
    if (type.element->kind == Kind::string) {
      context.entry_rules.min_length = rules.min_length;
      context.entry_rules.max_length = rules.max_length;
    }
    type.map_each(value, &context, [](void* opaque, const std::string& key, const void* entry) {
      auto& [walk, element, map_rules, regex, at, entry_rules] = *static_cast<Context*>(opaque);
      if (!is_utf8(key)) return walk->add(*at, "must have names in well-formed UTF-8");
      const Place member{at, key};
      if (regex && !matches(regex, key))
        return walk->add(member,
                         std::string("must have a name of ") +
                             (map_rules->pattern_hint ? map_rules->pattern_hint : map_rules->pattern));
      walk->visit(*element, entry_rules, nullptr, const_cast<void*>(entry), member);
    });
  }

  void object(const TypeInfo& type, void* value, const Place& place) {
    if (text_form(type, value)) {
      // The text stands for the whole: a problem with it is one of the object, and the rest is not asked for.
      const auto& field = type.fields[static_cast<std::size_t>(type.text_field)];
      return visit(*field.type, field.rules, &field, static_cast<char*>(value) + field.offset, place);
    }
    for (const auto& field : type.fields)
      visit(*field.type, field.rules, &field, static_cast<char*>(value) + field.offset,
            Place{&place, field.name});
  }

  std::vector<FieldProblem>& problems_;
  const std::size_t known_;  // the first ones, found before this walk
};

}  // namespace

void conform(const TypeInfo& type, void* value, std::vector<FieldProblem>& problems, std::string_view path) {
  Walk(problems).visit(type, no_rules, nullptr, value, Place{nullptr, path});
}

}  // namespace parley
