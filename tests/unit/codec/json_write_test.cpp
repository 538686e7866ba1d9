#include "catch.hpp"
#include "sample.hpp"

#include <parley/codec/json.hpp>

#include <nlohmann/json.hpp>

#include <cmath>

using namespace parley;
using namespace parley::test;
using codec::JsonStyle;
using codec::to_json;

namespace {

std::string in_json(std::string_view text) {
  std::string out = "[";  // appended to
  codec::append_json_string(text, out);
  return out.substr(1);
}

std::string written(double value) {
  Scalars scalars;
  scalars.f64 = value;
  const auto json = to_json(scalars);
  const auto from = json.find("\"f64\":") + 6;
  return json.substr(from, json.find(',', from) - from);
}

Timestamp at(std::int64_t seconds, std::int64_t micros = 0) {
  return Timestamp(std::chrono::seconds(seconds) + std::chrono::microseconds(micros));
}

}  // namespace

TEST_CASE("a value is written in the order of its declaration", "[json][write]") {
  User user;
  user.id = "7";
  user.name = "J\u00f6rg \"x\"";
  user.email = "j@b.example";
  user.created_at = at(1'700'000'000, 120'000);
  user.items = {Item{"A-1", 2, "fragile"}, Item{"B", 1, {}}};
  user.status = Status::suspended;
  user.data = {{"b", "2"}, {"a", "1\n"}};
  user.login_count = -3;
  user.score = 0.1;
  user.wait = std::chrono::milliseconds(1500);
  user.marks = {1, std::nullopt};
  user.grid = {{1, 2}, {}};
  user.gift = Item{"G", 9, {}};
  CHECK(to_json(user) ==
        R"({"id":"7","name":"J)"
        "\u00f6"
        R"(rg \"x\"","email":"j@b.example","active":true,"created_at":"2023-11-14T22:13:20.120Z",)"
        R"("items":[{"sku":"A-1","quantity":2,"note":"fragile"},{"sku":"B","quantity":1}],)"
        R"("status":"SUSPENDED","data":{"a":"1\n","b":"2"},"login_count":-3,"score":0.1,"wait":1500,)"
        R"("marks":[1,null],"grid":[[1,2],[]],"gift":{"sku":"G","quantity":9}})");
}

TEST_CASE("writing appends", "[json][write]") {
  std::string out = "data: ";
  const Empty empty;
  codec::write_json(describe<Empty>(), &empty, out);
  CHECK(out == "data: {}");
  const std::vector<std::string> list{"a", ""};
  codec::write_json(detail::type_of<std::vector<std::string>>(), &list, out);
  CHECK(out == "data: {}[\"a\",\"\"]");
}

TEST_CASE("an explicit null is not an absent member", "[json][write]") {
  Scalars scalars;
  CHECK(to_json(scalars).find("twice") == std::string::npos);
  scalars.twice.emplace();
  CHECK(to_json(scalars).find(R"("twice":null)") != std::string::npos);
  scalars.twice.emplace("x");
  CHECK(to_json(scalars).find(R"("twice":"x")") != std::string::npos);
}

TEST_CASE("numbers are short and read back the same", "[json][write]") {
  CHECK(written(0) == "0");
  CHECK(written(8) == "8");
  CHECK(written(-8) == "-8");
  CHECK(written(100'000) == "100000");
  CHECK(written(0.1) == "0.1");
  CHECK(written(-2.5) == "-2.5");
  CHECK(written(-0.0) == "-0.0");
  CHECK(written(9007199254740991) == "9007199254740991");
  CHECK(written(1e22) == "1e+22");
  CHECK(written(5e-324) == "5e-324");
  CHECK(written(1.7976931348623157e308) == "1.7976931348623157e+308");
  CHECK(written(std::nan("")) == "null");
  CHECK(written(HUGE_VAL) == "null");
  CHECK(written(-HUGE_VAL) == "null");

  std::uint64_t state = 1;
  for (int i = 0; i < 20'000; ++i) {
    state = state * 6364136223846793005u + 1442695040888963407u;  // every bit pattern may come
    double value;
    std::memcpy(&value, &state, sizeof value);
    if (!std::isfinite(value)) continue;
    const auto text = written(value);
    if (std::strtod(text.c_str(), nullptr) != value) FAIL(text);
  }

  Scalars scalars;
  scalars.i32 = std::numeric_limits<std::int32_t>::min();
  scalars.i64 = std::numeric_limits<std::int64_t>::min();
  const auto json = to_json(scalars);
  CHECK(json.find(R"("i32":-2147483648,"i64":-9223372036854775808,)") != std::string::npos);
}

TEST_CASE("an enumeration value without a name is null", "[json][write]") {
  Scalars scalars;
  scalars.status = static_cast<Status>(99);
  CHECK(to_json(scalars).find(R"("status":null)") != std::string::npos);
}

TEST_CASE("strings are escaped as little as RFC 8259 allows", "[json][write]") {
  CHECK(in_json("") == R"("")");
  CHECK(in_json(std::string_view()) == R"("")");
  CHECK(in_json("plain") == R"("plain")");
  CHECK(in_json("a\"b\\c/d") == R"("a\"b\\c/d")");
  CHECK(in_json("\b\f\n\r\t") == R"("\b\f\n\r\t")");
  CHECK(in_json(std::string_view("\0\x01\x1f\x7f", 4)) == "\"\\u0000\\u0001\\u001f\x7f\"");
  CHECK(in_json("\u00e9\u20ac\U0001F600\u2028") == "\"\u00e9\u20ac\U0001F600\u2028\"");

  // Each special character at each place of texts of many lengths.
  for (std::size_t size = 1; size <= 40; ++size)
    for (std::size_t at = 0; at < size; ++at)
      for (const std::string special : {"\"", "\\", "\n", "\x01", "\xff", "\u00e9"}) {
        std::string text(size, 'x');
        text.replace(at, 1, special);
        const std::string expected =
            nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
        if (in_json(text) != expected) FAIL(at << ' ' << expected);
      }
}

TEST_CASE("ill-formed bytes become U+FFFD", "[json][write]") {
  CHECK(in_json("\xff") == "\"\uFFFD\"");
  CHECK(in_json("a\xe2\x82") == "\"a\uFFFD\"");
  CHECK(in_json("\xe2\x82z") == "\"\uFFFDz\"");
  CHECK(in_json("\xc0\xaf") == "\"\uFFFD\uFFFD\"");
  CHECK(in_json("\xed\xa0\x80") == "\"\uFFFD\uFFFD\uFFFD\"");
  CHECK(in_json("\xf0\x9f\x98\"") == "\"\uFFFD\\\"\"");
}

TEST_CASE("long texts are written whole", "[json][write]") {
  for (const std::size_t size : {1000, 1022, 1023, 1024, 1025, 5000, 1'000'000}) {
    const std::string plain(size, 'x'), odd(size, '\n'), bad(size, '\xff');
    CHECK(in_json(plain).size() == size + 2);
    CHECK(in_json(plain) == '"' + plain + '"');
    CHECK(in_json(odd).size() == 2 * size + 2);
    CHECK(in_json(bad).size() == 3 * size + 2);
    CHECK(nlohmann::json::parse(in_json(odd)) == odd);
  }
  // Values on both sides of each boundary of the block that is written through.
  for (std::size_t pad = 900; pad < 1100; ++pad) {
    User user;
    user.name = std::string(pad, 'n');
    user.data["k"] = "\u20ac\n";
    if (!nlohmann::json::accept(to_json(user))) FAIL(pad);
  }
}

TEST_CASE("times are RFC 3339 or whole Unix seconds", "[json][write]") {
  Scalars scalars;
  scalars.time = at(1'700'000'000, 999'999);
  CHECK(to_json(scalars).find(R"("time":"2023-11-14T22:13:20.999999Z")") != std::string::npos);
  JsonStyle style;
  style.unix_time = true;
  CHECK(to_json(scalars, style).find(R"("time":1700000000,)") != std::string::npos);
  scalars.time = at(-1, 500'000);
  CHECK(to_json(scalars, style).find(R"("time":-1,)") != std::string::npos);
}

TEST_CASE("fields of later versions are hidden", "[json][write]") {
  const Account account{"1", "+49", "acme", at(0)};
  const auto shown = [&](std::uint16_t version) {
    JsonStyle style;
    style.version = version;
    return to_json(account, style);
  };
  CHECK(shown(1) == R"({"id":"1","since":"1970-01-01T00:00:00Z"})");
  CHECK(shown(2) == R"({"id":"1","phone":"+49","since":"1970-01-01T00:00:00Z"})");
  CHECK(shown(3) == shown(2));
  CHECK(shown(4) == R"({"id":"1","phone":"+49","tenant":"acme","since":"1970-01-01T00:00:00Z"})");
  CHECK(to_json(account) == shown(4));
}

TEST_CASE("extra members are written as they are, at their place", "[json][write]") {
  Note note{"1", "hi", {R"("colour":"red","n":[1,{"a":",}"}]))"}, 7};
  note.extra.json.pop_back();
  CHECK(to_json(note) == R"({"id":"1","content":"hi","colour":"red","n":[1,{"a":",}"}],"seq":7})");
  note.extra.json.clear();
  CHECK(to_json(note) == R"({"id":"1","content":"hi","seq":7})");
}

TEST_CASE("extra members do not repeat the name of a declared field", "[json][write]") {
  Note note{"1", "hi", {R"("seq":99,"a\"b":1,"id":{"id":[",",2]},"x":"id","content":null)"}, 7};
  CHECK(to_json(note) == R"({"id":"1","content":"hi","a\"b":1,"x":"id","seq":7})");
  note.extra.json = R"("seq":99)";
  CHECK(to_json(note) == R"({"id":"1","content":"hi","seq":7})");
  note.extra.json = R"("extra":5)";  // the field's own name is none of the JSON
  CHECK(to_json(note) == R"({"id":"1","content":"hi","extra":5,"seq":7})");
}

TEST_CASE("broken extra members do no harm", "[json][write]") {
  for (const char* junk : {"\"", "\"a", "\\", "a\"", "]]],", ",,,", "\"a\\", "\"a\":\"b\\\"", "{", "\"\""}) {
    Note note;
    note.extra.json = junk;
    CHECK(to_json(note).front() == '{');
  }
}

TEST_CASE("problem+json", "[json][problem]") {
  Error error{Code::not_found, "There is no user \"7\".", {}};
  CHECK(codec::problem_json(error, "") ==
        R"({"type":"about:blank","title":"Not found","status":404,"detail":"There is no user \"7\".",)"
        R"("code":"not_found"})");

  CHECK(nlohmann::json::parse(codec::problem_json(error, "", "", 410))["status"] == 410);

  error = invalid_argument({{"name", "is required"}, {"items[0].quantity", "must be at least 1, is 0"}});
  const auto json =
      nlohmann::json::parse(codec::problem_json(error, "0af7651916cd43dd8448eb211c80319c", "/x"));
  CHECK(json["status"] == 400);
  CHECK(json["detail"] == error.message);
  CHECK(json["instance"] == "/x");
  CHECK(json["code"] == "invalid_argument");
  CHECK(json["trace_id"] == "0af7651916cd43dd8448eb211c80319c");
  CHECK(json["errors"] == nlohmann::json::parse(R"([{"field":"name","message":"is required"},
                                  {"field":"items[0].quantity","message":"must be at least 1, is 0"}])"));
}
