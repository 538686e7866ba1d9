#include "jws.hpp"

#include "base64url.hpp"
#include "catch.hpp"

using namespace parley;
using namespace parley::auth;

TEST_CASE("base64url has one text for some bytes") {
  CHECK(to_base64url("").empty());
  CHECK(to_base64url("f") == "Zg");
  CHECK(to_base64url("fo") == "Zm8");
  CHECK(to_base64url("\xfb\xff\xbf") == "-_-_");
  for (const std::string text : {"", "f", "fo", "foo", "foob", "\xfb\xff\xbf"})
    CHECK(from_base64url(to_base64url(text)) == text);
  for (const char* bad : {"Zg==", "Zg=", "Z", "Zh", "Zm9", "+/+/", "Zm8\n", "Z g", "Zm9v.", "Zm9vZ",
                          "Zm9\xff", "\xff\xff\xff\xff", "Zm9\x80"})
    CHECK_FALSE(from_base64url(bad));
}

// RFC 7515 appendix A.1.
TEST_CASE("the example of RFC 7515 for HS256 is verified with its key") {
  const std::string token =
      "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9"
      ".eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
      ".dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
  const auto key = from_base64url(
      "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow");
  REQUIRE(key);
  const auto payload = open(*key, token);
  REQUIRE(payload);
  CHECK(*payload == "{\"iss\":\"joe\",\r\n \"exp\":1300819380,\r\n \"http://example.com/is_root\":true}");

  auto changed = token;
  changed[60] = changed[60] == 'A' ? 'B' : 'A';
  REQUIRE_FALSE(open(*key, changed));
  CHECK(open(*key, changed).error().reason == Reason::signature);
  auto other = *key;
  other[0] ^= 1;
  CHECK(open(other, token).error().reason == Reason::signature);
}

TEST_CASE("what is signed is opened with the same key alone") {
  const std::string key(32, 'k');
  for (const std::string payload : {"", "{}", "any \0 bytes \xff"})
    CHECK(open(key, sign(key, payload)) == payload);
  CHECK(open(std::string(32, 'l'), sign(key, "{}")).error().reason == Reason::signature);
}

namespace {

// A token with that header, whose signature fits.
std::string with_header(const std::string& key, std::string_view header) {
  const auto text = to_base64url(header) + "." + to_base64url("{}");
  return text + "." + signature_of(key, text);
}

}  // namespace

TEST_CASE("no other algorithm is taken, whatever the signature") {
  const std::string key(32, 'k');
  CHECK(open(key, with_header(key, R"({"alg":"HS256"})")));
  CHECK(open(key, with_header(key, R"({"alg":"HS256","typ":"jwt","kid":"1","jwk":{"k":"AA"},"x":[1]})")));
  const std::pair<const char*, Reason> bad[] = {
      {R"({"alg":"none"})", Reason::algorithm},
      {R"({"alg":"hs256"})", Reason::algorithm},
      {R"({"alg":"HS384"})", Reason::algorithm},
      {R"({"alg":"RS256"})", Reason::algorithm},
      {R"({"alg":""})", Reason::algorithm},
      {R"({"alg":"HS256","typ":"at+jwt"})", Reason::algorithm},
      {R"({"alg":"HS256","crit":["exp"],"exp":1})", Reason::algorithm},
      {R"({"alg":"HS256","crit":[]})", Reason::algorithm},
      {R"({"alg":"HS256","crit":null})", Reason::malformed},
      {R"({"alg":"HS256","crit":"exp"})", Reason::malformed},
      {R"({"alg":"HS256","alg":"none"})", Reason::malformed},
      {R"({"alg":["HS256"]})", Reason::malformed},
      {R"({"typ":"JWT"})", Reason::malformed},
      {R"({"alg":"HS256"} )"
       "x",
       Reason::malformed},
      {"[]", Reason::malformed},
      {"", Reason::malformed},
  };
  for (const auto& [header, reason] : bad) {
    INFO(header);
    const auto opened = open(key, with_header(key, header));
    REQUIRE_FALSE(opened);
    CHECK(opened.error().reason == reason);
  }
}

TEST_CASE("a token has three parts of canonical base64url, and 8 KiB at most") {
  const std::string key(32, 'k'), good = sign(key, "{}");
  const auto last = good.rfind('.');
  for (const std::string& bad :
       {std::string(), std::string("."), std::string(".."), std::string("a.b"), good.substr(0, last),
        good + ".", good + ".AAAA", "." + good, good + "=", good + "\n", " " + good,
        good.substr(0, good.size() - 1), good.substr(0, last) + "+" + good.substr(last)}) {
    INFO(bad);
    const auto opened = open(key, bad);
    REQUIRE_FALSE(opened);
    CHECK(opened.error().reason == Reason::malformed);
  }
  // 43 characters say 258 bits: two of the last one's six say nothing, and must be zero.
  auto loose = good;
  loose.back() = static_cast<char>(loose.back() + 1);
  CHECK(open(key, loose).error().reason == Reason::malformed);
  CHECK(open(key, good.substr(0, last + 1)).error().reason == Reason::signature);
  CHECK(open(key, good + "A").error().reason == Reason::signature);
  CHECK(open(key, good.substr(0, last + 1) + "AAAA").error().reason == Reason::signature);

  std::string payload(6000, ' ');
  CHECK(open(key, sign(key, payload)) == payload);
  payload.append(200, ' ');
  const auto long_one = sign(key, payload);
  REQUIRE(long_one.size() > max_token);
  CHECK(open(key, long_one).error().message == "the token is longer than 8 KiB");
}
