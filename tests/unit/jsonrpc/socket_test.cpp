// JSON-RPC over a WebSocket: answers as they come, back-pressure, what a dropped socket ends, streams.
#include "fixture.hpp"

using namespace parley;
using namespace parley::test;
using Names = std::vector<std::string>;

namespace {

std::string call(const std::string& method, const std::string& param, const std::string& id) {
  return R"({"jsonrpc":"2.0","method":")" + method + R"(","params":[")" + param + R"("],"id":)" + id + "}";
}

}  // namespace

TEST_CASE("answers come as the calls complete") {
  EdgeFixture fixture;
  FakeSocket socket;
  const auto handler = fixture.connect(socket);
  handler->on_message(call("wait", "slow", "1"), true);
  handler->on_message(call("wait", "quick", "2"), true);
  handler->on_message(R"({"jsonrpc":"2.0","method":"update","params":["n"]})", true);
  CHECK(socket.texts.empty());
  fixture.desk.go("quick");
  fixture.desk.go("slow");
  const auto answers = socket.take();
  REQUIRE(answers.size() == 2);
  CHECK(answers[0]["id"] == 2);
  CHECK(answers[1]["id"] == 1);
  CHECK(answers[1]["result"]["name"] == "slow");
  handler->on_close(1000);
}

TEST_CASE("what is no message is answered, and the socket lives on") {
  EdgeFixture fixture({.max_body = 300});
  FakeSocket socket;
  const auto handler = fixture.connect(socket);
  CHECK(fixture.socket_options.max_message == 300);
  CHECK(fixture.socket_options.max_discarded == 64 << 20);
  handler->on_message("\x01\x02", false);
  handler->on_message("{", true);
  handler->on_oversized(301, true);
  const auto answers = socket.take();
  REQUIRE(answers.size() == 3);
  CHECK(answers[0]["error"]["code"] == -32600);
  CHECK(answers[1]["error"]["code"] == -32700);
  CHECK(answers[2]["error"]["code"] == -32600);
  CHECK(answers[2]["error"]["data"]["detail"] == "A message must have at most 300 bytes, this one has 301");
  handler->on_message(call("update", "x", "1"), true);
  CHECK(socket.take().size() == 1);
  handler->on_close(1000);
}

TEST_CASE("reading pauses while too many calls run") {
  EdgeFixture fixture({.calls_in_flight = 2});
  FakeSocket socket;
  const auto handler = fixture.connect(socket);
  handler->on_message(call("wait", "a", "1"), true);
  CHECK(socket.paused == 0);
  handler->on_message(call("wait", "b", "2"), true);
  CHECK(socket.paused == 1);
  fixture.desk.go("a");
  CHECK(socket.paused == 0);
  fixture.desk.go("b");
  CHECK(socket.paused == 0);
  handler->on_close(1000);
}

TEST_CASE("a socket that drops cancels its reads, and lets its writes complete") {
  EdgeFixture fixture;
  FakeSocket socket;
  {
    const auto handler = fixture.connect(socket);
    handler->on_message(call("wait", "read", "1"), true);
    handler->on_message(call("store", "write", "2"), true);
    handler->on_message(
        "[" + call("wait", "read of a batch", "1") + "," + call("store", "write of a batch", "2") + "]",
        true);
    handler->on_close(1006);
  }
  fixture.turn();
  CHECK(fixture.desk.cancelled == Names{"read", "read of a batch"});
  CHECK(fixture.desk.completed.empty());
  fixture.desk.go("write");
  fixture.desk.go("write of a batch");
  CHECK(fixture.desk.completed == Names{"write", "write of a batch"});
  CHECK(socket.texts.empty());
  fixture.time.wait(fixture.edge->stop());
}

TEST_CASE("a stream is answered with its name, and followed until it is ended") {
  EdgeFixture fixture;
  FakeSocket socket;
  const auto handler = fixture.connect(socket);
  handler->on_message(call("watch", "room", "\"w\""), true);
  auto came = socket.take();
  REQUIRE(came.size() == 1);
  CHECK(came[0]["id"] == "w");
  const std::string name = came[0]["result"]["subscription"];
  CHECK(fixture.metrics["jsonrpc_subscriptions"].value == 1);

  handler->on_message("[" + call("rpc.unsubscribe", name, "4") + "]", true);
  const auto refused = socket.take()[0][0]["error"];
  CHECK(refused["message"] ==
        "rpc.unsubscribe is called over the WebSocket that follows the stream, by itself");
  CHECK(fixture.desk.following == 1);

  fixture.desk.tick("one");
  fixture.desk.tick("two");
  came = socket.take();
  REQUIRE(came.size() == 2);
  CHECK(came[0] == Json::parse(R"({"jsonrpc":"2.0","method":"rpc.subscription","params":{"subscription":")" +
                               name + R"(","result":{"name":"one"}}})"));
  CHECK(came[1]["params"]["result"]["name"] == "two");

  handler->on_message(call("rpc.unsubscribe", name, "5"), true);
  handler->on_message(call("rpc.unsubscribe", name, "6"), true);
  handler->on_message(R"({"jsonrpc":"2.0","method":"rpc.unsubscribe","id":7})", true);
  fixture.turn();
  CHECK(fixture.desk.following == 0);
  came = socket.take();
  REQUIRE(came.size() == 3);
  CHECK(came[0]["result"] == true);
  CHECK(came[1]["error"]["data"]["code"] == "not_found");
  CHECK(came[2]["error"]["code"] == -32602);
  CHECK(fixture.metrics["jsonrpc_subscriptions"].value == 0);
  fixture.desk.tick("three");
  CHECK(socket.texts.empty());
  handler->on_close(1000);
}

TEST_CASE("a stream that ends says so, and why") {
  EdgeFixture fixture;
  FakeSocket socket;
  const auto handler = fixture.connect(socket);
  handler->on_message(call("watch", "room", "1"), true);
  const std::string name = socket.take()[0]["result"]["subscription"];
  SECTION("with an error") {
    fixture.desk.tick({}, Error{Code::unavailable, "the log was closed"});
    const auto last = socket.take();
    REQUIRE(last.size() == 1);
    CHECK(last[0]["method"] == "rpc.subscription");
    CHECK(last[0]["params"]["subscription"] == name);
    CHECK(last[0]["params"]["error"]["code"] == -32014);
  }
  SECTION("without one") {
    fixture.desk.tick({});
    const auto last = socket.take();
    REQUIRE(last.size() == 1);
    CHECK(last[0]["params"]["end"] == true);
  }
  handler->on_message(call("rpc.unsubscribe", name, "2"), true);
  CHECK(socket.take()[0]["error"]["data"]["code"] == "not_found");
  handler->on_close(1000);
}

TEST_CASE("a stream that cannot begin answers its call with the error") {
  EdgeFixture fixture({.max_subscriptions = 1});
  FakeSocket socket;
  const auto handler = fixture.connect(socket);
  handler->on_message(call("watch", "nobody", "1"), true);
  handler->on_message(R"({"jsonrpc":"2.0","method":"watch","id":2})", true);
  handler->on_message(R"({"jsonrpc":"2.0","method":"watch","params":["unnamed"]})",
                      true);  // nobody could end it
  CHECK(fixture.desk.following == 0);
  handler->on_message(call("watch", "one", "3"), true);
  handler->on_message(call("watch", "two", "4"), true);
  handler->on_message("[" + call("watch", "three", "5") + "]", true);
  const auto answers = socket.take();
  REQUIRE(answers.size() == 5);
  CHECK(answers[0]["error"]["data"]["code"] == "not_found");
  CHECK(answers[1]["error"]["code"] == -32602);
  CHECK(answers[2]["result"]["subscription"].is_string());
  CHECK(answers[3]["error"]["data"]["code"] == "resource_exhausted");
  CHECK(answers[4][0]["error"]["data"]["code"] == "failed_precondition");
  handler->on_close(1000);
  fixture.turn();
  CHECK(fixture.desk.following == 0);
}

TEST_CASE("a stream waits for a client that does not take what it is sent") {
  EdgeFixture fixture({.stream_backlog = 1024});
  FakeSocket socket;
  const auto handler = fixture.connect(socket);
  handler->on_message(call("watch", "room", "1"), true);
  socket.take();
  socket.waiting = 1025;
  fixture.desk.tick("one");
  CHECK(socket.texts.empty());
  socket.waiting = 0;
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  const std::function<void()> look = [&] {
    if (!socket.texts.empty() || std::chrono::steady_clock::now() > until)
      fixture.loop.stop();
    else
      fixture.loop.post(look);
  };
  fixture.loop.post(look);
  fixture.loop.run();
  REQUIRE(socket.texts.size() == 1);
  handler->on_close(1000);
  fixture.turn();
  CHECK(fixture.desk.following == 0);
}
