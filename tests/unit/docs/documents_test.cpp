// Documents of small routers: what a route says, what is added to it, and what is refused.
#include "catch.hpp"

#include <parley/docs/documents.hpp>
#include <parley/net/websocket.hpp>

#include <nlohmann/json.hpp>

using namespace parley;
using net::Method;
using nlohmann::json;

namespace {

struct Find {
  std::string id;
  std::optional<std::int32_t> depth;
  std::optional<std::string> key;
};
struct Found {
  std::string text;
  Timestamp at;
  std::optional<std::string> later;
};

}  // namespace

namespace parley {
template <>
const TypeInfo& describe<Find>() {
  static constexpr Row rows[] = {
      field<&Find::id>("id", length(1, 9), example(R"("a1")")),
      field<&Find::depth>("depth", range(1, 9), doc("How deep.")),
      field<&Find::key>("key", from_header("Find-Key"), length(1, 8)),
  };
  static const TypeInfo type = object<Find>("Find", rows);
  return type;
}
template <>
const TypeInfo& describe<Found>() {
  static constexpr Row rows[] = {
      field<&Found::text>("text", example(R"("Hello")")),
      field<&Found::at>("at", example(R"("2025-01-31T12:00:00Z")")),
      field<&Found::later>("later", since(2)),
  };
  static const TypeInfo type = object<Found>("Found", rows);
  return type;
}
}  // namespace parley

namespace {

Task<void> nothing(net::Request&, net::Response&) {
  co_return;
}
std::unique_ptr<net::WebSocketHandler> nobody(net::Request&, net::WebSocketOptions&, net::Response&) {
  return nullptr;
}

docs::Endpoint find_endpoint() {
  return {.id = "Find",
          .summary = "Finds",
          .tag = {"things", "Things to find."},
          .request = &describe<Find>(),
          .answers = {{.contents = {docs::json_of<Found>({"v1.", {.version = 1, .unix_time = true}})}}},
          .errors = code_bits(Code::not_found, Code::already_exists, Code::aborted),
          .permission = "things:read"};
}

json openapi(const net::Router& router, bool anonymous = true) {
  return json::parse(docs::openapi(router, {.version = "1", .text = "Text.", .anonymous = anonymous}));
}

}  // namespace

TEST_CASE("an endpoint says its parameters, its answer and its errors") {
  net::Router router;
  router.add(Method::get, "/things/{id}", nothing).endpoint = docs::share(find_endpoint());
  const auto document = openapi(router);
  const auto& get = document["paths"]["/things/{id}"]["get"];
  CHECK(get["operationId"] == "Find");
  REQUIRE(get["parameters"].size() == 3);
  CHECK(get["parameters"][0]["in"] == "path");
  CHECK(get["parameters"][0]["example"] == "a1");
  CHECK(get["parameters"][1]["in"] == "query");
  CHECK(get["parameters"][1]["schema"]["maximum"] == 9);
  CHECK(get["parameters"][1]["description"] == "How deep.");
  CHECK(get["parameters"][2]["in"] == "header");
  CHECK(get["parameters"][2]["name"] == "Find-Key");

  const auto& good = get["responses"]["200"];
  CHECK(good["content"]["application/json"]["schema"]["$ref"] == "#/components/schemas/v1.Found");
  CHECK(good["content"]["application/json"]["example"] == json({{"text", "Hello"}, {"at", 1'738'324'800}}));
  CHECK(good["headers"].contains("ETag"));
  CHECK(get["responses"].contains("304"));

  // One table tells the statuses; two codes of one status stand together.
  const auto& conflict = document["components"]["responses"]["already_exists.aborted.409"];
  CHECK(conflict["content"]["application/problem+json"]["examples"].size() == 2);
  CHECK(get["responses"]["409"]["$ref"] == "#/components/responses/already_exists.aborted.409");
  for (const auto& refusal : net::refusals())
    CHECK(get["responses"].contains(std::to_string(refusal.status)) ==
          (refusal.everywhere || refusal.status == 404));
  const auto& bad = get["responses"]["400"]["content"]["application/problem+json"]["examples"];
  CHECK(bad["invalid_argument"]["value"]["errors"][0]["field"] == "id");

  const auto& head = document["paths"]["/things/{id}"]["head"];
  CHECK(head["operationId"] == "Find.head");
  for (const auto& [status, answer] : head["responses"].items()) {
    CHECK_FALSE(answer.contains("content"));
    CHECK_FALSE(answer.contains("$ref"));
  }
}

TEST_CASE("security: whom a permission keeps out") {
  net::Router router;
  auto open = find_endpoint();
  open.id = "Open", open.permission = {};
  auto administration = find_endpoint();
  administration.id = "Administer", administration.permission = "admin:things";
  router.add(Method::get, "/a/{id}", nothing).endpoint = docs::share(find_endpoint());
  router.add(Method::get, "/b/{id}", nothing).endpoint = docs::share(open);
  router.add(Method::get, "/c/{id}", nothing).endpoint = docs::share(administration);
  const auto security = [&](bool anonymous, const char* path) {
    return openapi(router, anonymous)["paths"][path]["get"]["security"];
  };
  const json anyone = json::object(), bearer = {{"bearer", json::array()}};
  CHECK(security(true, "/a/{id}") == json::array({anyone, bearer}));
  CHECK(security(false, "/a/{id}") == json::array({bearer}));
  CHECK(security(true, "/b/{id}") == json::array());
  CHECK(security(true, "/c/{id}") == json::array({bearer}));
}

TEST_CASE("a route that says nothing of itself stands in the document as such") {
  net::Router router;
  router.add(Method::post, "/silent/{id}", nothing);
  router.add_websocket("/quiet", nobody);
  const auto document = openapi(router);
  CHECK(document["paths"]["/silent/{id}"]["post"]["summary"] == "Not described.");
  CHECK(document["paths"]["/quiet"]["get"]["summary"] == "Not described.");
}

TEST_CASE("what contradicts itself is refused") {
  net::Router router;
  SECTION("a parameter that nothing describes") {
    router.add(Method::get, "/things/{id}/{part}", nothing).endpoint = docs::share(find_endpoint());
  }
  SECTION("an id given twice") {
    router.add(Method::get, "/a/{id}", nothing).endpoint = docs::share(find_endpoint());
    router.add(Method::get, "/b/{id}", nothing).endpoint = docs::share(find_endpoint());
  }
  SECTION("an example that is no JSON") {
    auto endpoint = find_endpoint();
    endpoint.answers.front().contents.front().example = "{";
    router.add(Method::get, "/things/{id}", nothing).endpoint = docs::share(std::move(endpoint));
  }
  CHECK_THROWS_AS(openapi(router), std::logic_error);
}

TEST_CASE("a channel is a WebSocket or a stream of events, seen from the server") {
  using Direction = docs::Flow::Direction;
  docs::Channel channel{.id = "things",
                        .title = "Things",
                        .request = &describe<Find>(),
                        .flows = {{.id = "ask",
                                   .summary = "Asks.",
                                   .direction = Direction::from_client,
                                   .messages = {docs::message_of<Find>()},
                                   .replies = {docs::message_of<Found>()}}}};
  net::Router router;
  router.add_websocket("/things", nobody).channel = docs::share(channel);
  auto stream = channel;
  stream.id = "events";
  stream.flows = {{.id = "tell", .summary = "Tells.", .messages = {docs::message_of<Found>()}}};
  auto& route = router.add(Method::get, "/events", nothing);
  route.channel = docs::share(stream);
  const auto document =
      json::parse(docs::asyncapi(router, {.version = "1", .text = "Text."}, "example.test:80"));

  CHECK(document["servers"]["websocket"]["host"] == "example.test:80");
  const auto& socket = document["channels"]["things"];
  CHECK(socket["address"] == "/things");
  CHECK(socket["bindings"]["ws"]["query"]["properties"].contains("depth"));
  CHECK(socket["bindings"]["ws"]["headers"]["properties"].contains("Find-Key"));
  CHECK(document["operations"]["ask"]["action"] == "receive");
  CHECK(document["operations"]["ask"]["reply"]["messages"][0]["$ref"] == "#/channels/things/messages/Found");
  CHECK(document["operations"]["tell"]["action"] == "send");
  CHECK(document["operations"]["tell"]["bindings"]["http"]["method"] == "GET");
  CHECK(document["components"]["messages"]["Found"]["payload"]["$ref"] == "#/components/schemas/Found");

  // Two payloads of one name would be one message.
  auto other = channel;
  other.id = "others";
  other.flows.front().id = "askOthers";
  other.flows.front().messages.front().content.type = &describe<Found>();
  router.add_websocket("/others", nobody).channel = docs::share(other);
  CHECK_THROWS_AS(docs::asyncapi(router, {.version = "1", .text = "Text."}, "h"), std::logic_error);
}
