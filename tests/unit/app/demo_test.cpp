// How the demo shows things; the story itself is told by the end-to-end tests.
#include "catch.hpp"
#include "demo/pretty.hpp"
#include "demo/story.hpp"
#include "doctor/checks.hpp"

#include <parley/utf8.hpp>

using namespace parley;
using namespace parley::app;

namespace {

using Lines = std::vector<std::string>;

const Terminal plain{.is_terminal = false, .colour = false, .width = 80};
const Terminal coloured{.is_terminal = true, .colour = true, .width = 80};

}  // namespace

TEST_CASE("a small JSON value stays on one line, a larger one is unfolded") {
  CHECK(pretty_json(R"({"a":1,"b":[true,null],"c":"x: y, z"})", plain, 60, 10) ==
        Lines{R"({"a": 1, "b": [true, null], "c": "x: y, z"})"});
  CHECK(pretty_json(R"({"a":1,"b":{"c":[]},"d":{}})", plain, 12, 20) ==
        Lines{"{", "  \"a\": 1,", "  \"b\": {", "    \"c\": []", "  },", "  \"d\": {}", "}"});
}

TEST_CASE("a long text is cut within its quotation marks") {
  const auto lines = pretty_json(R"({"text":")" + std::string(300, 'x') + R"(","n":1})", plain, 79, 6);
  REQUIRE(lines.size() == 4);
  CHECK(lines[1] == "  \"text\": \"" + std::string(57, 'x') + "…\",");
}

TEST_CASE("no line is wider than asked for, and no answer longer") {
  const std::string json =
      R"({"text":")" + std::string(300, 'x') + R"(","list":[1,2,3,4,5,6,7,8,9,10,11,12],"ümläut":"ü"})";
  for (const std::size_t width : {8u, 20u, 40u, 79u}) {
    const auto lines = pretty_json(json, plain, width, 6);
    CHECK(lines.size() == 6);
    CHECK(lines.back().find("more lines") != std::string::npos);
    for (std::size_t i = 0; i + 1 < lines.size(); ++i) {
      CAPTURE(width, lines[i]);
      CHECK(code_points(lines[i]).value_or(999) <= width);
    }
  }
}

TEST_CASE("what is no JSON is shown as it is, and nothing moves the cursor") {
  CHECK(pretty_json("plain text", plain, 40, 5) == Lines{"plain text"});
  CHECK(pretty_json("{\"a\":", plain, 40, 5) == Lines{"{\"a\":"});
  CHECK(pretty_json("]", plain, 40, 5) == Lines{"]"});
  CHECK(pretty_json("\"unfinished", plain, 40, 5) == Lines{"\"unfinished"});
  CHECK(pretty_json("", plain, 40, 5).empty());
  for (const std::string evil : {"\x1b[2J", "{\"a\":\"\x1b[2J\"}",
                                 "\xc2\x9b"
                                 "2J",
                                 "\x07", "bad \xff utf-8"})
    for (const auto& line : pretty_json(evil, plain, 40, 5)) {
      CHECK(line.find_first_of("\x1b\x07") == std::string::npos);
      CHECK(line.find("\xc2\x9b") == std::string::npos);
      CHECK(is_utf8(line));
    }
}

TEST_CASE("colours do not count as width") {
  const auto without = pretty_json(R"({"a":1,"b":"x"})", plain, 30, 5);
  const auto with = pretty_json(R"({"a":1,"b":"x"})", coloured, 30, 5);
  REQUIRE(with.size() == 1);
  CHECK(with.front().find("\033[") != std::string::npos);
  std::string stripped;
  for (std::size_t i = 0; i < with.front().size(); ++i) {
    if (with.front()[i] == '\033')
      i = with.front().find('m', i);
    else
      stripped += with.front()[i];
  }
  CHECK(Lines{stripped} == without);
}

TEST_CASE("words are wrapped") {
  CHECK(wrapped("one two three", 7) == Lines{"one two", "three"});
  CHECK(wrapped("averylongword x", 5) == Lines{"averylongword", "x"});
  CHECK(wrapped("", 5).empty());
}

TEST_CASE("the command to paste is the request that is sent") {
  using net::client::Request;
  CHECK(curl_command("http://localhost:1", {.path = "/health"}) == "curl -s http://localhost:1/health");
  CHECK(curl_command("http://localhost:1", {.path = "/a?b=c&d=e"}) ==
        "curl -s 'http://localhost:1/a?b=c&d=e'");
  CHECK(curl_command("http://[::1]:2", Request{"PATCH", "/x", {{"A", "b"}}, "{\"it's\":1}"}) ==
        "curl -s -X PATCH 'http://[::1]:2/x' -H 'A: b' -d '{\"it'\\''s\":1}'");
  CHECK(curl_command("http://h:1", Request{"POST", "/x", {}, R"({"mail":"a.$$@b.c"})"}) ==
        R"(curl -s http://h:1/x -d '{"mail":"a.'$RANDOM'@b.c"}')");
}

TEST_CASE("the doctor judges clocks") {
  using std::chrono::microseconds;
  constexpr std::int64_t built = 1'790'000'000, day = 86'400;
  CHECK(judge_clock(built + day, built, 0, microseconds(10)).mark == Mark::ok);
  CHECK(judge_clock(built - day / 2, built, 0, microseconds(0)).mark ==
        Mark::ok);  // another time zone's build
  CHECK(judge_clock(built - 2 * day, built, 0, microseconds(0)).mark == Mark::wrong);
  CHECK(judge_clock(0, built, 0, microseconds(0)).mark == Mark::wrong);
  CHECK(judge_clock(built + 80 * 365 * day, built, 0, microseconds(0)).mark == Mark::wrong);
  CHECK(judge_clock(built, built, 0, microseconds(-900'000)).mark == Mark::wrong);
  CHECK(judge_clock(built, built, built + 3 * day, microseconds(0)).mark == Mark::note);
  CHECK(judge_clock(built, built, built + 60, microseconds(0)).mark == Mark::ok);
}

TEST_CASE("the doctor judges limits of open files as the server uses them") {
  CHECK(judge_open_files(20128, 20000).mark == Mark::ok);
  const auto tight = judge_open_files(20127, 20000);
  CHECK(tight.mark == Mark::note);
  CHECK(tight.mend == "parley serve --set net.max_connections=19999");
  CHECK(judge_open_files(10, 20000).mend == "parley serve --set net.max_connections=16");
}
