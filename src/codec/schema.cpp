#include <parley/codec/schema.hpp>

#include <nlohmann/json.hpp>

#include <cmath>
#include <map>
#include <stdexcept>

namespace parley::codec {
namespace {

using Json = nlohmann::ordered_json;  // members in the order of the declaration

constexpr Rules no_rules;

// JSON Schema searches; our patterns match the whole value.
std::string anchored(std::string_view pattern) {
  if (pattern.starts_with('^') && pattern.ends_with('$') && !pattern.ends_with("\\$") &&
      pattern.find('|') == pattern.npos)
    return std::string(pattern);
  return "^(?:" + std::string(pattern) + ")$";
}

template <class T>
void put_unless(Json& schema, const char* keyword, T value, T unlimited) {
  if (value != unlimited) schema[keyword] = value;
}

Json amount(std::int64_t hundredths) {
  return Json::parse(to_text(Money{hundredths}));
}

void put_rules(Json& schema, Kind kind, const Rules& rules) {
  switch (kind) {
    case Kind::string:
      put_unless(schema, "minLength", rules.min_length, no_rules.min_length);
      put_unless(schema, "maxLength", rules.max_length, no_rules.max_length);
      if (rules.email) schema["format"] = "email";
      if (rules.pattern) schema["pattern"] = anchored(rules.pattern);
      break;
    case Kind::i32:
    case Kind::i64:
    case Kind::duration:
      put_unless(schema, "minimum", rules.min_integer, no_rules.min_integer);
      put_unless(schema, "maximum", rules.max_integer, no_rules.max_integer);
      break;
    case Kind::money:
      if (rules.min_integer != no_rules.min_integer) schema["minimum"] = amount(rules.min_integer);
      if (rules.max_integer != no_rules.max_integer) schema["maximum"] = amount(rules.max_integer);
      break;
    case Kind::f64:
      put_unless(schema, "minimum", rules.min_number, no_rules.min_number);
      put_unless(schema, "maximum", rules.max_number, no_rules.max_number);
      break;
    case Kind::list:
      put_unless(schema, "minItems", rules.min_items, no_rules.min_items);
      put_unless(schema, "maxItems", rules.max_items, no_rules.max_items);
      break;
    case Kind::map:
      put_unless(schema, "minProperties", rules.min_items, no_rules.min_items);
      put_unless(schema, "maxProperties", rules.max_items, no_rules.max_items);
      if (rules.pattern) schema["propertyNames"] = Json{{"pattern", anchored(rules.pattern)}};
      break;
    default:
      break;
  }
}

Json nullable(Json schema) {
  if (auto type = schema.find("type");
      type != schema.end() && type->is_string() && !schema.contains("enum")) {
    *type = Json::array({*type, "null"});
    return schema;
  }
  return Json{{"anyOf", Json::array({std::move(schema), Json{{"type", "null"}}})}};
}

}  // namespace

struct SchemaSet::Impl {
  JsonStyle style;
  std::string prefix;
  Json definitions = Json::object();
  std::map<std::string_view, const TypeInfo*> reached = {};

  // May not be left out by an optional: in an array, or inside another optional.
  Json element(const TypeInfo& type, const Rules& rules) {
    return type.kind == Kind::optional ? nullable(value(*type.element, rules)) : value(type, rules);
  }

  // Of a map, the lengths are those of its values (describe_map.hpp).
  Json map_value(const TypeInfo& type, const Rules& rules) {
    Rules lengths;
    lengths.min_length = rules.min_length;
    lengths.max_length = rules.max_length;
    return element(type, lengths);
  }

  Json value(const TypeInfo& type, const Rules& rules) {
    Json schema = bare(type, rules);
    put_rules(schema, type.kind, rules);
    return schema;
  }

  Json bare(const TypeInfo& type, const Rules& rules) {
    switch (type.kind) {
      case Kind::boolean:
        return {{"type", "boolean"}};
      case Kind::i32:
        return {{"type", "integer"}, {"format", "int32"}};
      case Kind::i64:
        return {{"type", "integer"}, {"format", "int64"}};
      case Kind::duration:
        return {{"type", "integer"}, {"format", "int64"}, {"x-unit", "ms"}};
      case Kind::money:
        // Not `multipleOf`: 0.01 is no binary fraction, and 19.99 no multiple of it to those that divide in
        // binary.
        return {{"type", "number"}, {"x-decimals", 2}};
      case Kind::f64:
        return {{"type", "number"}, {"format", "double"}};
      case Kind::string:
        return {{"type", "string"}};
      case Kind::time:
        if (style.unix_time) return {{"type", "integer"}, {"format", "int64"}, {"x-unit", "s"}};
        return {{"type", "string"}, {"format", "date-time"}};
      case Kind::optional:
        return element(*type.element, rules);
      case Kind::list:
        return {{"type", "array"}, {"items", element(*type.element, no_rules)}};
      case Kind::map:
        return {{"type", "object"}, {"additionalProperties", map_value(*type.element, rules)}};
      case Kind::extra:
        return {{"type", "object"}};
      case Kind::enumeration:
      case Kind::object:
        return reference(type);
    }
    throw std::logic_error("a described type is of no kind");
  }

  Json reference(const TypeInfo& type) {
    const auto [at, is_new] = reached.emplace(type.name, &type);
    if (!is_new && at->second != &type)
      throw std::logic_error("two described types have the name " + std::string(type.name));
    if (is_new) {
      const std::string name(type.name);
      definitions[name] = nullptr;  // keeps the place in front of the types it refers to
      Json made = type.kind == Kind::object ? object(type) : enumeration(type);
      definitions[name] = std::move(made);
    }
    return {{"$ref", prefix + std::string(type.name)}};
  }

  static Json enumeration(const TypeInfo& type) {
    Json schema{{"type", "string"}};
    if (type.doc) schema["description"] = type.doc;
    Json names = Json::array();
    for (const auto& item : type.items) names.push_back(item.name);
    schema["enum"] = std::move(names);
    return schema;
  }

  Json object(const TypeInfo& type) {
    if (type.text_field < 0) return members(type, type.doc);
    Json schema = Json::object();
    if (type.doc) schema["description"] = type.doc;
    schema["oneOf"] =
        Json::array({field(type.fields[static_cast<std::size_t>(type.text_field)]), members(type, nullptr)});
    return schema;
  }

  Json members(const TypeInfo& type, const char* doc) {
    Json schema{{"type", "object"}};
    if (doc) schema["description"] = doc;
    Json properties = Json::object(), required = Json::array();
    for (const auto& member : type.fields) {
      if (member.type->kind == Kind::extra || member.rules.since > style.version) continue;
      properties[std::string(member.name)] = field(member);
      if (member.rules.required) required.push_back(member.name);
    }
    schema["properties"] = std::move(properties);
    if (!required.empty()) schema["required"] = std::move(required);
    if (type.extra_field >= 0) schema["additionalProperties"] = true;
    return schema;
  }

  Json field(const FieldInfo& field) {
    Json schema = value(*field.type, field.rules);
    if (field.rules.doc) schema["description"] = field.rules.doc;
    if (field.rules.example) {
      Json example = Json::parse(field.rules.example, nullptr, false);
      if (example.is_discarded())
        throw std::logic_error("the example of the field " + std::string(field.name) + " is no JSON");
      schema["examples"] = Json::array({std::move(example)});
    }
    if (field.rules.since > 1) schema["x-since"] = field.rules.since;
    return schema;
  }
};

SchemaSet::SchemaSet(JsonStyle style, std::string reference_prefix)
    : impl_(std::make_unique<Impl>(Impl{style, std::move(reference_prefix)})) {}
SchemaSet::~SchemaSet() = default;

std::string SchemaSet::of(const TypeInfo& type) {
  return impl_->element(type, no_rules).dump();
}
std::string SchemaSet::of(const FieldInfo& field) {
  return impl_->field(field).dump();
}
std::string SchemaSet::definitions() const {
  return impl_->definitions.dump();
}

}  // namespace parley::codec
