#include "catch.hpp"

#include <parley/net/http.hpp>

#include <stdexcept>

using namespace parley;
using namespace parley::net;

TEST_CASE("percent-escapes are decoded strictly") {
  CHECK(percent_decode("a%20b+c", false) == "a b+c");
  CHECK(percent_decode("a%20b+c", true) == "a b c");
  CHECK(percent_decode("%E2%82%ac", false) == "\u20ac");
  CHECK(percent_decode("", false) == "");
  for (const char* bad :
       {"%", "%2", "%zz", "%2g", "a%", "%00", "%ff", "%c3", "%C0%80", "%ED%A0%80", "\xff"}) {
    CAPTURE(bad);
    CHECK_FALSE(percent_decode(bad, false));
  }
}

TEST_CASE("query parameters are found and decoded") {
  Request request;
  request.query = "a=1&b=two+words&&c&a=2&%64=%26&e=";
  CHECK(request.query_parameter("a") == "1");
  CHECK(request.query_parameter("b") == "two words");
  CHECK(request.query_parameter("c") == "");
  CHECK(request.query_parameter("d") == "&");
  CHECK(request.query_parameter("e") == "");
  CHECK_FALSE(request.query_parameter("f"));

  const auto all = request.query_parameters();
  REQUIRE(all);
  CHECK(*all == std::vector<std::pair<std::string, std::string>>{
                    {"a", "1"}, {"b", "two words"}, {"c", ""}, {"a", "2"}, {"d", "&"}, {"e", ""}});
}

TEST_CASE("a malformed query names the parameter") {
  Request request;
  request.query = "ok=1&user=%zz";
  const auto all = request.query_parameters();
  REQUIRE_FALSE(all);
  CHECK(all.error().code == Code::invalid_argument);
  REQUIRE(all.error().fields.size() == 1);
  CHECK(all.error().fields[0].field == "user");
  CHECK_FALSE(request.query_parameter("user"));
}

TEST_CASE("header fields compare without case") {
  const Field fields[] = {{"Content-Type", "text/plain"}, {"X-A", "1"}, {"x-a", "2"}};
  Request request;
  request.fields = fields;
  CHECK(request.header("content-type") == "text/plain");
  CHECK(request.header("X-a") == "1");
  CHECK_FALSE(request.header("Content-Typ"));
}

TEST_CASE("a response takes no line break into a header field") {
  Response response;
  response.header("X-Good", "1");
  CHECK(response.headers() == "X-Good: 1\r\n");
  CHECK_THROWS_AS(response.header("X-Bad", "1\r\nSet-Cookie: a=b"), std::invalid_argument);
  CHECK_THROWS_AS(response.header("X-Bad", std::string_view("a\0b", 3)), std::invalid_argument);
  CHECK_THROWS_AS(response.header("X\n", "1"), std::invalid_argument);
  CHECK(response.headers() == "X-Good: 1\r\n");
}
