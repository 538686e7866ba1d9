#include "catch.hpp"
#include "manual_time.hpp"
#include "recording_metrics.hpp"

#include <parley/auth/access.hpp>

using namespace parley;
using namespace parley::auth;
using std::chrono::minutes;

namespace {

constexpr const char* secret = "configured-token-of-a-lecturer";

struct Fixture {
  test::ManualTime time;
  test::RecordingMetrics metrics;
  Key key = *Key::from("0123456789abcdef0123456789abcdef");
  Authenticator authenticator{key, secret, time, metrics};

  std::string token(std::vector<std::string> permissions) {
    return *mint(key, {"alice", std::move(permissions)}, time.now(), minutes(1));
  }
  std::shared_ptr<const Principal> principal(const std::string& authorization) {
    const auto found = authenticator.authenticate(authorization);
    REQUIRE(found);
    return *found;
  }
};

}  // namespace

TEST_CASE("the bearer of the configured token is the administrator") {
  Fixture fixture;
  for (const std::string scheme : {"Bearer ", "bearer  ", "BEARER "}) {
    const auto principal = fixture.principal(scheme + secret);
    REQUIRE(principal);
    CHECK(principal->subject == "admin");
    CHECK(principal->administrator);
    CHECK(principal->has("admin:faults"));
  }
}

TEST_CASE("another scheme is nobody") {
  Fixture fixture;
  for (const auto* other :
       {"", "Basic YTpi", "Bearer2 x", "Bear", "Token x", secret, "Basic configured-token-of-a-lecturer"})
    CHECK_FALSE(fixture.principal(other));
}

TEST_CASE("a token that is shown must be valid, and every failure is counted by its reason") {
  Fixture fixture;
  const auto alice = fixture.principal("Bearer " + fixture.token({"users:read"}));
  REQUIRE(alice);
  CHECK(alice->subject == "alice");
  CHECK(alice->permissions == std::vector<std::string>{"users:read"});

  const auto token = fixture.token({});
  fixture.time.advance(minutes(1));
  const std::pair<std::string, const char*> bad[] = {
      {"Bearer", "missing"},
      {"Bearer ", "missing"},
      {"Bearer token123", "malformed"},
      {"Bearer configured-token-of-a-lecturer2", "malformed"},
      {"Bearer configured-token-of-a-lecturex", "malformed"},
      {"Bearer " + fixture.token({}) + " x", "malformed"},
      {"Bearer " + fixture.token({}).substr(0, 100), "malformed"},
      {"Bearer " + token, "expired"},
  };
  for (const auto& [authorization, reason] : bad) {
    INFO(authorization);
    const auto series = "auth_failures_total " + std::string(reason);
    const auto before = fixture.metrics[series].value;
    const auto refused = fixture.authenticator.authenticate(authorization);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == Code::unauthenticated);
    CHECK(fixture.metrics[series].value == before + 1);
  }
  CHECK(fixture.metrics["auth_failures_total signature"].value == 0);
}

TEST_CASE("anonymous callers may all but administrate, the others what their token says") {
  Fixture fixture;
  CallContext anonymous, alice, steward, administrator;
  alice.principal = std::make_shared<const Principal>(Principal{"alice", {"users:write"}});
  steward.principal = std::make_shared<const Principal>(Principal{"eve", {"admin:faults"}});
  administrator.principal = fixture.principal(std::string("Bearer ") + secret);

  CHECK(authorize(anonymous, "users:write"));
  CHECK(authorize(anonymous, "admin:faults").error().code == Code::unauthenticated);
  CHECK(authorize(alice, "users:write"));
  const auto refused = authorize(alice, "users:read");
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == Code::permission_denied);
  CHECK(refused.error().message == "the token lacks the permission users:read");
  CHECK(authorize(alice, "admin:faults").error().code == Code::permission_denied);
  CHECK(authorize(steward, "admin:faults"));
  CHECK(authorize(steward, "users:write").error().code == Code::permission_denied);
  CHECK(authorize(administrator, "admin:faults"));
  CHECK(authorize(administrator, "users:write"));

  // Of several, each is needed.
  CallContext both;
  both.principal = std::make_shared<const Principal>(Principal{"bob", {"users:write", "users:read"}});
  CHECK(authorize(both, "users:write users:read"));
  CHECK(authorize(alice, "users:write users:read").error().message ==
        "the token lacks the permission users:read");
  CHECK(authorize(anonymous, "users:write users:read"));
}

TEST_CASE("what a connection was opened with ends with the token") {
  Fixture fixture;
  CallContext context;
  context.clock = &fixture.time;
  context.principal = fixture.principal("Bearer " + fixture.token({"users:read"}));
  CHECK(authorize(context, "users:read"));
  fixture.time.advance(minutes(1));
  const auto refused = authorize(context, "users:read");
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == Code::unauthenticated);
}

TEST_CASE("a challenge says what was wrong with a token that was shown") {
  CHECK(challenge({}, "sign in") == "Bearer");
  CHECK(challenge("Basic YTpi", "sign in") == "Bearer");
  CHECK(challenge("Bearer x", "the \"token\" is\\bad\n") ==
        R"(Bearer error="invalid_token", error_description="the 'token' is'bad'")");
  CHECK(insufficient_scope("users:read") == R"(Bearer error="insufficient_scope", scope="users:read")");
  CHECK(bearer_credentials("Bearer  a b") == "a b");
  CHECK(bearer_credentials("bearer") == "");
  CHECK_FALSE(bearer_credentials("Bearer\tx"));
}
