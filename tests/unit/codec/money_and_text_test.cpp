// Exact amounts and objects in their text form, through reader, writer and schema.
#include "catch.hpp"
#include "sample.hpp"

#include <parley/codec/json.hpp>
#include <parley/codec/schema.hpp>

#include <nlohmann/json.hpp>

using namespace parley;
using namespace parley::test;
using codec::from_json;
using codec::to_json;
using Json = nlohmann::json;

namespace {

Result<Parcel> parcel(std::string_view price, std::string_view to = R"("Home")") {
  return from_json<Parcel>("{\"price\":" + std::string(price) + ",\"to\":" + std::string(to) + '}');
}
std::int64_t price(std::string_view text) {
  const auto read = parcel(text);
  if (!read) FAIL(read.error().message);
  return read->price.hundredths;
}
template <class T>
std::string problems(const Result<T>& read) {
  if (read) return {};
  std::string lines;
  for (const auto& [field, problem] : read.error().fields) lines.append(field + ' ' + problem + '\n');
  return lines;
}

}  // namespace

TEST_CASE("money is taken from the digits of a JSON number", "[json][money]") {
  CHECK(price("19.99") == 1999);
  CHECK(price("0.1") == 10);
  CHECK(price("5") == 500);
  CHECK(price("5.0") == 500);
  CHECK(price("1e2") == 10'000);
  CHECK(price("2.5000") == 250);
  CHECK(price("1000000") == 100'000'000);
  CHECK(price("1000000.00") == 100'000'000);
  CHECK(price("-0") == 0);
  CHECK(price("100000000000000000000000000000e-24") == 10'000'000);
  // No double has this amount: the nearest ones are a hundredth and more away.
  const auto exact = from_json<Parcel>(R"({"price":0,"to":"H","anything":92233720368547758.07})");
  REQUIRE(exact);
  CHECK(exact->anything.hundredths == std::numeric_limits<std::int64_t>::max());
  CHECK(from_json<Parcel>(R"({"price":0,"to":"H","anything":9007199254740993})")->anything.hundredths ==
        900719925474099300);
}

TEST_CASE("what is no exact amount within the limits is a problem that says so", "[json][money]") {
  const std::string wrong = "price must be a number with at most two decimals between 0.00 and 1000000.00\n";
  for (const char* text : {"0.001", "19.999", "1e-3", "1e30", "99999999999999999999", "18446744073709551615",
                           "\"19.99\"", "true", "[1]", "{}"}) {
    CAPTURE(text);
    CHECK(problems(parcel(text)) == wrong);
  }
  CHECK(problems(parcel("null")) == "price must not be null\n");
  CHECK(problems(parcel("1000000.01")) == "price must be between 0.00 and 1000000.00, is 1000000.01\n");
  CHECK(problems(parcel("-0.01")) == "price must be between 0.00 and 1000000.00, is -0.01\n");
  CHECK(problems(from_json<Parcel>(R"({"price":1,"to":"H","anything":92233720368547758.08})")) ==
        "anything must be a number with at most two decimals between -92233720368547758.08 and "
        "92233720368547758.07\n");
}

TEST_CASE("money is written with two decimals", "[json][money]") {
  Parcel value{Money{5997}, Money{-5}, Money{std::numeric_limits<std::int64_t>::min()}, {}, {}};
  value.to.text = "Home";
  CHECK(to_json(value) ==
        R"({"price":59.97,"fee":-0.05,"anything":-92233720368547758.08,"to":"Home","others":[]})");
  CHECK(from_json<Parcel>(to_json(value)).value() == value);
  value.price = Money{6000};
  CHECK(to_json(value).starts_with(R"({"price":60.00,)"));
}

TEST_CASE("an object with a shorthand is read from text or from an object", "[json][shorthand]") {
  const auto text = parcel("1", R"("  1 Main St  ")");
  REQUIRE(text);
  CHECK(text->to == Address{"1 Main St", "", std::nullopt});

  const auto object = parcel("1", R"({"street":"1 Main St","city":"New York"})");
  REQUIRE(object);
  CHECK(object->to == Address{std::nullopt, "1 Main St", "New York"});

  CHECK(problems(parcel("1", R"({"city":"New York"})")) == "to.street is required\n");
  CHECK(problems(parcel("1", R"({"text":"Home"})")) == "to.street is required\n");
  CHECK(problems(parcel("1", R"({"street":""})")) == "to.street must not be empty\n");
  // Of the text form the object itself is at fault, and nothing else is asked for.
  CHECK(problems(parcel("1", R"("")")) == "to must not be empty\n");
  CHECK(problems(parcel("1", R"("a text of many characters")")) ==
        "to must have between 1 and 20 characters, has 25\n");
  for (const char* wrong : {"5", "1.5", "true", "[]"})
    CHECK(problems(parcel("1", wrong)) == "to must be a string or an object\n");
  CHECK(problems(from_json<Parcel>(R"({"price":1,"to":"H","others":["A",{"street":"B"},"",{}]})")) ==
        "others[3].street is required\nothers[2] must not be empty\n");
  CHECK(from_json<Address>(R"("Home")").value() == Address{"Home", "", std::nullopt});
}

TEST_CASE("an object is written as text when that is all it has", "[json][shorthand]") {
  CHECK(to_json(Address{"Ho\"me", "", std::nullopt}) == R"("Ho\"me")");
  CHECK(to_json(Address{std::nullopt, "1 Main St", "New York"}) ==
        R"({"street":"1 Main St","city":"New York"})");
  CHECK(to_json(Address{"Home", "1 Main St", std::nullopt}) == R"({"text":"Home","street":"1 Main St"})");
  for (const auto& address : {Address{"Home", "", std::nullopt}, Address{"Home", "1 Main St", "New York"},
                              Address{std::nullopt, "1 Main St", std::nullopt}})
    CHECK(from_json<Address>(to_json(address)).value() == address);
}

TEST_CASE("members that come from elsewhere are unknown to the text", "[json][read]") {
  codec::ReadOptions options;
  options.hidden = 1 << 1;
  std::vector<FieldProblem> found;
  std::uint64_t present = 0;
  Parcel value;
  const auto text = R"({"price":1,"fee":"x","to":{"street":"a","city":"b"}})";
  REQUIRE(codec::read_json_fields(text, describe<Parcel>(), &value, found, present, options));
  CHECK(found.empty());
  CHECK_FALSE(value.fee);
  CHECK(value.to.city == "b");  // only of the outermost type
  CHECK(present == 0b1001);
}

TEST_CASE("schemas of money and of a shorthand", "[schema]") {
  codec::SchemaSet set({}, "#/$defs/");
  set.of(describe<Parcel>());
  const auto all = Json::parse(set.definitions());
  const auto& fields = all["Parcel"]["properties"];
  CHECK(fields["price"] ==
        Json::parse(R"({"type":"number","x-decimals":2,"minimum":0.0,"maximum":1000000.0})"));
  CHECK(fields["fee"] == Json::parse(R"({"type":"number","x-decimals":2,"minimum":-0.5,"maximum":0.5})"));
  CHECK(fields["anything"] == Json::parse(R"({"type":"number","x-decimals":2})"));
  CHECK(fields["to"] == Json::parse(R"({"$ref":"#/$defs/Address"})"));
  CHECK(all["Address"] == Json::parse(R"({"description":"Where to.","oneOf":[
    {"type":"string","minLength":1,"maxLength":20},
    {"type":"object","properties":{
      "text":{"type":"string","minLength":1,"maxLength":20},
      "street":{"type":"string","minLength":1,"maxLength":40},
      "city":{"type":"string","minLength":1,"maxLength":40}},"required":["street"]}]})"));
}
