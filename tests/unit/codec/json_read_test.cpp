#include "catch.hpp"
#include "sample.hpp"

#include <parley/codec/json.hpp>

#include <cmath>

using namespace parley;
using namespace parley::test;
using codec::from_json;
using codec::ReadOptions;
using codec::to_json;

namespace {

// The problems as lines "field problem"; empty when the text was read.
template <class T>
std::string problems(std::string_view text, const ReadOptions& options = {}) {
  const auto value = from_json<T>(text, options);
  if (value) return {};
  CHECK(value.error().code == Code::invalid_argument);
  CHECK(value.error().fields.size() <= max_problems);
  std::string lines;
  for (const auto& [field, problem] : value.error().fields) lines.append(field + ' ' + problem + '\n');
  return lines;
}
std::string scalar(std::string_view name, std::string_view json) {
  return problems<Scalars>("{\"" + std::string(name) + "\":" + std::string(json) + '}');
}
Scalars read(std::string_view name, std::string_view json) {
  auto value = from_json<Scalars>("{\"" + std::string(name) + "\":" + std::string(json) + '}');
  if (!value) FAIL(value.error().message);
  return *value;
}
std::string extra_of(std::string_view json) {
  auto note = from_json<Note>(json);
  if (!note) FAIL(note.error().message);
  return note->extra.json;
}

constexpr const char* minimal = R"({"id":"1","name":"Bob","email":"b@c.example")";
std::string user_with(const std::string& members) {
  return minimal + (',' + members) + '}';
}

}  // namespace

TEST_CASE("what was written reads back the same", "[json][read]") {
  User user;
  user.id = "7";
  user.name = "J\u00f6rg \"x\" \U0001F600";
  user.email = "j@b.example";
  user.phone = "+4915112345";
  user.active = false;
  user.created_at = Timestamp(std::chrono::microseconds(1'700'000'000'123'456));
  user.items = {Item{"A-1", 2, "fragile\n"}, Item{"B", 999, {}}};
  user.status = Status::suspended;
  user.data = {{"", "1"}, {"a\"b", "\\"}};
  user.login_count = 1000;
  user.score = 99.99;
  user.age.emplace();
  user.wait = std::chrono::milliseconds(60'000);
  user.marks = {1, std::nullopt, -1};
  user.grid = {{}, {1, std::numeric_limits<std::int64_t>::max()}, {}};
  user.gift = Item{"G", 1, {}};
  const auto read_back = from_json<User>(to_json(user));
  REQUIRE(read_back);
  CHECK(*read_back == user);

  user.age = 40;
  user.phone.reset();
  user.gift.reset();
  CHECK(from_json<User>(to_json(user)).value() == user);
}

TEST_CASE("members may come in any order, with white space and unknown ones among them", "[json][read]") {
  const auto user = from_json<User>(
      " \t\r\n{ \"email\" : \"B@C.example\" , \"x\" : { \"id\" : [ 1 , { } ] } , \"name\" : \" Bob \" , "
      "\"id\" : \"1\" } \n");
  REQUIRE(user);
  CHECK(user->id == "1");
  CHECK(user->name == "Bob");
  CHECK(user->email == "b@c.example");
  CHECK(user->active);

  ReadOptions strict;
  strict.ignore_unknown = false;
  CHECK(problems<User>(user_with(R"("x":{"y":1},"gift":{"sku":"a","quantity":1,"z":[]})"), strict) ==
        "x is not a known field\ngift.z is not a known field\n");
}

TEST_CASE("required members", "[json][read]") {
  CHECK(problems<User>("{}") == "id is required\nname is required\nemail is required\n");
  CHECK(problems<User>(user_with(R"("items":[{"sku":"a"},{}],"gift":{})")) ==
        "items[0].quantity is required\n"
        "items[1].sku is required\n"
        "items[1].quantity is required\n"
        "gift.sku is required\n"
        "gift.quantity is required\n");
}

TEST_CASE("rules are applied to what was read, with their paths", "[json][read]") {
  CHECK(problems<User>(user_with(R"("items":[{"sku":"a","quantity":1000}],"age":121,"login_count":-1)")) ==
        "items[0].quantity must be between 1 and 999, is 1000\n"
        "login_count must be between 0 and 1000, is -1\n"
        "age must be between 0 and 120, is 121\n");
  const auto user = from_json<User>(user_with(R"("items":[{"sku":"a","quantity":1000}],"age":121)"));
  CHECK(user.error().message == "items[0].quantity must be between 1 and 999, is 1000 (and 1 more problem)");
}

TEST_CASE("a value of another kind is told what it must be", "[json][read]") {
  CHECK(scalar("boolean", "1") == "boolean must be true or false\n");
  CHECK(scalar("boolean", R"("true")") == "boolean must be true or false\n");
  CHECK(scalar("i32", R"("1")") == "i32 must be a whole number\n");
  CHECK(scalar("i32", "true") == "i32 must be a whole number\n");
  CHECK(scalar("i32", "[1]") == "i32 must be a whole number\n");
  CHECK(scalar("limited", "{}") == "limited must be a whole number between 1 and 9\n");
  CHECK(scalar("f64", R"("1")") == "f64 must be a number\n");
  CHECK(scalar("string", "1") == "string must be a string\n");
  CHECK(scalar("string", "18446744073709551615") == "string must be a string\n");
  CHECK(scalar("string", "1.5") == "string must be a string\n");
  CHECK(scalar("string", "{}") == "string must be a string\n");
  CHECK(scalar("time", "1700000000") == "time must be an RFC 3339 time such as 2030-01-31T12:00:00Z\n");
  CHECK(scalar("time", R"("2030-02-30T00:00:00Z")") ==
        "time must be an RFC 3339 time such as 2030-01-31T12:00:00Z\n");
  CHECK(scalar("duration", R"("5s")") == "duration must be a whole number of milliseconds\n");
  CHECK(scalar("status", R"("active")") == "status must be one of ACTIVE, SUSPENDED\n");
  CHECK(scalar("status", "1") == "status must be one of ACTIVE, SUSPENDED\n");
  CHECK(scalar("list", "{}") == "list must be an array\n");
  CHECK(scalar("list", "1") == "list must be an array\n");
  CHECK(scalar("list", R"([1,"2",[3],null,5])") ==
        "list[1] must be a whole number\nlist[2] must be a whole number\nlist[3] must not be null\n");
  CHECK(scalar("map", "[]") == "map must be an object\n");
  CHECK(scalar("map", R"({"a":1,"b":"2"})") == "map.b must be a whole number\n");
  CHECK(problems<User>(user_with(R"("items":[1,{"sku":1,"quantity":1}],"gift":[])")) ==
        "items[0] must be an object\nitems[1].sku must be a string\ngift must be an object\n");
}

TEST_CASE("null", "[json][read]") {
  CHECK(scalar("i32", "null") == "i32 must not be null\n");
  CHECK(scalar("list", "null") == "list must not be null\n");
  CHECK(problems<User>(user_with(R"("items":[null])")) == "items[0] must not be null\n");
  CHECK(problems<User>(R"({"id":null,"name":"Bob","email":"b@c.example"})") == "id must not be null\n");
  CHECK_FALSE(read("maybe", "null").maybe);

  const auto absent = from_json<Scalars>("{}");
  CHECK_FALSE(absent->twice);
  const auto cleared = read("twice", "null");
  REQUIRE(cleared.twice);
  CHECK_FALSE(*cleared.twice);
  CHECK(**read("twice", R"("x")").twice == "x");
}

TEST_CASE("a known member comes once", "[json][read]") {
  CHECK(scalar("i32", R"(1,"i32":1)") == "i32 is given twice\n");
  CHECK(scalar("i32", R"(1,"\u00693\u0032":{"i32":1})") == "i32 is given twice\n");
  CHECK(scalar("map", R"({"a":1,"a":2})") == "map.a is given twice\n");
  CHECK(problems<Note>(R"({"text":"a","text":"b"})") == "content is given twice\n");
  for (const auto both : {R"({"content":"a","text":"b"})", R"({"text":"b","content":"a"})"}) {
    const auto note = from_json<Note>(both);
    REQUIRE(note);
    CHECK(note->content == "a");
    CHECK(note->extra.json == R"("text":"b")");
  }
  CHECK(problems<User>(user_with(R"("gift":{"sku":"a","quantity":1,"sku":"b"})")) ==
        "gift.sku is given twice\n");
  CHECK(scalar("unknown", R"(1,"unknown":1)").empty());
  // Of two elements of an array each has its own members.
  CHECK(problems<User>(user_with(R"("items":[{"sku":"a","quantity":1},{"sku":"a","quantity":1}])")).empty());
}

TEST_CASE("whole numbers", "[json][read]") {
  CHECK(read("i32", "-2147483648").i32 == std::numeric_limits<std::int32_t>::min());
  CHECK(read("i32", "2147483647").i32 == std::numeric_limits<std::int32_t>::max());
  for (const char* text : {"-2147483649", "2147483648", "18446744073709551615", "1e300", "2147483648.0"}) {
    CAPTURE(text);
    CHECK(scalar("i32", text) == "i32 must be a whole number between -2147483648 and 2147483647\n");
  }
  CHECK(read("i64", "-9223372036854775808").i64 == std::numeric_limits<std::int64_t>::min());
  CHECK(read("i64", "9223372036854775807").i64 == std::numeric_limits<std::int64_t>::max());
  for (const char* text : {"9223372036854775808", "18446744073709551615", "18446744073709551616",
                           "-9223372036854775809", "123456789012345678901234567890", "1e19"}) {
    CAPTURE(text);
    CHECK(scalar("i64", text) ==
          "i64 must be a whole number between -9223372036854775808 and 9223372036854775807\n");
  }
  CHECK(scalar("limited", "3000000000") == "limited must be a whole number between 1 and 9\n");
  CHECK(scalar("limited", "10") == "limited must be between 1 and 9, is 10\n");
  CHECK(scalar("duration", "9223372036854775808") ==
        "duration must be a whole number between -9223372036854775808 and 9223372036854775807\n");

  // A fraction or an exponent does not matter where the number is whole and exact.
  for (const char* text : {"5", "5.0", "5e0", "50E-1", "0.5e1", "5.000"}) {
    CAPTURE(text);
    CHECK(read("i32", text).i32 == 5);
    CHECK(read("i64", text).i64 == 5);
    CHECK(read("duration", text).duration.count() == 5);
  }
  CHECK(read("i64", "1E+2").i64 == 100);
  CHECK(read("i64", "-0").i64 == 0);
  CHECK(read("i64", "9007199254740991.0").i64 == 9007199254740991);
  CHECK(scalar("i64", "9007199254740993.0") == "i64 must be written without a fraction or an exponent\n");
  for (const char* text : {"5.5", "5e-1", "-0.5"}) {
    CAPTURE(text);
    CHECK(scalar("i32", text) == "i32 must be a whole number\n");
  }
}

TEST_CASE("numbers with a fraction", "[json][read]") {
  CHECK(read("f64", "0.1").f64 == 0.1);
  CHECK(read("f64", "-1.5E+3").f64 == -1500);
  CHECK(read("f64", "7").f64 == 7);
  CHECK(read("f64", "18446744073709551615").f64 == 18446744073709551615.0);
  CHECK(read("f64", "123456789012345678901234567890").f64 == 123456789012345678901234567890.0);
  CHECK(read("f64", "1e-400").f64 == 0);
  for (const char* text : {"-0", "-0.0", "-0e1"}) {
    CAPTURE(text);
    const auto value = read("f64", text).f64;
    CHECK(value == 0);
    CHECK(std::signbit(value));
  }
  CHECK(scalar("f64", "1e400") == "f64 is a number that is too large\n");
  CHECK(scalar("unknown", "1e400") == " holds a number that is too large, at byte 12\n");
  CHECK(scalar("unknown", "[0,-1.5e400]") == " holds a number that is too large, at byte 15\n");
  CHECK(scalar("list", "[0,-1.5e400]") == "list[1] is a number that is too large\n");
  // Reading ends there: nothing is said of what was not looked at.
  CHECK(problems<User>(R"({"id":5,"score":1e400,"name":"Bob"})") == "score is a number that is too large\n");
}

TEST_CASE("times in Unix seconds where the style has them", "[json][read]") {
  ReadOptions options;
  options.style.unix_time = true;
  const auto value = from_json<Scalars>(R"({"time":1700000000})", options);
  REQUIRE(value);
  CHECK(to_rfc3339(value->time) == "2023-11-14T22:13:20Z");
  for (const char* text : {R"("2030-01-31T12:00:00Z")", "1.5", "9999999999999", "true"})
    CHECK(problems<Scalars>(R"({"time":)" + std::string(text) + "}", options) ==
          "time must be a time in whole Unix seconds\n");
}

TEST_CASE("a field of a later version is unknown to an earlier one", "[json][read]") {
  ReadOptions options;
  options.style.version = 1;
  auto account = from_json<Account>(R"({"id":"1","phone":5,"tenant":[]})", options);
  REQUIRE(account);
  CHECK_FALSE(account->phone);
  CHECK(account->tenant.empty());
  CHECK(problems<Account>(R"({"id":"1"})") == "tenant is required\n");
  options.ignore_unknown = false;
  CHECK(problems<Account>(R"({"id":"1","phone":"5"})", options) == "phone is not a known field\n");
}

TEST_CASE("an alias is another name", "[json][read]") {
  CHECK(from_json<Note>(R"({"text":"hi"})")->content == "hi");
  CHECK(from_json<Note>(R"({"content":"hi"})")->content == "hi");
  CHECK(problems<Note>(R"({"text":1})") == "content must be a string\n");
}

TEST_CASE("extra members are kept as text", "[json][read]") {
  CHECK(extra_of("{}").empty());
  CHECK(extra_of(R"({"id":"1","content":"hi","seq":2})").empty());
  CHECK(
      extra_of(
          R"( { "colour" : "red" , "id" : "1" , "n" : [ 1 , { "a" : null } , [ ] , { } , true , false ] } )") ==
      R"("colour":"red","n":[1,{"a":null},[],{},true,false])");
  // Numbers keep every digit, also those that no double has.
  for (const char* number : {"0", "-0", "-0.0", "1", "-1", "1.0", "1.50", "1E+2", "1e-7",
                             "12345678901234567890", "18446744073709551616", "-9223372036854775809",
                             "3.14159265358979323846264338327950288", "1e-400", "0.1e1", "-1.5E-03"}) {
    CAPTURE(number);
    const std::string text = number;
    CHECK(extra_of("{\"x\":" + text + "}") == "\"x\":" + text);
    CHECK(extra_of("{\"x\":" + text + " , \"y\" : [" + text + "," + text + " ,\n" + text + "]}") ==
          "\"x\":" + text + ",\"y\":[" + text + "," + text + "," + text + "]");
  }
  CHECK(extra_of(R"({"\u0061\"":"\u00e9\n\ud83d\ude00\/\u0000"})") ==
        "\"a\\\"\":\"\u00e9\\n\U0001F600/\\u0000\"");
  CHECK(extra_of(R"({"extra":{"extra":1}})") == R"("extra":{"extra":1})");
  CHECK(extra_of(R"({"":"","a":{"":[""]}})") == R"("":"","a":{"":[""]})");
  CHECK(extra_of(R"({"x":"[","y":"{","z":":"})") == R"("x":"[","y":"{","z":":")");
  // A known name inside an unknown value is nobody's.
  const auto note = from_json<Note>(R"({"x":{"id":"2","content":5},"id":"1"})");
  REQUIRE(note);
  CHECK(note->id == "1");
  CHECK(note->extra.json == R"("x":{"id":"2","content":5})");
}

TEST_CASE("each object of an array keeps its own extra members", "[json][read]") {
  const auto notes = from_json<Notes>(R"({"notes":[{"a":1,"id":"1"},{"id":"2"},{"id":"3","b":[2],"c":3}]})");
  REQUIRE(notes);
  REQUIRE(notes->notes.size() == 3);
  CHECK(notes->notes[0].extra.json == R"("a":1)");
  CHECK(notes->notes[1].extra.json.empty());
  CHECK(notes->notes[2].extra.json == R"("b":[2],"c":3)");
  CHECK(to_json(notes->notes[2]) == R"({"id":"3","content":"","b":[2],"c":3,"seq":0})");
}

TEST_CASE("the nesting is limited", "[json][read]") {
  const auto nested = [](std::size_t levels, char open, char close) {
    return "{\"x\":" + std::string(levels, open) + std::string(levels, close) + "}";
  };
  CHECK(problems<Scalars>(nested(63, '[', ']')).empty());
  CHECK(problems<Scalars>(nested(64, '[', ']')) == " is nested more than 64 levels deep\n");
  CHECK(from_json<Note>(nested(63, '[', ']')));
  CHECK_FALSE(from_json<Note>(nested(64, '[', ']')));
  CHECK(problems<Scalars>(std::string(1'000'000, '[')) == " must be an object\n");
  CHECK(problems<Scalars>("{\"x\":" + std::string(1'000'000, '[')) ==
        " is nested more than 64 levels deep\n");
  std::string objects;
  for (int i = 0; i < 100'000; ++i) objects += "{\"x\":";
  CHECK(problems<Note>(objects) == " is nested more than 64 levels deep\n");
  ReadOptions shallow;
  shallow.max_depth = 2;
  CHECK(problems<User>(user_with(R"("items":[])"), shallow).empty());
  CHECK(problems<User>(user_with(R"("items":[{}])"), shallow) == " is nested more than 2 levels deep\n");
}

TEST_CASE("a small text cannot become a large value", "[json][read]") {
  const auto many = [](int n, std::string element) {
    std::string text;
    for (int i = 0; i < n; ++i) text += (i ? "," : "") + element;
    return text;
  };
  CHECK(problems<User>(user_with("\"items\":[" + many(4, R"({"sku":"a","quantity":1})") + "]")) ==
        "items must have at most 3 entries, has 4\n");
  CHECK(problems<User>(user_with("\"items\":[" + many(50'000, "{}") + "]")) ==
        "items[0].sku is required\nitems[0].quantity is required\n"
        "items[1].sku is required\nitems[1].quantity is required\n"
        "items[2].sku is required\nitems[2].quantity is required\n"
        "items must have at most 3 entries, has 50000\n");
  CHECK(scalar("few", R"(["a",1,2,[],{}])") ==
        "few[1] must be a string\nfew must have at most 2 entries, has 5\n");
  CHECK(scalar("list", "[" + many(100'000, "1") + "]").empty());
  CHECK(scalar("list", "[" + many(100'001, "1") + "]") == " holds more than 100000 array elements\n");
  ReadOptions options;
  options.max_elements = 5;
  CHECK(problems<Scalars>(R"({"list":[1,2,3],"map":{"a":1,"b":2}})", options).empty());
  CHECK(problems<Scalars>(R"({"list":[1,2,3],"map":{"a":1,"b":2,"c":3}})", options) ==
        " holds more than 5 array elements\n");
  // What is not read is not kept either, and may be long.
  CHECK(scalar("unknown", "[" + many(200'000, "1") + "]").empty());
}

TEST_CASE("no more than sixteen problems", "[json][read]") {
  std::string list = "[\"x\"";
  for (int i = 0; i < 100; ++i) list += ",\"x\"";
  const auto value = from_json<Scalars>("{\"list\":" + list + "],\"i32\":\"x\"}");
  REQUIRE_FALSE(value);
  CHECK(value.error().fields.size() == max_problems);
  CHECK(value.error().fields.back().field == "list[15]");
  CHECK(value.error().message == "list[0] must be a whole number (and 15 more problems)");
}

TEST_CASE("huge strings", "[json][read]") {
  const std::string text(8 << 20, 'x');
  CHECK(read("string", '"' + text + '"').string == text);
  CHECK(problems<User>(R"({"id":"1","email":"b@c.example","name":")" + text + "\"}") ==
        "name must have between 2 and 50 characters, has 8388608\n");
  CHECK(problems<User>(user_with("\"data\":{\"" + text + "\":1}")) ==
        "data." + std::string(64, 'x') + "... must be a string\n");
}

TEST_CASE("the outermost value must be of its type", "[json][read]") {
  for (const char* text : {"1", "-1", "1.5", "18446744073709551615", "true", "null", "\"x\"", "[]", "[{}]"}) {
    CAPTURE(text);
    if (std::string_view(text) == "null")
      CHECK(problems<Scalars>(text) == " must not be null\n");
    else
      CHECK(problems<Scalars>(text) == " must be an object\n");
  }
  std::vector<std::int64_t> list;
  CHECK(codec::read_json("[1,2]", detail::type_of<std::vector<std::int64_t>>(), &list));
  CHECK(list == std::vector<std::int64_t>{1, 2});
  CHECK_FALSE(codec::read_json("{}", detail::type_of<std::vector<std::int64_t>>(), &list));
  CHECK(from_json<Empty>("{}"));
  CHECK(from_json<Empty>(R"({"x":[1]})"));
}

TEST_CASE("the fields alone, for an edge that adds more", "[json][read]") {
  User user;
  std::vector<FieldProblem> found;
  std::uint64_t present = 0;
  const auto& type = describe<User>();
  REQUIRE(codec::read_json_fields(R"({"name":"B","email":5,"age":null})", type, &user, found, present));
  CHECK(user.name == "B");
  CHECK(present == (1u << 1 | 1u << 2 | 1u << 11));
  REQUIRE(found.size() == 1);
  CHECK(found[0] == FieldProblem{"email", "must be a string"});

  codec::require_fields(type, present, found);
  REQUIRE(found.size() == 2);
  CHECK(found[1] == FieldProblem{"id", "is required"});
  conform(type, &user, found);
  REQUIRE(found.size() == 3);
  CHECK(found[2] == FieldProblem{"name", "must have between 2 and 50 characters, has 1"});

  // Bits that are set already stay.
  present = 1;
  found.clear();
  REQUIRE(codec::read_json_fields(R"({"name":"Bob"})", type, &user, found, present));
  CHECK(present == 3);

  found.clear();
  const auto bad = codec::read_json_fields("[1]", type, &user, found, present);
  REQUIRE_FALSE(bad);
  CHECK(found.empty());
  CHECK(bad.error().fields == std::vector<FieldProblem>{{"", "must be an object"}});

  codec::JsonStyle first;
  first.version = 1;
  codec::require_fields(describe<Account>(), 0, found, first);
  CHECK(found == std::vector<FieldProblem>{{"id", "is required"}});
}
