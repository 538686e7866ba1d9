#include "catch.hpp"
#include "jws.hpp"
#include "manual_time.hpp"

#include <parley/auth/token.hpp>
#include <parley/auth/token_source.hpp>
#include <parley/codec/json.hpp>

using namespace parley;
using namespace parley::auth;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {

const Timestamp now{seconds(1'800'000'000)};

const Key& key() {
  static const Key made = *Key::from("0123456789abcdef0123456789abcdef");
  return made;
}

// A token with those claims, whose signature fits.
std::string signed_claims(std::string_view claims) {
  return sign(key().bytes(), claims);
}

std::string claims_until(std::int64_t exp, std::string_view more = {}) {
  return R"({"iss":"parley","sub":"alice","exp":)" + std::to_string(exp) + std::string(more) + "}";
}

const std::int64_t later = to_unix_seconds(now) + 60;

}  // namespace

TEST_CASE("a key has 32 bytes, and is made anew every time") {
  const auto one = Key::make(), other = Key::make();
  REQUIRE(one);
  REQUIRE(other);
  CHECK(one->bytes().size() == Key::size);
  CHECK(one->bytes() != other->bytes());
  CHECK_FALSE(Key::from(""));
  CHECK_FALSE(Key::from("0123456789abcdef0123456789abcde"));
  CHECK_FALSE(Key::from("0123456789abcdef0123456789abcdef0"));
  const auto kept = Key::from(one->bytes());
  REQUIRE(kept);
  CHECK(kept->bytes() == one->bytes());
  const auto secret = random_secret(), another = random_secret();
  REQUIRE(secret);
  REQUIRE(another);
  CHECK(secret->size() == 43);  // 256 bits, 6 in each character
  CHECK(*secret != *another);
}

TEST_CASE("a token says who has it, what they may, and until when") {
  const auto token =
      mint(key(), {.subject = "alice", .permissions = {"users:read", "users:write"}}, now, minutes(15));
  REQUIRE(token);
  const auto claims = verify(key(), *token, now);
  REQUIRE(claims);
  CHECK(claims->iss == "parley");
  CHECK(claims->sub == "alice");
  CHECK_FALSE(claims->service_name);
  CHECK(claims->permissions == std::vector<std::string>{"users:read", "users:write"});
  CHECK(claims->iat == to_unix_seconds(now));
  CHECK(claims->exp == to_unix_seconds(now) + 900);
  REQUIRE(claims->jti);
  CHECK(claims->jti->size() == 22);
  CHECK(mint(key(), {"alice", {}}, now, minutes(15)) != mint(key(), {"alice", {}}, now, minutes(15)));

  const auto who = principal_of(*claims);
  CHECK(who.subject == "alice");
  CHECK(who.service.empty());
  CHECK_FALSE(who.administrator);
  CHECK(who.has("users:write"));
  CHECK_FALSE(who.has("orders:read"));
  CHECK(who.expires == now + minutes(15));
}

TEST_CASE("a service's token has the claims of the lecture") {
  Principal service{"orders", {"users:read"}};
  service.service = "orders";
  const auto token = mint(key(), service, now, minutes(1));
  REQUIRE(token);
  const auto payload = open(key().bytes(), *token);
  REQUIRE(payload);
  CHECK(payload->starts_with(
      R"({"iss":"parley","sub":"orders","service_name":"orders","permissions":["users:read"],"exp":1800000060,)"
      R"("iat":1800000000,"jti":")"));
  CHECK(principal_of(*verify(key(), *token, now)).service == "orders");
}

TEST_CASE("what cannot be a token is not made") {
  for (const auto bad :
       {std::chrono::milliseconds(0), std::chrono::milliseconds(999), max_lifetime + seconds(1)})
    CHECK(mint(key(), {"alice", {}}, now, bad).error().code == Code::invalid_argument);
  CHECK(mint(key(), {"alice", {}}, now, min_lifetime));
  CHECK(mint(key(), {"alice", {}}, now, max_lifetime));
  for (const std::string& name :
       {std::string(), std::string(129, 'x'), std::string("a\nb"), std::string("\x7f")})
    CHECK(mint(key(), {name, {}}, now, minutes(1)).error().code == Code::invalid_argument);
  CHECK(mint(key(), {"Zo\xc3\xab", {}}, now, minutes(1)));
  const std::vector<std::string> many(100, std::string(100, 'p'));
  CHECK(mint(key(), {"alice", many}, now, minutes(1)).error().message.find("8 KiB") != std::string::npos);
}

TEST_CASE("a token ends when it says, to the second") {
  const auto token = mint(key(), {"alice", {}}, now, seconds(10));
  REQUIRE(token);
  CHECK(verify(key(), *token, now + std::chrono::milliseconds(9'999)));
  const auto expired = verify(key(), *token, now + seconds(10));
  REQUIRE_FALSE(expired);
  CHECK(expired.error().reason == Reason::expired);
  CHECK(expired.error().message == "the token expired at 2027-01-15T08:00:10Z, 0 s ago");
  CHECK(verify(key(), *token, now + hours(1)).error().message ==
        "the token expired at 2027-01-15T08:00:10Z, 3590 s ago");
  // Minted within a second, it still lives as long as was asked for.
  const auto within = now + std::chrono::milliseconds(900);
  CHECK(verify(key(), *mint(key(), {"alice", {}}, within, seconds(1)),
               within + std::chrono::milliseconds(999)));
}

TEST_CASE("a clock may be a minute behind that of whoever signed") {
  for (const std::string name : {"nbf", "iat"}) {
    const auto from = [&](std::int64_t ahead) {
      return signed_claims(claims_until(to_unix_seconds(now) + 900,
                                        ",\"" + name + "\":" + std::to_string(to_unix_seconds(now) + ahead)));
    };
    CHECK(verify(key(), from(-1000), now));
    CHECK(verify(key(), from(60), now));
    const auto early = verify(key(), from(61), now);
    REQUIRE_FALSE(early);
    CHECK(early.error().reason == Reason::not_yet_valid);
    CHECK(early.error().message ==
          "the token is not valid yet: its " + name + " is 2027-01-15T08:01:01Z, in 61 s");
  }
}

TEST_CASE("claims are read strictly") {
  const std::pair<std::string, Reason> bad[] = {
      {"", Reason::claims},
      {"null", Reason::claims},
      {"[]", Reason::claims},
      {"{}", Reason::claims},
      {"{\"iss\":\"parley\",\"sub\":\"alice\"}", Reason::claims},
      {R"({"iss":"parley","exp":)" + std::to_string(later) + "}", Reason::claims},
      {R"({"sub":"alice","exp":)" + std::to_string(later) + "}", Reason::claims},
      {R"({"iss":"joe","sub":"alice","exp":)" + std::to_string(later) + "}", Reason::issuer},
      {R"({"iss":["parley"],"sub":"alice","exp":)" + std::to_string(later) + "}", Reason::claims},
      {claims_until(later) + "x", Reason::claims},
      {claims_until(later, ",\"exp\":1"), Reason::claims},
      {claims_until(later, ",\"sub\":\"admin\""), Reason::claims},
      {claims_until(later, ",\"permissions\":\"users:read\""), Reason::claims},
      {claims_until(later, ",\"permissions\":[1]"), Reason::claims},
      {claims_until(later, ",\"nbf\":\"now\""), Reason::claims},
      {claims_until(later, ",\"nbf\":null"), Reason::claims},
      {claims_until(-1), Reason::claims},
      {R"({"iss":"parley","sub":"alice","exp":"1900000000"})", Reason::claims},
      {R"({"iss":"parley","sub":"alice","exp":1e300})", Reason::claims},
      {R"({"iss":"parley","sub":"alice","exp":9223372036854775807})", Reason::claims},
      {R"({"iss":"parley","sub":"","exp":1900000000})", Reason::claims},
      {claims_until(later, ",\"aud\":\"others\""), Reason::audience},
      {claims_until(later, ",\"aud\":[]"), Reason::audience},
      {claims_until(later, ",\"aud\":[\"others\",\"Parley\"]"), Reason::audience},
      {claims_until(later, ",\"aud\":null"), Reason::audience},
      {claims_until(later, ",\"aud\":1"), Reason::audience},
      {claims_until(later, ",\"aud\":\"parley\",\"aud\":\"others\""), Reason::audience},
      {claims_until(later, ",\"\\u0061ud\":\"others\""), Reason::audience},
      {claims_until(0), Reason::expired},
  };
  for (const auto& [claims, reason] : bad) {
    INFO(claims);
    const auto verified = verify(key(), signed_claims(claims), now);
    REQUIRE_FALSE(verified);
    CHECK(verified.error().reason == reason);
  }
  for (const auto* more : {"", ",\"aud\":\"parley\"", ",\"aud\":[\"others\",\"parley\"]",
                           ",\"role\":{\"a\":[1]}", ",\"permissions\":[]", ",\"jti\":\"x\""}) {
    INFO(more);
    CHECK(verify(key(), signed_claims(claims_until(later, more)), now));
  }
  CHECK(verify(key(), signed_claims("{\"iss\":\"parley\",\"sub\":\"alice\"}"), now).error().message ==
        "the token's claim exp is required");
}

TEST_CASE("every reason has a name of its own, and no refusal shows the token") {
  std::vector<std::string> names;
  for (int i = 0; i <= static_cast<int>(Reason::not_yet_valid); ++i)
    names.emplace_back(name_of(static_cast<Reason>(i)));
  std::ranges::sort(names);
  CHECK(std::ranges::adjacent_find(names) == names.end());
  const auto other = Key::make();
  REQUIRE(other);
  const auto token = *mint(*other, {"mallory", {"users:write"}}, now, minutes(1));
  const auto refused = verify(key(), token, now);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().reason == Reason::signature);
  CHECK(refused.error().message ==
        "the signature does not fit: the token was changed, or signed with another key");
}

TEST_CASE("a source gives a token that is valid, and a new one in good time") {
  test::ManualTime time(now);
  const auto source = make_token_source(key(), "orders", {"users:read"}, time, {.lifetime = minutes(10)});
  const auto first = source->token();
  REQUIRE(first);
  const auto claims = verify(key(), *first, time.now());
  REQUIRE(claims);
  CHECK(claims->service_name == "orders");
  CHECK(claims->sub == "orders");
  CHECK(claims->permissions == std::vector<std::string>{"users:read"});
  time.advance(minutes(8) - std::chrono::milliseconds(1));
  CHECK(source->token() == first);
  time.advance(std::chrono::milliseconds(1));
  const auto second = source->token();
  REQUIRE(second);
  CHECK(second != first);
  CHECK(verify(key(), *second, time.now() + minutes(9)));
  CHECK(verify(key(), *first, time.now()));  // which may still be under way

  const auto broken = make_token_source(key(), "", {}, time, {});
  CHECK_FALSE(broken->token());
}
