#include "request_parser.hpp"

#include "catch.hpp"
#include "chunked_body.hpp"

using namespace parley;
using namespace parley::net;

namespace {

struct Parse {
  std::string input;
  HeadLimits limits;
  std::size_t seen = 0;
  Request request;
  std::vector<Field> fields;
  Head head;
  ParsedHead result{};

  explicit Parse(std::string text) : input(std::move(text)) { again(); }
  void again() { result = parse_head(input, limits, seen, request, fields, head); }
};

std::string with(const std::string& fields, const std::string& line = "GET / HTTP/1.1") {
  return line + "\r\n" + fields + "\r\n";
}

struct Chunks {
  ChunkedBody::Status status;
  std::string body;
  std::size_t left;
};

// Decodes in place, as connections do, `step` bytes at a time.
Chunks decode(std::string raw, std::size_t step, std::size_t limit = 1 << 20) {
  ChunkedBody chunks;
  chunks.reset(limit);
  std::string body;
  std::size_t at = 0;
  while (at < raw.size()) {
    const auto size = std::min(step, raw.size() - at);
    std::string piece = raw.substr(at, size);
    const auto progress = chunks.decode(piece.data(), piece.data(), piece.size());
    body += piece.substr(0, progress.produced);
    at += progress.consumed;
    if (progress.status != ChunkedBody::Status::more) return {progress.status, body, raw.size() - at};
  }
  return {ChunkedBody::Status::more, body, 0};
}

}  // namespace

TEST_CASE("a head is parsed into views of its input") {
  Parse parse(
      "POST /a%20b?x=1 HTTP/1.1\r\nHost: example.org:8080\r\nContent-Length: 5\r\nX-Request-Id: abc-1\r\n"
      "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\nEmpty:\r\n\r\nhello");
  REQUIRE(parse.result.status == HeadStatus::complete);
  CHECK(parse.input.substr(parse.result.size) == "hello");
  CHECK(parse.request.method == Method::post);
  CHECK(parse.request.method_name == "POST");
  CHECK(parse.request.target == "/a%20b?x=1");
  CHECK(parse.request.path == "/a%20b");
  CHECK(parse.request.query == "x=1");
  CHECK_FALSE(parse.request.http_1_0);
  REQUIRE(parse.request.fields.size() == 5);
  CHECK(parse.request.header("host") == "example.org:8080");
  CHECK(parse.request.header("empty") == "");
  CHECK(parse.head.keep_alive);
  CHECK(parse.head.content_length == 5);
  CHECK(parse.head.request_id == "abc-1");
  CHECK(parse.head.traceparent.substr(0, 3) == "00-");
}

TEST_CASE("what a head says of its connection") {
  const std::string host = "Host: a\r\n";
  CHECK(Parse(with(host)).head.keep_alive);
  CHECK_FALSE(Parse(with(host + "Connection: foo, CLOSE\r\n")).head.keep_alive);
  CHECK_FALSE(Parse(with("", "GET / HTTP/1.0")).head.keep_alive);
  CHECK(Parse(with("Connection: Keep-Alive\r\n", "GET / HTTP/1.0")).head.keep_alive);
  CHECK(Parse(with(host + "Transfer-Encoding: Chunked\r\n")).head.chunked);
  CHECK(Parse(with(host + "Expect: 100-Continue\r\n")).head.expects_continue);
  CHECK_FALSE(Parse(with("Expect: 100-continue\r\n", "GET / HTTP/1.0")).head.expects_continue);
  CHECK(Parse(with(host + "Connection: Upgrade\r\nUpgrade: h2c, WebSocket\r\n")).head.wants_websocket);
  CHECK_FALSE(Parse(with(host + "Connection: Upgrade\r\nUpgrade: h2c\r\n")).head.wants_websocket);
  CHECK_FALSE(Parse(with("Upgrade: websocket\r\n", "GET / HTTP/1.0")).head.wants_websocket);
  CHECK(Parse(with(host + "If-None-Match: *\r\n")).head.conditional);
  CHECK(Parse(with(host + "X-Request-Id: no spaces please\r\n")).head.request_id.empty());
  CHECK(Parse(with(host + "X-Request-Id: " + std::string(65, 'a') + "\r\n")).head.request_id.empty());
}

TEST_CASE("the forms of a target") {
  CHECK(Parse(with("Host: a\r\n", "GET http://b.example:80/x/y?z HTTP/1.1")).request.path == "/x/y");
  CHECK(Parse(with("Host: a\r\n", "GET http://b.example?z HTTP/1.1")).request.path == "/");
  CHECK(Parse(with("Host: a\r\n", "GET HTTPS://[::1]:8080/ HTTP/1.1")).request.path == "/");
  CHECK(Parse(with("Host: a\r\n", "OPTIONS * HTTP/1.1")).request.path == "*");
  CHECK(Parse(with("Host: a\r\n", "CONNECT b.example:443 HTTP/1.1")).result.status == HeadStatus::complete);
  CHECK(Parse(with("Host: a\r\n", "GET /?a={1|2}^`\\[] HTTP/1.1")).request.query == "a={1|2}^`\\[]");
}

TEST_CASE("a head that trickles in is complete at its last byte") {
  const std::string whole = with("Host: a\r\nX: y z\r\n", "\r\n\r\nGET /abc HTTP/1.1");
  Parse parse("");
  for (std::size_t size = 1; size < whole.size(); ++size) {
    parse.input = whole.substr(0, size);
    parse.again();
    REQUIRE(parse.result.status == HeadStatus::incomplete);
  }
  parse.input = whole;
  parse.again();
  REQUIRE(parse.result.status == HeadStatus::complete);
  CHECK(parse.result.size == whole.size());
  CHECK(parse.request.path == "/abc");
  CHECK(parse.seen == 0);
}

TEST_CASE("a bare line feed is refused as soon as it arrives") {
  Parse parse("GET / HTTP/1.1\r\nHost: a\r\nX");
  REQUIRE(parse.result.status == HeadStatus::incomplete);
  parse.input += ": b\n";
  parse.again();
  CHECK(parse.result.refusal == 400);
}

TEST_CASE("limits of a head") {
  Parse parse("");
  SECTION("a long target") {
    parse.input = with("Host: a\r\n", "GET /" + std::string(max_target, 'a') + " HTTP/1.1");
    parse.again();
    CHECK(parse.result.refusal == 414);
  }
  SECTION("a target without an end") {
    parse.input = "GET /" + std::string(max_target + 40, 'a');
    parse.again();
    CHECK(parse.result.refusal == 414);
  }
  SECTION("too many bytes of fields") {
    parse.input = with("Host: a\r\nX: " + std::string(17000, 'a') + "\r\n");
    parse.again();
    CHECK(parse.result.refusal == 431);
  }
  SECTION("fields without an end") {
    parse.input = "GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(17000, 'a');
    parse.again();
    CHECK(parse.result.refusal == 431);
  }
  SECTION("exactly as many bytes as allowed") {
    const auto without = with("Host: a\r\nX: \r\n").size();
    parse.input = with("Host: a\r\nX: " + std::string(parse.limits.max_size - without, 'a') + "\r\n");
    REQUIRE(parse.input.size() == parse.limits.max_size);
    parse.again();
    CHECK(parse.result.status == HeadStatus::complete);
  }
  SECTION("fields up to the limit and beyond") {
    std::string fields = "Host: a\r\n";
    for (int i = 0; i < 99; ++i) fields += "A: b\r\n";
    parse.input = with(fields);
    parse.again();
    CHECK(parse.result.status == HeadStatus::complete);
    parse.input = with(fields + "A: b\r\n");
    parse.again();
    CHECK(parse.result.refusal == 431);
  }
}

TEST_CASE("the chunked coding is decoded however it is cut") {
  const std::string raw =
      "4\r\nWiki\r\n5;name=value;q=\"a \\\" b\"\r\npedia\r\n0\r\nExpires: never\r\n\r\nGET /";
  for (std::size_t step = 1; step <= raw.size(); ++step) {
    CAPTURE(step);
    const auto chunks = decode(raw, step);
    REQUIRE(chunks.status == ChunkedBody::Status::done);
    CHECK(chunks.body == "Wikipedia");
    CHECK(chunks.left == 5);
  }
  CHECK(decode("0\r\n\r\n", 100).status == ChunkedBody::Status::done);
  CHECK(decode("A\r\n0123456789\r\n000\r\n\r\n", 100).body == "0123456789");
  CHECK(decode("4\r\nWik", 100).status == ChunkedBody::Status::more);
}

TEST_CASE("a malformed chunk is refused") {
  for (const std::string raw : {"x\r\n",          "\r\n",
                                "-1\r\n",         "+1\r\n",
                                "0x1\r\n",        " 1\r\n",
                                "1 \r\n",         "1\n",
                                "1\rX",           "10000000000000000\r\n",
                                "1;\r\n",         "1;=a\r\n",
                                "1;a=\r\n",       "1;a=\"b\r\n",
                                "1;a b\r\n",      "1;a=\"\x01\"\r\n",
                                "1;a=\"\n\"\r\n", "1\r\nab\r\n",
                                "1\r\na\n",       "1\r\na\rX",
                                "0\r\nbad\r\n",   "0\r\n: a\r\n",
                                "0\r\na : b\r\n", "0\r\na: b\r\n c\r\n",
                                "0\r\na: b\n",    "0\r\n\n"}) {
    CAPTURE(raw);
    CHECK(decode(raw, 100).status == ChunkedBody::Status::malformed);
    CHECK(decode(raw, 1).status == ChunkedBody::Status::malformed);
  }
  CHECK(decode("1;" + std::string(300, 'a') + "\r\na\r\n", 100).status == ChunkedBody::Status::malformed);
  CHECK(decode("0\r\na: " + std::string(5000, 'a') + "\r\n", 100).status == ChunkedBody::Status::malformed);
  std::string extensions;
  for (int i = 0; i < 200; ++i) extensions += "1;" + std::string(100, 'a') + "\r\na\r\n";
  CHECK(decode(extensions, 100).status == ChunkedBody::Status::malformed);
}

TEST_CASE("a chunked body stays within its limit") {
  CHECK(decode("5\r\nabcde\r\n0\r\n\r\n", 100, 5).status == ChunkedBody::Status::done);
  CHECK(decode("5\r\nabcde\r\n1\r\n", 100, 5).status == ChunkedBody::Status::too_large);
  CHECK(decode("FFFFFFFFFFFFFFFF\r\n", 100, 5).status == ChunkedBody::Status::too_large);
}

TEST_CASE("nothing of the request before is left where only empty lines have come") {
  std::size_t seen = 0;
  Request request;
  std::vector<Field> fields;
  Head head;
  const std::string first = "GET / HTTP/1.1\r\nHost: a\r\nX-Request-Id: own\r\n\r\n";
  REQUIRE(parse_head(first, {}, seen, request, fields, head).status == HeadStatus::complete);
  CHECK(head.request_id == "own");
  CHECK(parse_head("\r\n", {}, seen, request, fields, head).status == HeadStatus::incomplete);
  CHECK(head.request_id.empty());
  CHECK(request.fields.empty());
}
