#include "catch.hpp"
#include "sample.hpp"

#include <parley/codec/schema.hpp>

#include <nlohmann/json.hpp>

#include <stdexcept>

using namespace parley;
using namespace parley::test;
using codec::JsonStyle;
using codec::SchemaSet;
using Json = nlohmann::json;

namespace {

Json definitions(const SchemaSet& set) {
  return Json::parse(set.definitions());
}

struct Clash {
  std::string text;
};

}  // namespace

TEST_CASE("named types are referred to and collected", "[schema]") {
  SchemaSet set;
  CHECK(definitions(set) == Json::object());
  CHECK(Json::parse(set.of(describe<User>())) == Json::parse(R"({"$ref":"#/components/schemas/User"})"));
  const auto all = definitions(set);
  CHECK(all.size() == 3);
  CHECK(all.contains("User"));
  CHECK(all.contains("Item"));
  CHECK(all["Status"] == Json::parse(R"({"type":"string","description":"Whether the user may sign in.",
                                         "enum":["ACTIVE","SUSPENDED"]})"));
  CHECK(set.of(describe<User>()) == R"({"$ref":"#/components/schemas/User"})");
  CHECK(definitions(set).size() == 3);
  // In the order of declaration, so that people can read it.
  CHECK(set.definitions().starts_with(
      R"({"User":{"type":"object","description":"A person.","properties":{"id":)"));
}

TEST_CASE("an object's schema has its fields with their rules", "[schema]") {
  SchemaSet set({}, "#/$defs/");
  set.of(describe<User>());
  CHECK(definitions(set)["Item"] == Json::parse(R"({
    "type": "object", "description": "What is ordered.",
    "properties": {
      "sku": {"type": "string", "minLength": 1, "maxLength": 40},
      "quantity": {"type": "integer", "format": "int32", "minimum": 1, "maximum": 999},
      "note": {"type": "string", "maxLength": 20}},
    "required": ["sku", "quantity"]})"));

  const auto user = definitions(set)["User"];
  CHECK(user["required"] == Json::parse(R"(["id","name","email"])"));
  const auto& fields = user["properties"];
  CHECK(fields["id"]["description"] == "Chosen by the server.");
  CHECK(fields["name"] ==
        Json::parse(R"({"type":"string","minLength":2,"maxLength":50,"examples":["Alice"]})"));
  CHECK(fields["email"] ==
        Json::parse(R"({"type":"string","minLength":3,"maxLength":254,"format":"email"})"));
  CHECK(fields["phone"] == Json::parse(R"({"type":"string","pattern":"^\\+?[1-9]\\d{1,14}$","x-since":2})"));
  CHECK(fields["active"] == Json::parse(R"({"type":"boolean"})"));
  CHECK(fields["created_at"] == Json::parse(R"({"type":"string","format":"date-time"})"));
  CHECK(fields["items"] == Json::parse(R"({"type":"array","items":{"$ref":"#/$defs/Item"},"maxItems":3})"));
  CHECK(fields["status"] == Json::parse(R"({"$ref":"#/$defs/Status","description":"Of the account."})"));
  CHECK(fields["data"] ==
        Json::parse(R"({"type":"object","additionalProperties":{"type":"string"},"maxProperties":50})"));
  CHECK(fields["login_count"] ==
        Json::parse(R"({"type":"integer","format":"int64","minimum":0,"maximum":1000})"));
  CHECK(fields["score"] ==
        Json::parse(R"({"type":"number","format":"double","minimum":0.0,"maximum":100.0})"));
  CHECK(fields["age"] ==
        Json::parse(R"({"type":["integer","null"],"format":"int32","minimum":0,"maximum":120})"));
  CHECK(fields["wait"] ==
        Json::parse(R"({"type":"integer","format":"int64","x-unit":"ms","minimum":0,"maximum":60000})"));
  CHECK(fields["marks"] ==
        Json::parse(R"({"type":"array","items":{"type":["integer","null"],"format":"int32"}})"));
  CHECK(fields["grid"] ==
        Json::parse(
            R"({"type":"array","items":{"type":"array","items":{"type":"integer","format":"int64"}}})"));
  CHECK(fields["gift"] == Json::parse(R"({"$ref":"#/$defs/Item"})"));
}

TEST_CASE("extra members and versions", "[schema]") {
  SchemaSet set;
  set.of(describe<Note>());
  const auto note = definitions(set)["Note"];
  CHECK(note["additionalProperties"] == true);
  CHECK_FALSE(note["properties"].contains("extra"));
  CHECK_FALSE(note.contains("required"));

  JsonStyle style;
  style.version = 1;
  style.unix_time = true;
  SchemaSet first(style);
  first.of(describe<Account>());
  CHECK(definitions(first)["Account"] ==
        Json::parse(R"({"type":"object","required":["id"],"properties":{"id":{"type":"string"},
                        "since":{"type":"integer","format":"int64","x-unit":"s"}}})"));
  style.version = 4;
  SchemaSet fourth(style);
  fourth.of(describe<Account>());
  CHECK(definitions(fourth)["Account"]["required"] == Json::parse(R"(["id","tenant"])"));
}

TEST_CASE("values without a name stand where they are used", "[schema]") {
  SchemaSet set;
  CHECK(set.of(describe<bool>()) == R"({"type":"boolean"})");
  CHECK(set.of(describe<Empty>()) == R"({"$ref":"#/components/schemas/Empty"})");
  CHECK(definitions(set)["Empty"] == Json::parse(R"({"type":"object","properties":{}})"));
  CHECK(Json::parse(set.of(detail::type_of<std::vector<std::optional<Item>>>())) ==
        Json::parse(
            R"({"type":"array","items":{"anyOf":[{"$ref":"#/components/schemas/Item"},{"type":"null"}]}})"));
  CHECK(Json::parse(set.of(describe<User>().fields[1])) ==
        Json::parse(R"({"type":"string","minLength":2,"maxLength":50,"examples":["Alice"]})"));
}

TEST_CASE("patterns are anchored", "[schema]") {
  const auto pattern_of = [](const char* expression) {
    Rules rules;
    rules.pattern = expression;
    const FieldInfo field{"f", "\"f\":", 0, &describe<std::string>(), rules};
    return Json::parse(SchemaSet().of(field))["pattern"].get<std::string>();
  };
  CHECK(pattern_of("[a-z]+") == "^(?:[a-z]+)$");
  CHECK(pattern_of("^[a-z]+$") == "^[a-z]+$");
  CHECK(pattern_of("^a|b$") == "^(?:^a|b$)$");
  CHECK(pattern_of("^a\\$") == "^(?:^a\\$)$");
}

TEST_CASE("mistakes in the tables are found", "[schema]") {
  static constexpr Row rows[] = {field<&Clash::text>("text", example("{not json"))};
  const auto clash = object<Clash>("Item", rows);
  SchemaSet set;
  CHECK_THROWS_AS(set.of(clash), std::logic_error);
  SchemaSet other;
  other.of(describe<Item>());
  CHECK_THROWS_AS(other.of(clash), std::logic_error);
}
