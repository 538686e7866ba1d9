// What RFC 8259 allows and what it does not, in the spirit of Nicolas Seriot's "Parsing JSON is a minefield".
#include "catch.hpp"
#include "sample.hpp"

#include <parley/codec/json.hpp>

using namespace parley;
using namespace parley::test;
using codec::from_json;

namespace {

using namespace std::string_literals;

// As the value of an unknown member, which is dropped or kept; both must look at every byte.
bool accepts(const std::string& value) {
  const auto text = "{\"x\":" + value + "}";
  const bool dropped = from_json<Scalars>(text).has_value(), kept = from_json<Note>(text).has_value();
  CHECK(dropped == kept);
  return dropped;
}
std::string problem(std::string_view text) {
  const auto value = from_json<Scalars>(text);
  if (value) return {};
  REQUIRE(value.error().fields.size() == 1);
  CHECK(value.error().fields[0].field.empty());
  CHECK(value.error().message == "The message " + value.error().fields[0].problem);
  return value.error().fields[0].problem;
}

}  // namespace

TEST_CASE("values that are JSON", "[json][syntax]") {
  for (const auto& value : {
           "null"s,
           "true"s,
           "false"s,
           "0"s,
           "-0"s,
           "-0.0"s,
           "123"s,
           "-1"s,
           "1e0"s,
           "1E0"s,
           "1e+2"s,
           "1e-2"s,
           "1.5"s,
           "0.0"s,
           "0e1"s,
           "0e+1"s,
           "20e1"s,
           "1.0e-28"s,
           "123456789123456789123456789"s,
           "-9223372036854775808"s,
           "18446744073709551615"s,
           "1e-400"s,
           "1.7976931348623157e308"s,
           "\"\""s,
           "\"a\""s,
           "\"\\u0000\""s,
           "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\""s,
           "\"\\u0041\\u00e9\\u20AC\""s,
           "\"\\uD83D\\uDE00\""s,
           "\"\\uDBFF\\uDFFF\""s,
           "\"\\uFFFF\""s,
           "\"\x7f\""s,
           "\"\u2028\u2029\""s,
           "\"\U0010FFFF\""s,
           "\"\uFEFF\""s,
           "\"/\""s,
           "[]"s,
           "[ ]"s,
           "[1,2]"s,
           "[[]]"s,
           "[null]"s,
           "[ 1 , 2 ]"s,
           "[\"\"]"s,
           "[\t\n\r 1]"s,
           "{}"s,
           "{\"\":0}"s,
           "{\"a\":{\"a\":[]}}"s,
           "{\"a\":1,\"a\":2}"s,
           "{ \"a\" : 1 }"s,
           "{\"\\u0000\":1}"s,
       }) {
    CAPTURE(value);
    CHECK(accepts(value));
  }
}

TEST_CASE("values that are not JSON", "[json][syntax]") {
  for (const auto& value : {
           ""s,
           " "s,
           "nul"s,
           "nulll"s,
           "NULL"s,
           "True"s,
           "tru"s,
           "undefined"s,
           "NaN"s,
           "Infinity"s,
           "-Infinity"s,
           "nan"s,
           "+1"s,
           "01"s,
           "-01"s,
           "-"s,
           "- 1"s,
           "--1"s,
           "1."s,
           ".5"s,
           "-.5"s,
           "1.e1"s,
           "1e"s,
           "1e+"s,
           "1e1.5"s,
           "1.2.3"s,
           "0x10"s,
           "1_000"s,
           "1,000"s,
           "1 000"s,
           "1a"s,
           "0e"s,
           "\uFF11"s,
           "1/2"s,
           "\xe2\x88\x9e"s,
           "2.e-3"s,
           "9.e+"s,
           "'a'"s,
           "\"a"s,
           "a\""s,
           "\"a\"b"s,
           "\"\\x41\""s,
           "\"\\a\""s,
           "\"\\u12\""s,
           "\"\\u12G4\""s,
           "\"\\U0041\""s,
           "\"\\\""s,
           "\"\\"s,
           "\"\n\""s,
           "\"\t\""s,
           "\"\0\""s,
           "\"\x1f\""s,
           "\"\\uD800\""s,
           "\"\\uDC00\""s,
           "\"\\uD800\\uD800\""s,
           "\"\\uD800a\""s,
           "\"\\uD83D\\u\""s,
           "\"\xff\""s,
           "\"\x80\""s,
           "\"\xc0\xaf\""s,
           "\"\xe2\x82\""s,
           "\"\xed\xa0\x80\""s,
           "\"\xf4\x90\x80\x80\""s,
           "\"\xf0\x80\x80\x80\""s,
           "\xff"s,
           "["s,
           "]"s,
           "[1"s,
           "[1,"s,
           "[1,]"s,
           "[,1]"s,
           "[,]"s,
           "[1,,2]"s,
           "[1 2]"s,
           "[1}"s,
           "[\"a\""s,
           "[1:2]"s,
           "[\f]"s,
           "[\v1]"s,
           "[\u00a01]"s,
           "[]]"s,
           "[\0]"s,
           "[a]"s,
           "[<null>]"s,
           "[*]"s,
           "{"s,
           "{]"s,
           "{\"a\"}"s,
           "{\"a\":}"s,
           "{\"a\":1,}"s,
           "{,\"a\":1}"s,
           "{\"a\" 1}"s,
           "{\"a\"::1}"s,
           "{a:1}"s,
           "{1:1}"s,
           "{'a':1}"s,
           "{\"a\":1 \"b\":2}"s,
           "{\"a\":1,,\"b\":2}"s,
           "{null:1}"s,
           "{\"a\":1;}"s,
           "{[]:1}"s,
           "/**/1"s,
           "1//x"s,
           "1#"s,
           "[1]x"s,
           "{}}"s,
           "@"s,
           "1;"s,
           "\\u0031"s,
       }) {
    CAPTURE(value);
    CHECK_FALSE(accepts(value));
  }
}

TEST_CASE("a problem with the text as a whole tells the byte", "[json][syntax]") {
  CHECK(problem("") == "must not be empty: JSON is expected");
  CHECK(problem(" \r\n\t") == "must not be empty: JSON is expected");
  CHECK(problem("{") == "is not complete JSON: it ends after byte 1");
  CHECK(problem(R"({"i32":1)") == "is not complete JSON: it ends after byte 8");
  CHECK(problem(R"({"i32":tru)") == "is not complete JSON: it ends after byte 10");
  CHECK(problem(R"({"string":"abc)") == "is not complete JSON: it ends after byte 14");
  CHECK(problem(R"({"i32":1}})") == "is not valid JSON at byte 10");
  CHECK(problem(R"({"i32":1} x)") == "is not valid JSON at byte 11");
  CHECK(problem(R"({"i32":1,})") == "is not valid JSON at byte 10");
  CHECK(problem(R"({i32:1})") == "is not valid JSON at byte 2");
  CHECK(problem("{\"string\":\"a\xff\"}") == "is not valid UTF-8 at byte 13");
  CHECK(problem("{\u00e9}") == "is not valid JSON at byte 2");
  for (const auto& end : {"\0"s, "\0\0"s, "\0x"s, "\0{}"s, " \0"s}) CHECK_FALSE(problem("{}" + end).empty());
  CHECK(problem("{}\0x"s) == "is not valid JSON at byte 3");
  CHECK(problem("{\"i32\":1\0}"s) == "is not valid JSON at byte 9");
  // Found after other problems: it is the only one that counts.
  CHECK(problem(R"({"i32":"x","string":5,]})") == "is not valid JSON at byte 23");
}

TEST_CASE("a byte order mark in front is passed over, as RFC 8259 allows", "[json][syntax]") {
  CHECK(from_json<Scalars>("\xEF\xBB\xBF{\"i32\":5}")->i32 == 5);
  CHECK(from_json<Note>("\xEF\xBB\xBF{\"x\":5}")->extra.json == "\"x\":5");
  CHECK_FALSE(from_json<Scalars>("\xEF\xBB{}"));
  CHECK_FALSE(from_json<Scalars>("{\"i32\":5}\xEF\xBB\xBF"));
}

TEST_CASE("every prefix of a text, and every byte changed, ends in an answer", "[json][syntax]") {
  const std::string text =
      R"({"id":"1","name":"Bo\u0062","email":"b@c.example","items":[{"sku":"a","quantity":1.0,"note":null}],)"
      R"("data":{"k":"\ud83d\ude00"},"age":null,"grid":[[1,-2],[]],"x":{"y":[true,1e5]}})";
  REQUIRE(from_json<User>(text));
  for (std::size_t i = 0; i < text.size(); ++i)
    if (from_json<User>(text.substr(0, i)) || from_json<Note>(text.substr(0, i))) FAIL(i);
  std::size_t refused = 0;
  for (std::size_t i = 0; i < text.size(); ++i)
    for (const char byte :
         {'\0', '"', '\\', '{', '}', '[', ']', ',', ':', '0', '9', '-', 'e', ' ', '\x80', '\xff'}) {
      auto changed = text;
      changed[i] = byte;
      const auto user = from_json<User>(changed);
      const auto note = from_json<Note>(changed);
      refused += !user + !note;
      // What is accepted can be written and read again.
      if (note && from_json<Note>(codec::to_json(*note)).value() != *note) FAIL(changed);
    }
  CHECK(refused > text.size());
}
