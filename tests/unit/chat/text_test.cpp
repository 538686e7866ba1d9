// Positions as text, members that are passed on, and who is named.
#include "catch.hpp"
#include "extra_members.hpp"
#include "mentions.hpp"
#include "position.hpp"

namespace {

using namespace parley::chat;

std::string kept(std::string_view members) {
  static constexpr std::string_view reserved[] = {"id", "seq"};
  auto answer = without_members(members, reserved);
  return answer ? *answer : "(" + answer.error().fields.at(0).field + ")";
}

parley::Result<Position> parse_since(std::string_view text) {
  return parse_position("since", "next", text);
}

}  // namespace

TEST_CASE("chat: positions") {
  CHECK(parse_since("")->kind == Position::Kind::none);
  CHECK(parse_since("0")->kind == Position::Kind::time);
  CHECK(parse_since("1700000000")->time == parley::Timestamp(std::chrono::seconds(1'700'000'000)));
  CHECK(parse_since("999999999999")->kind == Position::Kind::time);
  CHECK(parse_since("s0")->kind == Position::Kind::cursor);
  CHECK(parse_since("s999999999999999999")->seq == 999'999'999'999'999'999);
  CHECK(parse_since(to_cursor(42))->seq == 42);
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

TEST_CASE("chat: who is named in a text") {
  const auto names = [](std::string_view content) {
    std::string all;
    for (const auto name : mentions_in(content)) all.append(name).append(" ");
    return all;
  };
  CHECK(names("") == "");
  CHECK(names("nobody") == "");
  CHECK(names("@bob") == "bob ");
  CHECK(names("hi @bob, @carol!(@dave)") == "bob carol dave ");
  CHECK(names("@bob @bob @Bob") == "bob Bob ");
  CHECK(names("mail bob@example.com, b_@x, 1@y") == "");
  CHECK(names("thanks @bob. and @carol... and @a.b-c_d.") == "bob carol a.b-c_d ");
  CHECK(names("@ @. @.. @, @") == "");
  CHECK(names("@@bob .@carol -@dave") == "bob carol dave ");
  CHECK(names("\xe4\xbd\xa0@bob@carol") == "bob ");
  CHECK(names("@J\xc3\xb6rg") == "J ");
  CHECK(names("@" + std::string(64, 'x')) == std::string(64, 'x') + " ");
  CHECK(names("@" + std::string(65, 'x')) == "");
  std::string many;
  for (int i = 0; i < 30; ++i) many += "@u" + std::to_string(i) + " ";
  CHECK(mentions_in(many).size() == 20);
  CHECK(mentions_in(many).back() == "u19");
}
