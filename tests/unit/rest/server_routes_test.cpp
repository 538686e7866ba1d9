// Health, metrics, statistics, descriptions, CORS.
#include "catch.hpp"
#include "fixture.hpp"

#include <parley/docs/route.hpp>

#include <algorithm>
#include <set>

using namespace parley;
using namespace parley::test;
using net::Method;

TEST_CASE("health") {
  GatewayFixture fixture;
  auto response = fixture.get("/health");
  CHECK(response.status == 200);
  CHECK(
      parse(response.body) ==
      parse(
          R"({"status":"healthy","version":"0.1.0","uptime":"1h2m3s","dependencies":{"database":"healthy"}})"));
  CHECK(fixture.get("/health/live").status == 200);
  CHECK(fixture.get("/health/ready").status == 200);

  const auto lab = parse(fixture.get("/api/v1/health").body);
  CHECK(lab["status"] == "healthy");
  CHECK(lab["service"] == "calculator-gateway");
  CHECK(lab["timestamp"] == 1'700'000'000);
  CHECK(lab["dependencies"]["database"] == "healthy");

  SECTION("unhealthy") {
    fixture.health.status = "unhealthy";
    fixture.health.dependencies = {{"database", "failed"}, {"cache", "healthy"}};
    CHECK(fixture.get("/health").status == 503);
    CHECK(parse(fixture.get("/health").body)["dependencies"].size() == 2);
    CHECK(fixture.get("/health/ready").status == 503);
    CHECK(fixture.get("/health/live").status == 200);
  }
  SECTION("degraded serves") {
    fixture.health.status = "degraded";
    CHECK(fixture.get("/health").status == 200);
    CHECK(fixture.get("/health/ready").status == 200);
  }
  SECTION("starting or stopping") {
    fixture.health.ready = false;
    CHECK(fixture.get("/health").status == 200);
    CHECK(fixture.get("/health/ready").status == 503);
  }
  SECTION("no dependencies") {
    fixture.health.dependencies.clear();
    CHECK(parse(fixture.get("/health").body)["dependencies"].empty());
  }
}

TEST_CASE("metrics are Prometheus text") {
  GatewayFixture fixture;
  auto response = fixture.get("/metrics");
  CHECK(response.content_type == "text/plain; version=0.0.4; charset=utf-8");
  CHECK(response.body == "up 1\n");
}

TEST_CASE("stats count the chat's sockets") {
  GatewayFixture fixture;
  FakeSocket a, b;
  auto one = fixture.connect("/ws?user_id=bob");
  auto other = fixture.connect("/chat");
  one->on_open(a);
  other->on_open(b);
  CHECK(parse(fixture.get("/stats").body) ==
        parse(R"({"active_connections":2,"service":"websocket","timestamp":1700000000})"));
  CHECK(fixture.metrics.series["chat_connections{endpoint=/ws}"].value == 1);
  one->on_close(1000);
  other->on_close(1006);
  CHECK(parse(fixture.get("/stats").body)["active_connections"] == 0);
  CHECK(fixture.metrics.series["chat_connections{endpoint=/ws}"].value == 0);
}

TEST_CASE("the OpenAPI document has every route, and its references lead somewhere") {
  GatewayFixture fixture;
  auto response = fixture.get("/openapi.json");
  REQUIRE(response.status == 200);
  const auto document = parse(response.body);
  CHECK(document["openapi"] == "3.1.0");
  CHECK(document["info"]["version"] == "0.1.0");

  std::set<std::string> operations;
  for (auto& [path, item] : document["paths"].items())
    for (auto& [verb, operation] : item.items())
      if (operation.contains("operationId")) CHECK(operations.insert(operation["operationId"]).second);
  for (auto id : {"v1.GetUser", "v4.GetUser", "GetUser", "PostMessage", "ReadMessages", "Add", "GetHistory"})
    CHECK(operations.count(id) == 1);

  const auto& v1 = document["paths"]["/api/v1/users/{id}"]["get"];
  CHECK(v1["deprecated"] == true);
  CHECK(v1["parameters"][0]["in"] == "path");
  CHECK_FALSE(document["components"]["schemas"]["v1.User"]["properties"].contains("phone"));
  CHECK(document["components"]["schemas"]["v3.User"]["properties"].contains("phone"));
  const auto& put = document["paths"]["/api/v3/users/{id}"]["put"];
  const auto& body = put["requestBody"]["content"]["application/json"]["schema"];
  CHECK_FALSE(body["properties"].contains("id"));
  CHECK(body["required"] == nlohmann::json::array({"name", "email"}));
  CHECK(document["paths"]["/api/v3/users"]["get"]["parameters"].size() == 3);
  CHECK(document["paths"]["/api/users/{id}"]["get"]["parameters"].back()["name"] == "API-Version");

  // Every route is in the document, and nothing else is.
  std::set<std::string> served, documented;
  for (const auto& route : fixture.router.routes()) {
    INFO(route->pattern);
    CHECK((!route->handler || route->endpoint));
    CHECK((!route->websocket || route->channel));
    std::string verb(net::to_string(route->method));
    std::ranges::transform(verb, verb.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    const auto path = docs::plain_path(route->pattern);
    served.insert(verb + ' ' + path);
    if (route->handler && route->method == Method::get) served.insert("head " + path);
  }
  for (auto& [path, item] : document["paths"].items())
    for (auto& [verb, operation] : item.items()) documented.insert(verb + ' ' + path);
  CHECK(served == documented);

  const std::function<void(const nlohmann::json&)> walk = [&](const nlohmann::json& node) {
    if (node.is_object() && node.contains("$ref")) {
      const std::string target = node["$ref"];
      REQUIRE(target.starts_with("#"));
      CHECK(document.contains(nlohmann::json::json_pointer(target.substr(1))));
    }
    if (node.is_structured())
      for (auto& child : node) walk(child);
  };
  walk(document);
}

TEST_CASE("CORS is open to every origin by default") {
  GatewayFixture fixture;
  SECTION("an answer") {
    TestRequest request(Method::get, "/api/v3/users/u1");
    request.with("Origin", "http://localhost:5000");
    auto response = fixture.ask(request);
    CHECK(response.status == 200);
    CHECK(field_of(response, "Access-Control-Allow-Origin") == "*");
    CHECK(field_of(response, "Access-Control-Expose-Headers").find("Deprecation") != std::string::npos);
  }
  SECTION("an error") {
    TestRequest request(Method::get, "/nowhere");
    request.with("Origin", "http://localhost:5000");
    auto response = fixture.ask(request);
    CHECK(response.status == 404);
    CHECK(field_of(response, "Access-Control-Allow-Origin") == "*");
  }
  SECTION("a preflight") {
    TestRequest request(Method::options, "/api/v3/users");
    request.with("Origin", "http://localhost:5000")
        .with("Access-Control-Request-Method", "POST")
        .with("Access-Control-Request-Headers", "content-type, x-custom");
    net::Response response;
    CHECK(fixture.gateway->before()(request, response));
    CHECK(response.status == 204);
    CHECK(field_of(response, "Access-Control-Allow-Origin") == "*");
    CHECK(field_of(response, "Access-Control-Allow-Methods").find("PATCH") != std::string::npos);
    CHECK(field_of(response, "Access-Control-Allow-Headers") == "content-type, x-custom");
    CHECK(field_of(response, "Access-Control-Max-Age") == "600");
  }
  SECTION("field names that are none are not echoed") {
    TestRequest request(Method::options, "/api/v3/users");
    request.with("Origin", "http://localhost:5000")
        .with("Access-Control-Request-Method", "POST")
        .with("Access-Control-Request-Headers", "x\"y; z");
    net::Response response;
    CHECK(fixture.gateway->before()(request, response));
    CHECK(field_of(response, "Access-Control-Allow-Headers").find("Content-Type") != std::string::npos);
  }
  SECTION("a plain OPTIONS is the server's") {
    TestRequest request(Method::options, "/api/v3/users");
    net::Response response;
    CHECK_FALSE(fixture.gateway->before()(request, response));
  }
}

TEST_CASE("CORS for named origins") {
  rest::Options options;
  options.cors_origins = {"https://app.example.com"};
  GatewayFixture fixture(options);
  const auto ask = [&](const char* origin) {
    TestRequest request(Method::get, "/health");
    request.with("Origin", origin);
    return fixture.ask(request);
  };
  auto known = ask("https://app.example.com");
  CHECK(field_of(known, "Access-Control-Allow-Origin") == "https://app.example.com");
  CHECK(field_of(known, "Vary") == "Origin");
  auto foreign = ask("https://evil.example.com");
  CHECK(foreign.status == 200);
  CHECK(field_of(foreign, "Access-Control-Allow-Origin").empty());
  CHECK(field_of(foreign, "Vary") == "Origin");

  SECTION("WebSocket handshakes follow the same rule") {
    const auto connects = [&](const char* path, const char* origin) {
      TestRequest request(Method::get, path);
      request.with("Host", "chat.example.com:8080");
      if (origin) request.with("Origin", origin);
      return fixture.connect(request) != nullptr;
    };
    for (auto path : {"/chat", "/ws"}) {
      CHECK(connects(path, nullptr));
      CHECK(connects(path, "https://app.example.com"));
      CHECK(connects(path, "http://chat.example.com:8080"));
      CHECK_FALSE(connects(path, "https://evil.example.com"));
      CHECK(fixture.refusal.status == 403);
    }
  }
}

TEST_CASE("where any origin may read, every answer says so: a cache may hand it to a page") {
  GatewayFixture fixture;
  CHECK(field_of(fixture.get("/health"), "Access-Control-Allow-Origin") == "*");
  CHECK(field_of(fixture.get("/health"), "Vary").empty());
}

TEST_CASE("errors are kept by no cache") {
  GatewayFixture fixture;
  CHECK(field_of(fixture.get("/nowhere"), "Cache-Control") == "no-store");
}

TEST_CASE("browsers are told to be strict, in as many words as the answer needs") {
  const auto open = rest::security_fields({});
  for (const auto& fields : {open.all, open.pages}) {
    CHECK(fields.find("X-Content-Type-Options: nosniff\r\n") != std::string::npos);
    CHECK(fields.find("frame-ancestors 'none'\r\n") != std::string::npos);
    CHECK(fields.find("Cross-Origin-Resource-Policy: cross-origin\r\n") != std::string::npos);
    CHECK(fields.ends_with("\r\n"));
    CHECK(fields.find("unsafe") == std::string::npos);
  }
  CHECK(open.all.find("script-src") == std::string::npos);
  CHECK(open.pages.find("script-src 'self'") != std::string::npos);
  rest::Options options;
  options.cors_origins = {};
  CHECK(rest::security_fields(options).all.find("Cross-Origin-Resource-Policy: same-origin") !=
        std::string::npos);
  options.security_headers = false;
  CHECK(rest::security_fields(options).all.empty());
  CHECK(rest::security_fields(options).pages.empty());
}

TEST_CASE("no origins: no CORS") {
  rest::Options options;
  options.cors_origins = {};
  GatewayFixture fixture(options);
  TestRequest request(Method::get, "/health");
  request.with("Origin", "http://localhost:5000");
  CHECK(field_of(fixture.ask(request), "Access-Control-Allow-Origin").empty());
}
