// Fields that come from header fields: where they are read, how they are named, how they are described.
#include "catch.hpp"
#include "fakes.hpp"
#include "fixture.hpp"
#include "manual_time.hpp"
#include "operation_route.hpp"

#include <parley/docs/documents.hpp>
#include <parley/validate.hpp>

using namespace parley;
using namespace parley::test;
using net::Method;

namespace {

struct Probe {
  std::string name;
  std::optional<std::string> key;
  std::optional<std::int32_t> depth;
};
struct Answer {
  std::string id = "1";
};

class Port {
 public:
  Task<Result<Answer>> make(CallContext, Probe request) { return answer(std::move(request)); }
  Task<Result<Answer>> list(CallContext, Probe request) { return answer(std::move(request)); }
  std::optional<Probe> got;

 private:
  Task<Result<Answer>> answer(Probe request) {
    if (auto fine = conform(request); !fine) co_return std::unexpected(std::move(fine.error()));
    got = std::move(request);
    co_return Answer{};
  }
};

}  // namespace

namespace parley {
template <>
const TypeInfo& describe<Probe>() {
  static constexpr Row rows[] = {
      field<&Probe::name>("name", length(1, 5)),
      field<&Probe::key>("key", from_header("Probe-Key"), length(1, 8), doc("Says what it is.")),
      field<&Probe::depth>("depth", from_header("Probe-Depth"), range(1, 9)),
  };
  static const TypeInfo type = object<Probe>("Probe", rows);
  return type;
}
template <>
const TypeInfo& describe<Answer>() {
  static constexpr Row rows[] = {field<&Answer::id>("id")};
  static const TypeInfo type = object<Answer>("Answer", rows);
  return type;
}
template <>
std::span<const Operation> operations<Port>() {
  static constexpr Operation rows[] = {
      operation<&Port::make>("Make", http(Verb::post, "/probes", 201)),
      operation<&Port::list>("List", http(Verb::get, "/probes")),
  };
  return rows;
}
}  // namespace parley

namespace {

struct Fixture {
  Fixture() { routes.mount(router, bind_service<Port>("probes", port)); }

  using Headers = std::vector<std::pair<std::string, std::string>>;
  net::Response ask(Method method, std::string target, std::string body, Headers headers) {
    TestRequest request(method, std::move(target), std::move(body));
    for (auto& [name, value] : headers) request.with(name, value);
    net::Response response;
    request.context.clock = &time;
    const auto match = router.find(request);
    REQUIRE(match.route);
    request.route = match.route;
    time.wait(match.route->handler(request, response));
    return response;
  }

  ManualTime time;
  FakeMetrics metrics;
  net::Router router;
  rest::Versions versions{rest::Options{}};
  calls::Authorize authorize;
  Port port;
  rest::OperationRoutes routes{metrics, versions, authorize};
};

}  // namespace

TEST_CASE("a header field fills its field; body and query do not") {
  Fixture fixture;
  auto made = fixture.ask(Method::post, "/probes?key=q", R"({"name":"a","key":{},"depth":"x"})",
                          {{"probe-key", "k1"}, {"Probe-Depth", "3"}});
  CHECK(made.status == 201);
  REQUIRE(fixture.port.got);
  CHECK(fixture.port.got->key == "k1");
  CHECK(fixture.port.got->depth == 3);

  CHECK(fixture.ask(Method::post, "/probes?key=q", R"({"name":"a","key":"b"})", {}).status == 201);
  CHECK_FALSE(fixture.port.got->key);
  CHECK(fixture.ask(Method::get, "/probes?name=a", "", {{"Probe-Key", "k2"}}).status == 200);
  CHECK(fixture.port.got->key == "k2");
}

TEST_CASE("an error names the header field") {
  Fixture fixture;
  // Found by the port.
  auto response = fixture.ask(Method::post, "/probes", R"({"name":"a"})",
                              {{"Probe-Key", "far too long"}, {"Probe-Depth", "3"}});
  CHECK(response.status == 400);
  auto problem = parse(response.body);
  CHECK(problem["detail"] == "Probe-Key must have between 1 and 8 characters, has 12");
  CHECK(problem["errors"][0]["field"] == "Probe-Key");

  // Found while reading, beside others.
  response =
      fixture.ask(Method::post, "/probes", R"({"name":5})", {{"Probe-Key", ""}, {"Probe-Depth", "deep"}});
  problem = parse(response.body);
  REQUIRE(problem["errors"].size() == 3);
  CHECK(problem["errors"][0]["field"] == "name");
  CHECK(problem["errors"][1]["field"] == "Probe-Depth");
  CHECK(problem["errors"][2]["field"] == "Probe-Key");
  CHECK_FALSE(fixture.port.got);
}

TEST_CASE("the description has them as header parameters") {
  Fixture fixture;
  const auto paths = parse(docs::openapi(fixture.router, {.version = "1", .text = {}}))["paths"];
  const auto& make = paths["/probes"]["post"];
  REQUIRE(make["parameters"].size() == 2);
  CHECK(make["parameters"][0]["name"] == "Probe-Key");
  CHECK(make["parameters"][0]["in"] == "header");
  CHECK(make["parameters"][0]["required"] == false);
  CHECK(make["parameters"][0]["schema"]["maxLength"] == 8);
  const auto& body = make["requestBody"]["content"]["application/json"]["schema"];
  CHECK(body["properties"].size() == 1);
  CHECK(body["properties"].contains("name"));

  const auto& list = paths["/probes"]["get"]["parameters"];
  REQUIRE(list.size() == 3);
  CHECK(list[0]["in"] == "query");
  CHECK(list[1]["in"] == "header");
}
