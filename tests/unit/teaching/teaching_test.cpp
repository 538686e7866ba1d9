// The teaching endpoints, asked as the server would ask them.
#include "catch.hpp"
#include "manual_time.hpp"
#include "mirror.hpp"
#include "status.hpp"

#include <parley/docs/documents.hpp>
#include <parley/teaching/teaching.hpp>

#include <nlohmann/json.hpp>

using namespace parley;
using namespace parley::test;
using net::Method;
using net::Request;
using net::Response;
using nlohmann::json;

namespace {

class TeachingFixture {
 public:
  explicit TeachingFixture(teaching::Options options = {}) {
    net::ErrorWriter errors = [](const Request&, Response& response, const Error& error) {
      if (response.status < 400) response.status = info(error.code).http_status;
      response.body =
          error.fields.empty() ? error.message : error.fields[0].field + " " + error.fields[0].problem;
    };
    teaching::mount(router,
                    {.scheduler = time,
                     .random = *random,
                     .error_writer = errors,
                     .request_timeout = std::chrono::seconds(30)},
                    options);
  }

  // Until the handler waits, or has answered.
  Response& begin(Method method, std::string target, std::vector<net::Field> fields = {},
                  std::string body = {}) {
    target_ = std::move(target), body_ = std::move(body), fields_ = std::move(fields);
    request.method = method;
    request.method_name = net::to_string(method);
    request.target = target_;
    const auto mark = target_.find('?');
    request.path = std::string_view(target_).substr(0, mark);
    request.query =
        mark == std::string::npos ? std::string_view() : std::string_view(target_).substr(mark + 1);
    request.fields = fields_;
    request.body = body_;
    request.remote = "127.0.0.1";
    request.request_id = "id-7";
    request.context = {};
    request.context.clock = &time;
    request.context.deadline = time.steady() + std::chrono::seconds(30);
    request.context.cancellation = cancellation = std::make_shared<Cancellation>();
    response.clear();
    const auto match = router.find(request);
    REQUIRE(match.route);
    request.route = match.route;
    done = false;
    tasks.spawn(run(match.route->handler));
    return response;
  }
  Response& get(std::string target) {
    begin(Method::get, std::move(target));
    CHECK(done);
    return response;
  }

  ManualTime time;
  std::unique_ptr<Random> random = make_random(3);
  net::Router router;
  Request request;
  Response response;
  std::shared_ptr<Cancellation> cancellation;
  bool done = false;
  TaskGroup tasks{[](std::exception_ptr failure) { std::rethrow_exception(failure); }};

 private:
  Task<void> run(const net::Handler& handler) {
    auto handling = handler(request, response);
    co_await std::move(handling);
    done = true;
  }
  std::string target_, body_;
  std::vector<net::Field> fields_;
};

// Takes what a producer writes, as long as there is room.
class Collector final : public net::BodyWriter {
 public:
  explicit Collector(std::size_t room = SIZE_MAX) : room_(room) {}
  Task<bool> write(std::string_view bytes) override {
    text += bytes;
    co_return text.size() < room_;
  }
  std::string text;

 private:
  std::size_t room_;
};

std::string_view field(const Response& response, std::string_view name) {
  const auto headers = response.headers();
  const auto at = headers.find(std::string(name) + ": ");
  if (at == std::string_view::npos) return {};
  const auto begin = at + name.size() + 2;
  return headers.substr(begin, headers.find('\r', begin) - begin);
}

}  // namespace

TEST_CASE("echo shows the request as it was seen") {
  TeachingFixture fixture;
  for (const auto method :
       {Method::get, Method::post, Method::put, Method::patch, Method::del, Method::options}) {
    auto& response =
        fixture.begin(method, "/echo?a=1&b=x%20y&a=2",
                      {{"Host", "localhost:8080"}, {"X-Two", "1"}, {"x-two", "2"}}, R"({"n": [1]})");
    const auto seen = json::parse(response.body);
    CHECK(seen["method"] == net::to_string(method));
    CHECK(seen["url"] == "http://localhost:8080/echo?a=1&b=x%20y&a=2");
    CHECK(seen["path"] == "/echo");
    CHECK(seen["query"] == "a=1&b=x%20y&a=2");
    CHECK(seen["args"] == json::parse(R"({"a":["1","2"],"b":"x y"})"));
    CHECK(seen["headers"] == json::parse(R"({"Host":"localhost:8080","X-Two":["1","2"]})"));
    CHECK(seen["body"] == R"({"n": [1]})");
    CHECK(seen["json"] == json::parse(R"({"n":[1]})"));
    CHECK(seen["size"] == 10);
    CHECK(seen["origin"] == "127.0.0.1");
    CHECK(seen["http_version"] == "1.1");
    CHECK(seen["request_id"] == "id-7");
    CHECK(seen["trace_id"].get<std::string>().size() == 32);
  }
}

TEST_CASE("echo shows bodies that are no JSON, no text, or would break out of it") {
  TeachingFixture fixture;
  const auto echo = [&](std::string body) {
    return json::parse(fixture.begin(Method::post, "/echo", {}, std::move(body)).body);
  };
  CHECK(echo("")["json"].is_null());
  CHECK(echo("")["body"] == "");
  CHECK(echo("plain")["json"].is_null());
  CHECK(echo("1,\"x\":2")["json"].is_null());
  CHECK(echo("1}")["json"].is_null());
  CHECK(echo("null")["json"].is_null());
  CHECK(echo(" [1] ")["json"] == json::parse("[1]"));
  const auto binary = echo(std::string("\xff\x00\x01", 3));
  CHECK(binary["body_base64"] == "/wAB");
  CHECK_FALSE(binary.contains("body"));
  CHECK(echo(std::string(1000, '[') + std::string(1000, ']'))["size"] == 2000);
}

TEST_CASE("echo masks what must not be shown") {
  TeachingFixture fixture;
  auto& response = fixture.begin(Method::get, "/echo",
                                 {{"authorization", "Bearer hush-hush"},
                                  {"Cookie", "session=hush-hush"},
                                  {"Proxy-Authorization", "hush-hush"},
                                  {"X-Api-Key", "hush-hush"}});
  CHECK_FALSE(response.body.contains("hush"));
  CHECK(json::parse(response.body)["headers"]["authorization"] == "Bearer ***");
  CHECK_FALSE(fixture.begin(Method::get, "/headers", {{"Cookie", "hush"}}).body.contains("hush"));
}

TEST_CASE("base64 has its padding") {
  const auto coded = [](std::string_view bytes) {
    std::string out;
    teaching::append_base64(bytes, out);
    return out;
  };
  CHECK(coded("") == "");
  CHECK(coded("f") == "Zg==");
  CHECK(coded("fo") == "Zm8=");
  CHECK(coded("foo") == "Zm9v");
  CHECK(coded("foobar") == "Zm9vYmFy");
}

TEST_CASE("any status comes with the fields it needs") {
  TeachingFixture fixture;
  CHECK(fixture.get("/status/200").status == 200);
  CHECK(fixture.response.body == "{\"status\":200}");
  for (const auto* bodiless : {"/status/204", "/status/205", "/status/304"})
    CHECK(fixture.get(bodiless).body.empty());
  CHECK(field(fixture.get("/status/302"), "Location") == "/echo");
  CHECK(field(fixture.get("/status/304"), "Location").empty());
  CHECK(field(fixture.get("/status/405"), "Allow") == "GET, HEAD, OPTIONS");
  CHECK(field(fixture.get("/status/429"), "Retry-After") == "1");
  CHECK_FALSE(field(fixture.get("/status/407"), "Proxy-Authenticate").empty());
  CHECK(fixture.get("/status/418").status == 418);
  CHECK(fixture.response.body == "this status was asked for");
  CHECK(fixture.begin(Method::del, "/status/503").status == 503);
}

TEST_CASE("one of several statuses is drawn") {
  TeachingFixture fixture;
  int failed = 0;
  for (int i = 0; i < 1000; ++i) failed += fixture.get("/status/200:9,503:1").status == 503;
  CHECK(failed > 50);
  CHECK(failed < 150);
}

TEST_CASE("statuses that are none are refused") {
  TeachingFixture fixture;
  for (const auto* bad :
       {"abc", "99", "199", "600", "200,", "200:0", "200:x", "-200", "2e2", "200:1001", "70000"}) {
    INFO(bad);
    CHECK(fixture.get(std::string("/status/") + bad).status == 400);
    CHECK(fixture.response.body.starts_with("codes must"));
  }
  CHECK(fixture.get("/status/101").body.contains("1xx"));
  std::string many = "200";
  for (int i = 0; i < 16; ++i) many += ",200";
  CHECK(fixture.get("/status/" + many).status == 400);
}

TEST_CASE("a delay lasts as long as it was asked for, and ends when the client leaves") {
  TeachingFixture fixture;
  auto& response = fixture.begin(Method::get, "/delay/250");
  fixture.time.advance(std::chrono::milliseconds(249));
  CHECK_FALSE(fixture.done);
  fixture.time.advance(std::chrono::milliseconds(1));
  CHECK(fixture.done);
  CHECK(response.status == 200);
  CHECK(response.body == "{\"delay\":250}");
  CHECK(fixture.get("/delay/0").body == "{\"delay\":0}");

  fixture.begin(Method::post, "/delay/20000");
  CHECK_FALSE(fixture.done);
  fixture.cancellation->cancel();
  CHECK(fixture.done);
  CHECK(response.status == 499);
}

TEST_CASE("a delay stays below its limit and the deadline of the request") {
  TeachingFixture fixture;
  CHECK(fixture.get("/delay/29901").status == 400);
  CHECK(fixture.response.body == "ms must be a whole number between 0 and 29900");
  TeachingFixture narrow({.max_delay = std::chrono::milliseconds(100)});
  CHECK(narrow.get("/delay/101").body == "ms must be a whole number between 0 and 100");
  for (const auto* bad : {"/delay/x", "/delay/-1", "/delay/1.5", "/delay/99999999999999999999"})
    CHECK(narrow.get(bad).status == 400);
}

TEST_CASE("a stream has so many lines, with an interval between them") {
  TeachingFixture fixture;
  auto& response = fixture.get("/stream/3");
  CHECK(response.content_type == "application/x-ndjson");
  REQUIRE(response.producing);
  CHECK_FALSE(response.producing->length);
  Collector out;
  fixture.time.wait(response.producing->producer(out));
  std::istringstream lines(out.text);
  int count = 0;
  for (std::string line; std::getline(lines, line); ++count) CHECK(json::parse(line)["id"] == count);
  CHECK(count == 3);

  Collector narrow(60);
  fixture.time.wait(fixture.get("/stream/1000").producing->producer(narrow));
  CHECK(narrow.text.size() < 120);  // ends when nobody takes more

  fixture.get("/stream/3?interval=100");
  Collector slow;
  TaskGroup tasks([](std::exception_ptr) {});
  tasks.spawn(response.producing->producer(slow));
  CHECK(std::ranges::count(slow.text, '\n') == 1);
  fixture.time.advance(std::chrono::milliseconds(100));
  CHECK(std::ranges::count(slow.text, '\n') == 2);
  fixture.cancellation->cancel();
  CHECK(tasks.size() == 0);

  CHECK(fixture.get("/stream/10001").status == 400);
  CHECK(fixture.get("/stream/3?interval=x").status == 400);
}

TEST_CASE("bytes are as many as were asked for, and the same for the same seed") {
  TeachingFixture fixture;
  const auto bytes = [&](const char* target) {
    auto& response = fixture.get(target);
    REQUIRE(response.producing);
    Collector out;
    fixture.time.wait(response.producing->producer(out));
    CHECK(response.producing->length == out.text.size());
    return out.text;
  };
  CHECK(bytes("/bytes/0").empty());
  CHECK(bytes("/bytes/100000").size() == 100'000);
  CHECK(bytes("/bytes/100?seed=7") == bytes("/bytes/100?seed=7"));
  CHECK(bytes("/bytes/100?seed=7") != bytes("/bytes/100?seed=8"));
  CHECK(bytes("/bytes/100") != bytes("/bytes/100"));
  CHECK(fixture.get("/bytes/104857601").status == 400);
  CHECK(fixture.get("/bytes/1?seed=-1").status == 400);
}

TEST_CASE("the small ones") {
  TeachingFixture fixture;
  CHECK(fixture.get("/ip").body == R"({"origin":"127.0.0.1"})");
  const auto uuid = json::parse(fixture.get("/uuid").body)["uuid"].get<std::string>();
  CHECK(uuid.size() == 36);
  CHECK(json::parse(fixture.get("/uuid").body)["uuid"] != uuid);
}

TEST_CASE("every route says what it is") {
  TeachingFixture fixture;
  const auto document = json::parse(docs::openapi(fixture.router, {.version = "1", .text = "t"}));
  CHECK(document["paths"].size() == 8);
  CHECK(document["paths"]["/echo"].size() == 7);  // HEAD too
  CHECK(document["paths"]["/stream/{n}"]["get"]["responses"].contains("200"));
  CHECK_FALSE(document["paths"]["/stream/{n}"]["get"]["responses"].contains("304"));
}

TEST_CASE("the largest that is described is taken, and one more is not") {
  TeachingFixture fixture({.max_lines = 20, .max_bytes = 30});
  const auto document = json::parse(docs::openapi(fixture.router, {.version = "1", .text = "t"}));
  for (const auto& [path, limit] :
       {std::pair{"/delay/{ms}", 29'900}, {"/stream/{n}", 20}, {"/bytes/{n}", 30}}) {
    CAPTURE(path);
    const std::string pattern = path, base = pattern.substr(0, pattern.find('{'));
    CHECK(document["paths"][path]["get"]["parameters"][0]["schema"]["maximum"] == limit);
    CHECK(fixture.begin(Method::get, base + std::to_string(limit)).status == 200);
    fixture.cancellation->cancel();  // /delay waits
    CHECK(fixture.get(base + std::to_string(limit + 1)).status == 400);
  }
}

TEST_CASE("they can be left out") {
  TeachingFixture fixture({.enabled = false});
  CHECK(fixture.router.routes().empty());
}
