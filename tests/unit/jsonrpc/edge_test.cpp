// JSON-RPC over HTTP: the specification's own examples, params, errors, batches.
#include "fixture.hpp"

using namespace parley;
using namespace parley::test;

namespace {

Json without_data(Json answer) {
  const auto strip = [](Json& one) {
    if (one.contains("error")) one["error"].erase("data");
  };
  if (answer.is_array())
    for (auto& one : answer) strip(one);
  else
    strip(answer);
  return answer;
}

const Json invalid_request =
    Json::parse(R"({"jsonrpc":"2.0","error":{"code":-32600,"message":"Invalid Request"},"id":null})");

}  // namespace

TEST_CASE("the examples of the specification, section 7") {
  EdgeFixture fixture;
  const auto asked = [&](const char* text) { return without_data(fixture.ask(text)); };

  SECTION("positional and named params") {
    for (const auto params :
         {"[42, 23]", R"({"subtrahend": 23, "minuend": 42})", R"({"minuend": 42, "subtrahend": 23})"}) {
      const auto answer = fixture.ask(std::string(R"({"jsonrpc": "2.0", "method": "subtract", "params": )") +
                                      params + R"(, "id": 3})");
      CHECK(answer["jsonrpc"] == "2.0");
      CHECK(answer["result"]["difference"] == 19);
      CHECK(answer["id"] == 3);
      CHECK(answer.size() == 3);
    }
  }
  SECTION("notifications") {
    CHECK(fixture.post(R"({"jsonrpc": "2.0", "method": "update", "params": ["a"]})").empty());
    CHECK(fixture.response.status == 204);
    CHECK(fixture.post(R"({"jsonrpc": "2.0", "method": "foobar"})").empty());
    CHECK(fixture.desk.updated == std::vector<std::string>{"a"});
  }
  SECTION("a method that there is not") {
    CHECK(asked(R"({"jsonrpc": "2.0", "method": "foobar", "id": "1"})") ==
          Json::parse(R"({"jsonrpc":"2.0","error":{"code":-32601,"message":"Method not found"},"id":"1"})"));
  }
  SECTION("invalid JSON") {
    const auto wanted =
        Json::parse(R"({"jsonrpc":"2.0","error":{"code":-32700,"message":"Parse error"},"id":null})");
    CHECK(asked(R"({"jsonrpc": "2.0", "method": "foobar, "params": "bar", "baz])") == wanted);
    CHECK(
        asked(
            R"([{"jsonrpc": "2.0", "method": "sum", "params": [1,2,4], "id": "1"},{"jsonrpc": "2.0", "method")") ==
        wanted);
    CHECK(fixture.response.status == 200);
  }
  SECTION("invalid requests, by themselves and in a batch") {
    CHECK(asked(R"({"jsonrpc": "2.0", "method": 1, "params": "bar"})") == invalid_request);
    CHECK(asked("[]") == invalid_request);
    CHECK(asked("[1]") == Json::array({invalid_request}));
    CHECK(asked("[1,2,3]") == Json::array({invalid_request, invalid_request, invalid_request}));
  }
  SECTION("a mixed batch") {
    const auto answers = asked(R"([
        {"jsonrpc": "2.0", "method": "subtract", "params": [42,23], "id": "1"},
        {"jsonrpc": "2.0", "method": "update", "params": ["x"]},
        {"foo": "boo"},
        {"jsonrpc": "2.0", "method": "foo.get", "params": {"name": "myself"}, "id": "5"},
        {"jsonrpc": "2.0", "method": "echo", "id": "9"}])");
    REQUIRE(answers.size() == 4);
    CHECK(answers[0]["result"]["difference"] == 19);
    CHECK(answers[1] == invalid_request);
    CHECK(answers[2]["error"]["code"] == -32601);
    CHECK(answers[2]["id"] == "5");
    CHECK(answers[3] == Json::parse(R"({"jsonrpc":"2.0","result":null,"id":"9"})"));
  }
  SECTION("a batch of notifications") {
    CHECK(
        fixture
            .post(
                R"([{"jsonrpc":"2.0","method":"update","params":["a"]},{"jsonrpc":"2.0","method":"update","params":["b"]}])")
            .empty());
    CHECK(fixture.response.status == 204);
    CHECK(fixture.desk.updated == std::vector<std::string>{"a", "b"});
  }
}

TEST_CASE("the id comes back letter by letter") {
  EdgeFixture fixture;
  for (const std::string id :
       {"null", "1.50", "123456789012345678901234567890", R"("\u0041\n")", "-0.0e-7"}) {
    const auto answer = fixture.post(R"({"jsonrpc":"2.0","method":"echo","params":[1.50],"id":)" + id + "}");
    CHECK(answer == R"({"jsonrpc":"2.0","result":[1.50],"id":)" + id + "}");
  }
  const auto twice =
      fixture.post(R"([{"jsonrpc":"2.0","method":"echo","id":1},{"jsonrpc":"2.0","method":"echo","id":1}])");
  CHECK(twice == R"([{"jsonrpc":"2.0","result":null,"id":1},{"jsonrpc":"2.0","result":null,"id":1}])");
}

TEST_CASE("an answer without content is null, times are Unix seconds") {
  EdgeFixture fixture;
  CHECK(fixture.ask(R"({"jsonrpc":"2.0","method":"update","params":["a"],"id":1})")["result"] == nullptr);
  CHECK(fixture.ask(R"({"jsonrpc":"2.0","method":"subtract","params":[1,1],"id":1})")["result"]["at"] ==
        1'700'000'000);
}

TEST_CASE("params that do not fit are named, all at once") {
  EdgeFixture fixture;
  const auto error = fixture.error_of("subtract", R"({"minuend":"x","subtrahend":101})");
  CHECK(error["code"] == -32602);
  CHECK(error["message"] == "Invalid params");
  CHECK(error["data"]["code"] == "invalid_argument");
  CHECK(error["data"]["trace_id"] == "ab000000000000000000000000000000");
  REQUIRE(error["data"]["errors"].size() == 2);
  CHECK(error["data"]["errors"][0]["field"] == "minuend");
  CHECK(error["data"]["errors"][1]["message"] == "must be between 0 and 100, is 101");

  for (const auto params : {"", "[]", "{}", "[1]", "[1,null]", R"({"minuend":1})"}) {
    INFO(params);
    CHECK(fixture.error_of("subtract", params)["code"] == -32602);
  }
  const auto many = fixture.error_of("subtract", "[1,2,3]");
  CHECK(many["code"] == -32602);
  CHECK(many["data"]["detail"] == "params must be at most 2 by position (minuend, subtrahend), are 3");
  CHECK(fixture.error_of("update", R"(["a",null])").is_null());  // an optional may be skipped by position
  CHECK(fixture.error_of("update", R"({"name":"a","name":"b"})")["data"]["errors"][0]["message"] ==
        "is given twice");
}

TEST_CASE("a domain's error has the code of the one table") {
  EdgeFixture fixture;
  const auto error = fixture.error_of("refuse", R"(["a"])");
  CHECK(error["code"] == -32008);
  CHECK(error["message"] == "too many");
  CHECK(error["data"]["code"] == "resource_exhausted");
  CHECK(error["data"]["retry_after"] == 2);
}

TEST_CASE("what breaks inside is told as -32603 and no more") {
  EdgeFixture fixture;
  const auto error = fixture.error_of("subtract", "[666,1]");
  CHECK(error["code"] == -32603);
  CHECK(error.dump().find("secret") == std::string::npos);
  CHECK(fixture.metrics["operation_calls_total desk Subtract jsonrpc internal"].value == 1);
}

TEST_CASE("a row's permission is asked for") {
  EdgeFixture fixture;
  fixture.authorize = [](const CallContext&, std::string_view permission) -> Result<void> {
    return fail(Code::permission_denied, "you lack " + std::string(permission));
  };
  const auto error = fixture.error_of("subtract", "[2,1]");
  CHECK(error["code"] == -32007);
  CHECK(error["message"] == "you lack desk:use");
}

TEST_CASE("a batch is bounded, and so is what of it runs at the same time") {
  EdgeFixture fixture({.max_batch = 3, .batch_in_flight = 2});
  const auto call = [](const std::string& name) {
    return R"({"jsonrpc":"2.0","method":"wait","params":[")" + name + "\"],\"id\":\"" + name + "\"}";
  };
  const auto refused =
      fixture.ask("[" + call("a") + "," + call("b") + "," + call("c") + "," + call("d") + "]");
  CHECK(refused["error"]["code"] == -32600);
  CHECK(refused["error"]["data"]["detail"] == "A batch may hold at most 3 calls, this one holds 4");
  CHECK(fixture.desk.begun.empty());

  FakeSocket socket;
  const auto handler = fixture.connect(socket);
  handler->on_message("[" + call("a") + "," + call("b") + "," + call("c") + "]", true);
  CHECK(fixture.desk.begun == std::vector<std::string>{"a", "b"});
  fixture.desk.go("b");
  CHECK(fixture.desk.begun == std::vector<std::string>{"a", "b", "c"});
  CHECK(socket.texts.empty());
  fixture.desk.go("c");
  fixture.desk.go("a");
  CHECK(fixture.desk.most_at_once == 2);
  const auto answers = socket.take();
  REQUIRE(answers.size() == 1);
  REQUIRE(answers[0].size() == 3);
  for (const std::size_t i : {0, 1, 2})
    CHECK(answers[0][i]["id"] == std::string(1, static_cast<char>('a' + i)));
  handler->on_close(1000);
}

TEST_CASE("a stream needs the WebSocket; reserved names are nobody's") {
  EdgeFixture fixture;
  CHECK(fixture.error_of("watch", R"(["a"])")["data"]["code"] == "failed_precondition");
  CHECK(fixture.error_of("rpc.unsubscribe", R"(["1"])")["data"]["code"] == "failed_precondition");
  CHECK(fixture.error_of("rpc.nothing", "")["code"] == -32601);
}

TEST_CASE("media types are taken as loosely as REST takes them") {
  EdgeFixture fixture;
  const auto call = R"({"jsonrpc":"2.0","method":"echo","id":1})";
  for (const auto type : {"application/json", "application/json-rpc+json; charset=utf-8", "text/plain",
                          "application/x-www-form-urlencoded"}) {
    fixture.post(call, type);
    CHECK(fixture.response.status == 200);
  }
  CHECK(Json::parse(fixture.post(call, "application/xml"))["error"]["code"] == -32600);
  CHECK(fixture.response.status == 415);
}

TEST_CASE("what the server itself refuses at this address is JSON-RPC too") {
  EdgeFixture fixture;
  net::Request request;
  request.method = net::Method::post;
  request.path = "/rpc";
  const auto* route = fixture.router.find(request).route;
  fixture.response.status = 413;
  route->error_writer(request, fixture.response, Error{Code::resource_exhausted, "the body is too large"});
  const auto answer = Json::parse(fixture.response.body);
  CHECK(answer["error"]["code"] == -32600);
  CHECK(answer["error"]["data"]["code"] == "resource_exhausted");
  CHECK(answer["id"] == nullptr);
  CHECK(fixture.response.status == 413);

  // What is no fault of the message has its own code: the client may try again.
  for (const auto& [status, code, number] : {std::tuple{503, Code::unavailable, -32014},
                                             {408, Code::deadline_exceeded, -32004},
                                             {429, Code::resource_exhausted, -32008},
                                             {401, Code::unauthenticated, -32016},
                                             {500, Code::internal, -32603},
                                             {400, Code::invalid_argument, -32600}}) {
    CAPTURE(status);
    fixture.response.status = static_cast<std::uint16_t>(status);
    route->error_writer(request, fixture.response, Error{code, "no"});
    CHECK(Json::parse(fixture.response.body)["error"]["code"] == number);
    CHECK(fixture.response.status == status);
  }
}

TEST_CASE("rpc.discover describes every method") {
  EdgeFixture fixture;
  const auto document = fixture.ask(R"({"jsonrpc":"2.0","method":"rpc.discover","id":1})")["result"];
  CHECK(document["openrpc"] == "1.3.2");
  std::vector<std::string> names;
  for (auto& method : document["methods"]) names.push_back(method["name"]);
  CHECK(names == std::vector<std::string>{"subtract", "update", "wait", "store", "refuse", "watch", "echo",
                                          "rpc.discover", "rpc.unsubscribe"});
  const auto& subtract = document["methods"][0];
  CHECK(subtract["paramStructure"] == "either");
  CHECK(subtract["params"][1]["name"] == "subtrahend");
  CHECK(subtract["params"][1]["required"] == true);
  CHECK(subtract["params"][1]["schema"]["maximum"] == 100);
  CHECK(subtract["result"]["schema"]["$ref"] == "#/components/schemas/Difference");
  CHECK(document["components"]["schemas"]["Difference"]["properties"]["at"]["type"] == "integer");
  CHECK(subtract["examples"][0]["params"][0]["value"] == 42);
  CHECK(subtract["examples"][0]["result"]["value"]["difference"] == 19);
  CHECK(subtract["tags"][0]["name"] == "desk");
  std::vector<int> codes;
  for (auto& error : subtract["errors"]) codes.push_back(error["code"]);
  CHECK(std::ranges::find(codes, -32602) != codes.end());
  CHECK(std::ranges::find(codes, -32011) != codes.end());
  CHECK(document["methods"][1]["result"]["schema"]["type"] == "null");
  CHECK(document["methods"][5]["x-stream"]["$ref"] == "#/components/schemas/Tick");
}
