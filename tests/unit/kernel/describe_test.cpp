#include "catch.hpp"
#include "described_sample.hpp"

#include <stdexcept>

using namespace parley;
using test::Colour, test::Line, test::Order;

namespace {

struct Two {
  std::string a, b;
  ExtraMembers x, y;
};

TypeInfo two(std::span<const Row> rows) {
  return make_object("Two", rows, nullptr);
}

}  // namespace

TEST_CASE("a described type lists its fields with their rules", "[describe]") {
  const auto& type = describe<Line>();
  CHECK(&type == &describe<Line>());
  CHECK(type.kind == Kind::object);
  CHECK(type.name == "Line");
  CHECK(std::string(type.doc) == "A line of an order.");
  CHECK(type.extra_field == -1);
  REQUIRE(type.fields.size() == 2);

  const auto& sku = type.fields[0];
  CHECK(sku.name == "sku");
  CHECK(sku.json_key == "\"sku\":");
  CHECK(sku.type == &describe<std::string>());
  CHECK(sku.rules.min_length == 1);
  CHECK(sku.rules.max_length == 40);
  CHECK(sku.rules.required);
  CHECK(sku.rules.number == 1);
  CHECK(sku.regex == nullptr);

  const auto& quantity = type.fields[1];
  CHECK_FALSE(quantity.rules.required);
  CHECK(quantity.rules.min_integer == 1);
  CHECK(quantity.rules.max_integer == 999);

  Line line{"abc", 7};
  const auto* at = reinterpret_cast<const char*>(&line);
  CHECK(*reinterpret_cast<const std::string*>(at + sku.offset) == "abc");
  CHECK(*reinterpret_cast<const std::int32_t*>(at + quantity.offset) == 7);
}

TEST_CASE("optional fields and extra members need not be present; patterns are compiled", "[describe]") {
  const auto& type = describe<Order>();
  const auto find = [&](std::string_view name) -> const FieldInfo& {
    for (const auto& field : type.fields)
      if (field.name == name) return field;
    throw std::out_of_range(std::string(name));
  };
  CHECK(find("name").rules.required);
  CHECK_FALSE(find("phone").rules.required);
  CHECK_FALSE(find("age").rules.required);
  CHECK_FALSE(find("extra").rules.required);
  CHECK(find("phone").regex != nullptr);
  CHECK(find("name").regex == nullptr);
  CHECK(type.fields[static_cast<std::size_t>(type.extra_field)].name == "extra");
}

TEST_CASE("containers are reached through their thunks", "[describe]") {
  const auto& list = detail::type_of<std::vector<Line>>();
  CHECK(list.kind == Kind::list);
  CHECK(list.element == &describe<Line>());
  CHECK(list.stride == sizeof(Line));
  std::vector<Line> lines;
  static_cast<Line*>(list.emplace(&lines))->sku = "x";
  static_cast<Line*>(list.emplace(&lines))->sku = "y";
  CHECK(list.size(&lines) == 2);
  CHECK(static_cast<const Line*>(list.get(&lines))[1].sku == "y");
  list.clear(&lines);
  CHECK(lines.empty());

  const auto& optional = detail::type_of<std::optional<std::int32_t>>();
  CHECK(optional.kind == Kind::optional);
  std::optional<std::int32_t> value;
  CHECK(optional.get(&value) == nullptr);
  *static_cast<std::int32_t*>(optional.emplace(&value)) = 5;
  CHECK(value == 5);
  CHECK(optional.get(&value) == &*value);
  optional.clear(&value);
  CHECK_FALSE(value);

  const auto& map = detail::type_of<std::map<std::string, std::int64_t>>();
  CHECK(map.kind == Kind::map);
  std::map<std::string, std::int64_t> table;
  *static_cast<std::int64_t*>(map.map_slot(&table, "b")) = 2;
  *static_cast<std::int64_t*>(map.map_slot(&table, "a")) = 1;
  *static_cast<std::int64_t*>(map.map_slot(&table, "b")) += 1;
  std::string seen;
  map.map_each(&table, &seen, [](void* context, const std::string& key, const void* entry) {
    static_cast<std::string*>(context)->append(key +
                                               std::to_string(*static_cast<const std::int64_t*>(entry)));
  });
  CHECK(seen == "a1b3");
}

TEST_CASE("standard types and enumerations have their kinds", "[describe]") {
  CHECK(describe<bool>().kind == Kind::boolean);
  CHECK(describe<std::int32_t>().kind == Kind::i32);
  CHECK(describe<std::int64_t>().kind == Kind::i64);
  CHECK(describe<double>().kind == Kind::f64);
  CHECK(describe<std::string>().kind == Kind::string);
  CHECK(describe<Timestamp>().kind == Kind::time);
  CHECK(describe<std::chrono::milliseconds>().kind == Kind::duration);
  CHECK(describe<ExtraMembers>().kind == Kind::extra);
  CHECK(describe<Empty>().kind == Kind::object);
  CHECK(describe<Empty>().fields.empty());
  CHECK(describe<Colour>().kind == Kind::enumeration);
  CHECK(describe<Colour>().items.size() == 2);
}

TEST_CASE("a table that contradicts itself is refused", "[describe]") {
  SECTION("a name twice") {
    static constexpr Row rows[] = {field<&Two::a>("a"), field<&Two::b>("a")};
    CHECK_THROWS_AS(two(rows), std::logic_error);
  }
  SECTION("an alias that is another field's name, in either order") {
    static constexpr Row rows[] = {field<&Two::a>("a"), field<&Two::b>("b", alias("a"))};
    CHECK_THROWS_AS(two(rows), std::logic_error);
    static constexpr Row turned[] = {field<&Two::a>("a", alias("b")), field<&Two::b>("b")};
    CHECK_THROWS_AS(two(turned), std::logic_error);
    static constexpr Row both[] = {field<&Two::a>("a", alias("c")), field<&Two::b>("b", alias("c"))};
    CHECK_THROWS_AS(two(both), std::logic_error);
  }
  SECTION("a protobuf number twice") {
    static constexpr Row rows[] = {field<&Two::a>("a", number(1)), field<&Two::b>("b", number(1))};
    CHECK_THROWS_AS(two(rows), std::logic_error);
  }
  SECTION("a pattern that does not compile") {
    static constexpr Row rows[] = {field<&Two::a>("a", pattern("(", "nothing"))};
    CHECK_THROWS_AS(two(rows), std::logic_error);
    try {
      two(rows);
    } catch (const std::logic_error& error) {
      CHECK(std::string(error.what()).find("Two.a") != std::string::npos);
    }
  }
  SECTION("limits the wrong way round") {
    static constexpr Row rows[] = {field<&Two::a>("a", length(3, 2))};
    CHECK_THROWS_AS(two(rows), std::logic_error);
  }
  SECTION("two fields for extra members") {
    static constexpr Row rows[] = {field<&Two::x>("x"), field<&Two::y>("y")};
    CHECK_THROWS_AS(two(rows), std::logic_error);
  }
  SECTION("names that JSON would have to escape") {
    static constexpr Row rows[] = {field<&Two::a>("a\"b")};
    CHECK_THROWS_AS(two(rows), std::logic_error);
    static constexpr Row none[] = {field<&Two::a>("")};
    CHECK_THROWS_AS(two(none), std::logic_error);
    CHECK_THROWS_AS(make_object("", {}, nullptr), std::logic_error);
  }
  SECTION("more fields than a word has bits") {
    static std::vector<std::string> names;
    names.clear();
    for (int i = 0; i < 65; ++i) names.push_back("f" + std::to_string(i));
    std::vector<Row> rows;
    for (const auto& name : names) {
      rows.push_back(field<&Two::a>("a"));
      rows.back().name = name;
    }
    CHECK_THROWS_AS(two(rows), std::logic_error);
    rows.pop_back();
    CHECK(two(rows).fields.size() == 64);
  }
  SECTION("the same rows without fault pass") {
    static constexpr Row rows[] = {field<&Two::a>("a", number(1), length(2, 2), alias("c")),
                                   field<&Two::b>("b", number(2)), field<&Two::x>("x")};
    CHECK(two(rows).extra_field == 2);
  }
  SECTION("enumerations") {
    static constexpr EnumItem names[] = {{"a", 1}, {"a", 2}};
    static constexpr EnumItem values[] = {{"a", 1}, {"b", 1}};
    CHECK_THROWS_AS(make_enumeration("E", names, nullptr), std::logic_error);
    CHECK_THROWS_AS(make_enumeration("E", values, nullptr), std::logic_error);
    CHECK_THROWS_AS(make_enumeration("E", {}, nullptr), std::logic_error);
    CHECK_THROWS_AS(make_enumeration("", values, nullptr), std::logic_error);
  }
}
