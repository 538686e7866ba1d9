// Positions as text, and members that are passed on.
#include "catch.hpp"
#include "extra_members.hpp"
#include "position.hpp"

namespace {

using namespace parley::chat;

std::string kept(std::string_view members) {
  static constexpr std::string_view reserved[] = {"id", "seq"};
  auto answer = without_members(members, reserved);
  return answer ? *answer : "(" + answer.error().fields.at(0).field + ")";
}

}  // namespace

TEST_CASE("chat: positions") {
  CHECK(parse_since("")->kind == Since::Kind::newest);
  CHECK(parse_since("0")->kind == Since::Kind::time);
  CHECK(parse_since("1700000000")->time == parley::Timestamp(std::chrono::seconds(1'700'000'000)));
  CHECK(parse_since("999999999999")->kind == Since::Kind::time);
  CHECK(parse_since("s0")->kind == Since::Kind::cursor);
  CHECK(parse_since("s999999999999999999")->after_seq == 999'999'999'999'999'999);
  CHECK(parse_since(to_cursor(42))->after_seq == 42);
  for (const char* bad :
       {"s", "S1", "1s", "+1", "s+1", "0x1", "1000000000000", "s1000000000000000000", "\n1"})
    CHECK_FALSE(parse_since(bad));
}

TEST_CASE("chat: members that the sender added are passed on as they came") {
  CHECK(kept("") == "");
  CHECK(kept(" \t") == "");
  CHECK(kept(R"("a":1)") == R"("a":1)");
  CHECK(kept(R"( "a" : [1, -2.5e+3, "x,}", {"b":{}} ] , "c":null)") ==
        R"("a" : [1, -2.5e+3, "x,}", {"b":{}} ],"c":null)");
  CHECK(kept(R"("ü":"\u00fc\"\\")") == R"("ü":"\u00fc\"\\")");
}

TEST_CASE("chat: members of the server's names go, however they are written") {
  CHECK(kept(R"("id":1)") == "");
  CHECK(kept(R"("id":{"id":2},"a":true,"seq":[[]],"b":{"id":3})") == R"("a":true,"b":{"id":3})");
  CHECK(kept(R"("\u0069d":1,"i\u0064":2,"ids":3,"\u0169d":4)") == R"("ids":3,"\u0169d":4)");
}

TEST_CASE("chat: what is not JSON is refused") {
  for (const char* bad : {"a",
                          "\"a\"",
                          "\"a\":",
                          "\"a\":1,",
                          ",\"a\":1",
                          "\"a\":1 \"b\":2",
                          "\"a\":01",
                          "\"a\":.5",
                          "\"a\":1.",
                          "\"a\":1e",
                          "\"a\":-",
                          "\"a\":tru",
                          "\"a\":[1",
                          "\"a\":[1,]",
                          "\"a\":{\"b\"}",
                          "\"a\":{1:2}",
                          "\"a\":\"x",
                          "\"a\":\"\\x\"",
                          "\"a\":\"\\u12g4\"",
                          "\"a\":\"\n\"",
                          "\"a\":1}",
                          "\"a\":1},{\"b\":2",
                          "a:1",
                          "\"a\":[}",
                          "\"a\":\"\\u12"})
    CHECK(kept(bad) == "(extra)");
  const auto nested = [](int depth) { return "\"a\":" + std::string(depth, '[') + std::string(depth, ']'); };
  CHECK(kept(nested(64)) == nested(64));
  CHECK(kept(nested(70)) == "(extra)");
  CHECK(kept(nested(60'000)) == "(extra)");
}
