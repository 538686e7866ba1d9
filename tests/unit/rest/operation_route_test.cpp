// REST routes made from rows: what of a request reaches the port, and how answers and errors look.
#include "catch.hpp"
#include "fixture.hpp"

#include <set>

using namespace parley;
using namespace parley::test;
using net::Method;

TEST_CASE("a path parameter fills the request's field") {
  GatewayFixture fixture;
  auto response = fixture.get("/api/v3/users/018bcfe5-6800-7c1e-a4f1-9b4f6d2c8e37");
  CHECK(response.status == 200);
  REQUIRE(fixture.users.got);
  CHECK(fixture.users.got->id == "018bcfe5-6800-7c1e-a4f1-9b4f6d2c8e37");
  const auto user = parse(response.body);
  CHECK(user["name"] == "John Doe");
  CHECK(user["created_at"] == "2023-11-14T22:13:20Z");
  CHECK(field_of(response, "Deprecation").empty());

  fixture.get("/api/v3/users/a%20b");
  CHECK(fixture.users.got->id == "a b");
}

TEST_CASE("query parameters fill the other fields, unknown ones are ignored") {
  GatewayFixture fixture;
  auto response = fixture.get("/api/v3/users?page=2&page_size=5&q=jo%20hn&utm_source=x");
  CHECK(response.status == 200);
  REQUIRE(fixture.users.listed);
  CHECK(fixture.users.listed->page == 2);
  CHECK(fixture.users.listed->page_size == 5);
  CHECK(fixture.users.listed->q == "jo hn");
  const auto page = parse(response.body);
  CHECK(page["total"] == 1);
  CHECK(page["page"] == 2);
  CHECK(page["users"][0]["email"] == "john@example.com");
}

TEST_CASE("what does not fit is named, all of it at once") {
  GatewayFixture fixture;
  auto response = fixture.get("/api/v3/users?page=two&page_size=5000");
  CHECK(response.status == 400);
  CHECK(response.content_type == "application/problem+json");
  CHECK_FALSE(fixture.users.listed);
  const auto problem = parse(response.body);
  CHECK(problem["code"] == "invalid_argument");
  CHECK(problem["status"] == 400);
  CHECK(problem["trace_id"] == "test-request");
  REQUIRE(problem["errors"].size() == 2);
  CHECK(problem["errors"][0]["field"] == "page");
  CHECK(problem["errors"][1]["field"] == "page_size");

  CHECK(fixture.get("/api/v3/users?q=%zz").status == 400);
}

TEST_CASE("a JSON body fills the request") {
  GatewayFixture fixture;
  auto response = fixture.send(Method::post, "/api/v3/users",
                               R"({"name":"John Doe","email":"john@example.com","age":30})");
  CHECK(response.status == 201);
  REQUIRE(fixture.users.created);
  CHECK(fixture.users.created->name == "John Doe");
  CHECK(fixture.users.created->age == 30);
  CHECK(field_of(response, "Location") == "/api/v3/users/018bcfe5-6800-7c1e-a4f1-9b4f6d2c8e37");
}

TEST_CASE("the path goes before the body") {
  GatewayFixture fixture;
  auto response = fixture.send(Method::put, "/api/v3/users/u1",
                               R"({"id":"u2","name":"John Doe","email":"john@example.com"})");
  CHECK(response.status == 200);
  REQUIRE(fixture.users.updated);
  CHECK(fixture.users.updated->id == "u1");
}

TEST_CASE("a merge patch tells null from absent") {
  GatewayFixture fixture;
  TestRequest request(Method::patch, "/api/v3/users/u1", R"({"phone":null,"city":"Bern"})");
  request.with("Content-Type", "application/merge-patch+json");
  CHECK(fixture.ask(request).status == 200);
  REQUIRE(fixture.users.patched);
  REQUIRE(fixture.users.patched->phone);
  CHECK_FALSE(*fixture.users.patched->phone);
  CHECK(fixture.users.patched->city == std::optional<std::string>("Bern"));
  CHECK_FALSE(fixture.users.patched->age);
}

TEST_CASE("a body that is missing, malformed or incomplete is refused") {
  GatewayFixture fixture;
  SECTION("missing") {
    auto response = fixture.send(Method::post, "/api/v3/users", "");
    CHECK(response.status == 400);
    CHECK(parse(response.body)["errors"].size() == 2);  // name and email
  }
  SECTION("nothing is required, yet there is nothing") {
    auto response = fixture.send(Method::patch, "/api/v3/users/u1", "");
    CHECK(response.status == 400);
    CHECK(parse(response.body)["detail"] == "the request needs a JSON object as its body");
  }
  SECTION("malformed") {
    auto response = fixture.send(Method::post, "/api/v3/users", R"({"name":)");
    CHECK(response.status == 400);
    CHECK(parse(response.body)["code"] == "invalid_argument");
  }
  SECTION("incomplete, and wrong besides") {
    auto response = fixture.send(Method::post, "/api/v3/users", R"({"name":"J","age":"old"})");
    CHECK(response.status == 400);
    const auto errors = parse(response.body)["errors"];
    std::set<std::string> fields;
    for (auto& error : errors) fields.insert(error["field"].get<std::string>());
    CHECK(fields == std::set<std::string>{"name", "age", "email"});
  }
  CHECK_FALSE(fixture.users.created);
  CHECK_FALSE(fixture.users.patched);
}

TEST_CASE("the content type must be JSON where it is given") {
  GatewayFixture fixture;
  const auto post = [&](const char* type) {
    TestRequest request(Method::post, "/api/v3/users", R"({"name":"John Doe","email":"john@example.com"})");
    request.with("Content-Type", type);
    return fixture.ask(request);
  };
  CHECK(post("application/json").status == 201);
  CHECK(post("Application/JSON; charset=utf-8").status == 201);
  CHECK(post("application/vnd.example+json").status == 201);
  CHECK(post("text/plain").status == 201);
  CHECK(post("application/x-www-form-urlencoded").status == 201);
  auto response = post("application/xml");
  CHECK(response.status == 415);
  CHECK(parse(response.body)["status"] == 415);
}

TEST_CASE("204 has no body") {
  GatewayFixture fixture;
  auto response = fixture.send(Method::del, "/api/v3/users/u1", "");
  CHECK(response.status == 204);
  CHECK(response.body.empty());
  CHECK(response.content_type.empty());
  CHECK(fixture.users.deleted->id == "u1");
}

TEST_CASE("a port's error becomes a problem") {
  GatewayFixture fixture;
  fixture.users.error = Error{Code::unavailable, "the storage is full"};
  fixture.users.error->retry_after = std::chrono::milliseconds(1500);
  auto response = fixture.get("/api/v3/users/u1");
  CHECK(response.status == 503);
  CHECK(field_of(response, "Retry-After") == "2");
  CHECK(parse(response.body)["code"] == "unavailable");
  CHECK(parse(response.body)["detail"] == "the storage is full");

  fixture.users.error = Error{Code::not_found, "no such user"};
  CHECK(fixture.get("/api/v3/users/u1").status == 404);
  fixture.users.error = Error{Code::already_exists, "taken"};
  CHECK(fixture.get("/api/v3/users/u1").status == 409);
}

TEST_CASE("the trace id of the request is in its problem") {
  GatewayFixture fixture;
  fixture.users.error = Error{Code::not_found, "no such user"};
  TestRequest request(Method::get, "/api/v3/users/u1");
  request.context.trace = *Trace::parse("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
  CHECK(parse(fixture.ask(request).body)["trace_id"] == "4bf92f3577b34da6a3ce929d0e0e4736");
}

TEST_CASE("a row's permission is asked for") {
  GatewayFixture fixture;
  fixture.authorize = [](const CallContext&, std::string_view permission) -> Result<void> {
    if (permission == "users:read") return {};
    return fail(Code::unauthenticated, "sign in first");
  };
  CHECK(fixture.get("/api/v3/users/u1").status == 200);
  auto response = fixture.send(Method::del, "/api/v3/users/u1", "");
  CHECK(response.status == 401);
  CHECK(field_of(response, "WWW-Authenticate") == "Bearer");
  CHECK_FALSE(fixture.users.deleted);
  CHECK_FALSE(fixture.connect("/chat"));
  CHECK(fixture.refusal.status == 401);
}

TEST_CASE("the lab's calculator has its own shape") {
  GatewayFixture fixture;
  SECTION("a result") {
    auto response = fixture.send(Method::post, "/api/v1/calculate/add", R"({"a":5,"b":3})");
    CHECK(response.status == 200);
    CHECK(parse(response.body) == parse(R"({"result":8,"operation":"add","success":true})"));
    CHECK(field_of(response, "Deprecation").empty());  // this v1 is the lab's, and not deprecated
  }
  SECTION("division by zero") {
    auto response = fixture.send(Method::post, "/api/v1/calculate/divide", R"({"a":5,"b":0})");
    CHECK(response.status == 400);
    CHECK(response.content_type == "application/json");
    CHECK(parse(response.body) ==
          parse(R"({"result":0,"operation":"divide","success":false,"error":"division by zero"})"));
  }
  SECTION("a malformed body") {
    for (auto body : {"", "{", R"({"a":"x","b":1})", "[]", R"({"a":1})"}) {
      auto response = fixture.send(Method::post, "/api/v1/calculate/divide", body);
      CHECK(response.status == 400);
      const auto answer = parse(response.body);
      CHECK(answer["success"] == false);
      CHECK(answer["operation"] == "divide");
      CHECK(answer["result"] == 0);
      CHECK_FALSE(answer["error"].get<std::string>().empty());
    }
  }
  SECTION("what the server itself refuses") {
    TestRequest request(Method::post, "/api/v1/calculate/divide");
    request.route = fixture.router.find(request).route;
    net::Response response;
    response.status = 413;
    request.route->error_writer(request, response, Error{Code::resource_exhausted, "the body is too large"});
    CHECK(response.status == 413);
    CHECK(parse(response.body)["error"] == "the body is too large");
  }
  SECTION("history") {
    fixture.send(Method::post, "/api/v1/calculate/add", R"({"a":5,"b":3})");
    const auto history = parse(fixture.get("/api/v1/history?limit=10").body);
    REQUIRE(history["entries"].size() == 1);
    CHECK(history["entries"][0]["timestamp"] == 1'700'000'000);
  }
}

TEST_CASE("polling posts into the rooms; the room may come from the query") {
  GatewayFixture fixture;
  auto response = fixture.send(Method::post, "/api/messages?room=attic",
                               R"({"text":"Hello","user":"Alice","mood":"good"})");
  CHECK(response.status == 201);
  CHECK(field_of(response, "Location").empty());  // there is no GET of one message
  REQUIRE(fixture.chat.posts.size() == 1);
  const auto& post = fixture.chat.posts[0];
  CHECK(post.room == "attic");
  CHECK(post.content == "Hello");
  CHECK(post.extra.json == R"("text":"Hello","mood":"good")");
  CHECK(parse(response.body)["seq"] == 1);

  fixture.send(Method::post, "/api/messages?room=attic", R"({"text":"Hello","room":"cellar"})");
  CHECK(fixture.chat.posts[1].room == "cellar");
}

TEST_CASE("each operation counts its calls, whatever the version, and looks its counters up once") {
  GatewayFixture fixture;
  for (int i = 0; i < 3; ++i) fixture.get("/api/v3/users/u" + std::to_string(i));
  const auto lookups = fixture.metrics.lookups;
  fixture.get("/api/v2/users/u9");
  CHECK(fixture.metrics.lookups == lookups);
  auto& series = fixture.metrics.series;
  CHECK(series["operation_calls_total{module=users,operation=GetUser,protocol=rest,code=ok}"].value == 4);
  CHECK(series["operation_duration_seconds{module=users,operation=GetUser}"].observations == 4);
  fixture.users.error = Error{Code::not_found, "no such user"};
  fixture.get("/api/v3/users/u1");
  CHECK(series["operation_calls_total{module=users,operation=GetUser,protocol=rest,code=not_found}"].value ==
        1);
}
