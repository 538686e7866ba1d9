// API versions: by path, by header field, their marks and their end.
#include "catch.hpp"
#include "fixture.hpp"

#include <stdexcept>

using namespace parley;
using namespace parley::test;
using net::Method;

namespace {

Timestamp at(const char* text) {
  return *parse_rfc3339(text);
}

nlohmann::json user_with(GatewayFixture& fixture, const char* version, net::Response* answer = nullptr) {
  TestRequest request(Method::get, "/api/users/u1");
  if (version) request.with("api-version", version);
  auto response = fixture.ask(request);
  if (answer) *answer = std::move(response);
  return parse(answer ? answer->body : response.body);
}

}  // namespace

TEST_CASE("v1 hides later fields, has Unix times and says that it is deprecated") {
  GatewayFixture fixture;
  auto response = fixture.get("/api/v1/users/u1");
  const auto user = parse(response.body);
  CHECK(user["created_at"] == 1'700'000'000);
  CHECK_FALSE(user.contains("phone"));
  CHECK_FALSE(user.contains("updated_at"));
  CHECK(user["active"] == true);
  CHECK(user["_deprecated"] == true);
  CHECK(user["_new_api_url"] == "/api/v2/users/u1");
  CHECK(field_of(response, "Deprecation") == "@1719792000");
  CHECK(field_of(response, "Sunset") == "Fri, 31 Dec 2027 00:00:00 GMT");
  CHECK(field_of(response, "Link") == R"(</api/v2/users/u1>; rel="successor-version")");
}

TEST_CASE("an error of v1 carries the marks too") {
  GatewayFixture fixture;
  fixture.users.error = Error{Code::not_found, "no such user"};
  auto response = fixture.get("/api/v1/users/u1");
  CHECK(response.status == 404);
  CHECK_FALSE(field_of(response, "Deprecation").empty());
  CHECK_FALSE(parse(response.body).contains("_deprecated"));
}

TEST_CASE("v2 to v4 show what they have") {
  GatewayFixture fixture;
  for (auto path : {"/api/v2/users/u1", "/api/v3/users/u1", "/api/v4/users/u1"}) {
    auto response = fixture.get(path);
    const auto user = parse(response.body);
    CHECK(user["phone"] == "+1-555-123-4567");
    CHECK(user["created_at"] == "2023-11-14T22:13:20Z");
    CHECK_FALSE(user.contains("_deprecated"));
    CHECK(field_of(response, "Deprecation").empty());
  }
  CHECK(fixture.get("/api/v5/users/u1").status == 404);
}

TEST_CASE("the header field chooses; the latest where it is absent") {
  GatewayFixture fixture;
  for (auto name : {"v1", "1", "1.0", "V1"}) {
    net::Response response;
    const auto user = user_with(fixture, name, &response);
    CHECK(user["_new_api_url"] == "/api/v2/users/u1");
    CHECK(field_of(response, "API-Version") == "v1");
    CHECK(field_of(response, "Vary") == "API-Version");
  }
  for (auto name : {"v2", "2", "2.0"}) {
    net::Response response;
    CHECK(user_with(fixture, name, &response).contains("phone"));
    CHECK(field_of(response, "API-Version") == "v2");
  }
  net::Response response;
  user_with(fixture, nullptr, &response);
  CHECK(field_of(response, "API-Version") == "v3");
}

TEST_CASE("an unknown version is refused, naming the known") {
  GatewayFixture fixture;
  for (auto name : {"v5", "0", "2.1", "two", "v", "-1", "99999999999"}) {
    net::Response response;
    const auto problem = user_with(fixture, name, &response);
    CHECK(response.status == 400);
    CHECK(problem["errors"][0]["field"] == "API-Version");
    CHECK(problem["errors"][0]["message"] == "must be one of v1, v2, v3, v4");
  }
  CHECK_FALSE(fixture.users.got);
}

TEST_CASE("past its sunset a version answers 410 with its successor") {
  rest::Options options;
  options.v1_sunset = "2023-11-15T00:00:00Z";
  options.v2_sunset = "2023-11-15T06:00:00Z";
  GatewayFixture fixture(options);  // its clock stands at 2023-11-14T22:13:20Z
  CHECK(fixture.get("/api/v1/users/u1").status == 200);

  fixture.time.advance(std::chrono::hours(2));
  auto response = fixture.get("/api/v1/users/u1");
  CHECK(response.status == 410);
  const auto problem = parse(response.body);
  CHECK(problem["status"] == 410);
  CHECK(problem["detail"] == "API v1 ended at 2023-11-15T00:00:00Z; use /api/v2/users/u1");
  CHECK(field_of(response, "Link") == R"(</api/v2/users/u1>; rel="successor-version")");
  net::Response by_header;
  user_with(fixture, "v1", &by_header);
  CHECK(by_header.status == 410);

  SECTION("a successor that has ended as well is skipped") {
    fixture.time.advance(std::chrono::hours(6));
    CHECK(field_of(fixture.get("/api/v1/users/u1"), "Link") ==
          R"(</api/v3/users/u1>; rel="successor-version")");
    CHECK(fixture.get("/api/v2/users/u1").status == 410);
  }
}

TEST_CASE("the deprecation is never later than the sunset") {
  rest::Options options;
  options.v1_sunset = "2024-01-01T00:00:00Z";
  GatewayFixture fixture(options);
  CHECK(field_of(fixture.get("/api/v1/users/u1"), "Deprecation") ==
        "@" + std::to_string(to_unix_seconds(at("2024-01-01T00:00:00Z"))));
}

TEST_CASE("the support matrix") {
  GatewayFixture fixture;
  const auto matrix = parse(fixture.get("/api/versions").body);
  CHECK(matrix["latest"] == "v3");
  REQUIRE(matrix["versions"].size() == 4);
  CHECK(matrix["versions"][0]["status"] == "deprecated");
  CHECK(matrix["versions"][0]["end_of_life"] == "2027-12-31");
  CHECK(matrix["versions"][1]["status"] == "supported");
  CHECK(matrix["versions"][2]["status"] == "current");
  CHECK(matrix["versions"][2]["end_of_life"].is_null());
  CHECK(matrix["versions"][3]["status"] == "beta");

  fixture.time.advance(std::chrono::hours(24 * 365 * 5));
  CHECK(parse(fixture.get("/api/versions").body)["versions"][0]["status"] == "retired");
}

TEST_CASE("a sunset that is no time is refused") {
  rest::Options options;
  options.v1_sunset = "2027-02-31T00:00:00Z";
  CHECK_THROWS_AS(GatewayFixture(options), std::invalid_argument);
  std::vector<FieldProblem> problems;
  options.v1_sunset = "soon";
  conform(describe<rest::Options>(), &options, problems);
  REQUIRE(problems.size() == 1);
  CHECK(problems[0].field == "v1_sunset");
}

TEST_CASE("the options' defaults keep their own rules") {
  rest::Options options;
  std::vector<FieldProblem> problems;
  conform(describe<rest::Options>(), &options, problems);
  CHECK(problems.empty());
}
