// What counts as JSON, and what of it as a request object.
#include "envelope.hpp"

#include "catch.hpp"
#include "scanner.hpp"

using namespace parley;
using namespace parley::jsonrpc;
using namespace std::string_literals;

namespace {

int refused(std::string_view text, std::size_t max_batch = 100) {
  const auto message = read_message(text, max_batch);
  return message.refusal ? message.refusal->code : 0;
}

std::string nested(std::size_t levels, char open, char close) {
  return std::string(levels, open) + std::string(levels, close);
}

}  // namespace

TEST_CASE("a call's members are found wherever they stand") {
  const auto text =
      R"( {"id" : 7, "other":{"id":[1]}, "params":[42, 23] ,"method":"subtract","jsonrpc":"2.0"} )"s;
  const auto message = read_message(text, 100);
  REQUIRE_FALSE(message.refusal);
  CHECK_FALSE(message.batch);
  CHECK(message.single.problem.empty());
  CHECK(message.single.method() == "subtract");
  CHECK(message.single.params == "[42, 23]");
  CHECK(message.single.id == "7");
}

TEST_CASE("an id is kept as it came") {
  for (const std::string id : {"null", "1.50", "-0", "1e2", "123456789012345678901234567890",
                               R"("a\u0041\"")", R"("")", R"("\ud83d\ude00")", "0"}) {
    INFO(id);
    const auto text = R"({"jsonrpc":"2.0","method":"m","id":)" + id + "}";
    const auto message = read_message(text, 100);
    REQUIRE_FALSE(message.refusal);
    CHECK(message.single.id == id);
    CHECK_FALSE(message.single.notification());
  }
}

TEST_CASE("without an id it is a notification") {
  CHECK(read_message(R"({"jsonrpc":"2.0","method":"update"})", 100).single.notification());
  // Of what is no call nobody knows whether it was one.
  CHECK_FALSE(read_message(R"({"jsonrpc":"2.0","method":1})", 100).single.notification());
}

TEST_CASE("escapes in names do not hide a member") {
  const auto text = R"({"\u006asonrpc":"\u0032.0","m\u0065thod":"g\u0065tUser","id":1})"s;
  const auto message = read_message(text, 100);
  CHECK(message.single.problem.empty());
  CHECK(message.single.method() == "getUser");
}

TEST_CASE("what is no request object says why, with its id where that can be told") {
  struct Case {
    const char *text, *id;
  };
  for (const auto& [text, id] : {
           Case{R"({"method":"m","id":1})", "1"},
           Case{R"({"jsonrpc":2.0,"method":"m","id":1})", "1"},
           Case{R"({"jsonrpc":"1.0","method":"m","id":1})", "1"},
           Case{R"({"jsonrpc":"2.0","id":1})", "1"},
           Case{R"({"jsonrpc":"2.0","method":null,"id":1})", "1"},
           Case{R"({"jsonrpc":"2.0","method":1,"params":"bar"})", ""},
           Case{R"({"jsonrpc":"2.0","method":"m","params":null,"id":"x"})", "\"x\""},
           Case{R"({"jsonrpc":"2.0","method":"m","params":7,"id":"x"})", "\"x\""},
           Case{R"({"jsonrpc":"2.0","method":"m","id":true})", ""},
           Case{R"({"jsonrpc":"2.0","method":"m","id":{}})", ""},
           Case{R"({"jsonrpc":"2.0","method":"m","id":[1]})", ""},
           Case{R"({"jsonrpc":"2.0","method":"m","id":1,"id":2})", ""},
           Case{R"({"jsonrpc":"2.0","id":1,"id":2,"method":"m","method":"n"})", ""},
           Case{R"({"jsonrpc":"2.0","method":"m","method":"n","id":1})", "1"},
           Case{R"({"jsonrpc":"2.0","method":"m","params":[],"\u0070arams":[1],"id":1})", "1"},
           Case{"{}", ""},
           Case{"1", ""},
           Case{"\"text\"", ""},
           Case{"null", ""},
       }) {
    INFO(text);
    const auto message = read_message(text, 100);
    CHECK_FALSE(message.refusal);
    CHECK_FALSE(message.single.problem.empty());
    CHECK(message.single.id == id);
  }
}

TEST_CASE("what is no JSON is a parse error, whole") {
  for (const std::string& text : {
           ""s,
           "  "s,
           "{"s,
           R"({"jsonrpc": "2.0", "method": "foobar, "params": "bar", "baz])"s,
           R"([{"jsonrpc":"2.0","method":"sum","params":[1,2,4],"id":"1"},{"jsonrpc":"2.0","method")"s,
           R"({"jsonrpc":"2.0","method":"m","id":1} x)"s,
           R"({"jsonrpc":"2.0","method":"m","id":1}{})"s,
           R"({"jsonrpc":"2.0","method":"m","id":1},)"s,
           "\xEF\xBB\xBF{}"s,
           "{}\0"s,
           "[1,]"s,
           "[,1]"s,
           "{\"a\":1,}"s,
           "{'a':1}"s,
           "{a:1}"s,
           "[01]"s,
           "[1.]"s,
           "[.5]"s,
           "[+1]"s,
           "[1e]"s,
           "[-]"s,
           "[NaN]"s,
           "[tru]"s,
           "[nullx]"s,
           "[\"\n\"]"s,
           "[\"\\x\"]"s,
           "[\"\\u12G4\"]"s,
           "[\"\\ud800\"]"s,
           "[\"\\udc00\"]"s,
           "[\"\\ud800\\u0041\"]"s,
           "[\"\\ud800x\"]"s,
           "[\"\xC0\x80\"]"s,
           "[\"\xED\xA0\x80\"]"s,
           "[\"\xFF\"]"s,
           "[\"\xF4\x90\x80\x80\"]"s,
           "[\"open"s,
           "[1 2]"s,
           "{\"a\" 1}"s,
           "/* */ {}"s,
           "[\v1]"s,
       }) {
    INFO(text);
    CHECK(refused(text) == parse_error);
  }
}

TEST_CASE("depth is limited, not the stack") {
  const auto call = [](const std::string& params) {
    return R"({"jsonrpc":"2.0","method":"m","id":1,"params":)" + params + "}";
  };
  CHECK(refused(call(nested(64, '[', ']'))) == 0);
  CHECK(refused(call(nested(100'000, '[', ']'))) == parse_error);
  CHECK(refused(std::string(1'000'000, '[')) == parse_error);
  CHECK(refused(std::string(1'000'000, '{')) == parse_error);
}

TEST_CASE("a batch keeps its elements in order, whatever they are") {
  const auto text =
      R"([{"jsonrpc":"2.0","method":"a","id":1},1,[],{"foo":"boo"},{"jsonrpc":"2.0","method":"b"}])"s;
  const auto message = read_message(text, 100);
  REQUIRE_FALSE(message.refusal);
  CHECK(message.batch);
  REQUIRE(message.calls.size() == 5);
  CHECK(message.calls[0].method() == "a");
  for (const auto i : {1, 2, 3}) CHECK_FALSE(message.calls[static_cast<std::size_t>(i)].problem.empty());
  CHECK(message.calls[4].notification());
}

TEST_CASE("a batch has at least one call and at most so many") {
  CHECK(refused("[]") == invalid_request);
  CHECK(refused(" [ ] ") == invalid_request);
  CHECK(refused("[1,2,3]", 3) == 0);
  const auto message = read_message("[1,2,3,4]", 3);
  REQUIRE(message.refusal);
  CHECK(message.refusal->code == invalid_request);
  CHECK(message.refusal->detail == "A batch may hold at most 3 calls, this one holds 4");
  CHECK(refused("[1,2,3,4", 3) == parse_error);
}

TEST_CASE("a parse error tells where") {
  const auto detail = [](std::string_view text) { return read_message(text, 100).refusal->detail; };
  CHECK(detail("") == "The message must not be empty: JSON is expected");
  CHECK(detail(R"({"a":)") == "The message is not complete JSON: it ends after byte 5");
  CHECK(detail(R"({"a":x})") == "The message is not valid JSON at byte 6");
  CHECK(detail("{\"a\":\"\xFF\"}") == "The message is not valid UTF-8 at byte 7");
}

TEST_CASE("the elements of an array, as they stand") {
  using Elements = std::vector<std::string_view>;
  CHECK(elements_of("[]").empty());
  CHECK(elements_of(R"([ 1.50 , "a,]" ,{"b":[2]}])") == Elements{"1.50", R"("a,]")", R"({"b":[2]})"});
}
