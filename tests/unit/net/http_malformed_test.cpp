// Requests that must be refused, each with its status, and the connection closed.
#include "catch.hpp"
#include "http_fixture.hpp"

using namespace parley;
using namespace parley::test;
using namespace std::string_literals;

namespace {

struct Case {
  const char* what;
  std::string request;
  int status;
};

std::string get(const std::string& line, const std::string& fields = "Host: a\r\n") {
  return line + "\r\n" + fields + "\r\n";
}
std::string post(const std::string& fields, const std::string& body = {}) {
  return "POST /echo HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n" + body;
}

const Case cases[] = {
    // framing
    {"both lengths", post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"), 400},
    {"both lengths, the other way round",
     post("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "0\r\n\r\n"), 400},
    {"differing lengths", post("Content-Length: 5\r\nContent-Length: 6\r\n", "hello"), 400},
    {"a length twice", post("Content-Length: 5\r\nContent-Length: 5\r\n", "hello"), 400},
    {"a list of lengths", post("Content-Length: 5, 5\r\n", "hello"), 400},
    {"a negative length", post("Content-Length: -1\r\n"), 400},
    {"a signed length", post("Content-Length: +5\r\n", "hello"), 400},
    {"a hexadecimal length", post("Content-Length: 0x5\r\n", "hello"), 400},
    {"a length with a space", post("Content-Length: 5 5\r\n", "hello"), 400},
    {"an empty length", post("Content-Length:\r\n"), 400},
    {"a length beyond 64 bits", post("Content-Length: 18446744073709551616\r\n"), 400},
    {"a length beyond the limit", post("Content-Length: 18446744073709551615\r\n"), 413},
    {"chunked not last", post("Transfer-Encoding: chunked, gzip\r\n", "0\r\n\r\n"), 400},
    {"chunked twice", post("Transfer-Encoding: chunked, chunked\r\n", "0\r\n\r\n"), 400},
    {"chunked in two fields",
     post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"), 400},
    {"an empty coding", post("Transfer-Encoding:\r\n"), 400},
    {"a coding that is not known", post("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n"), 501},
    {"identity", post("Transfer-Encoding: identity\r\n"), 501},
    {"almost chunked", post("Transfer-Encoding: xchunked\r\n", "0\r\n\r\n"), 501},
    {"chunked with a vertical tab", post("Transfer-Encoding: \vchunked\r\n", "0\r\n\r\n"), 400},
    {"chunked from HTTP/1.0", "POST /echo HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
    // chunks
    {"no chunk size", post("Transfer-Encoding: chunked\r\n", "\r\n"), 400},
    {"a chunk size that is no number", post("Transfer-Encoding: chunked\r\n", "x\r\n"), 400},
    {"a negative chunk size", post("Transfer-Encoding: chunked\r\n", "-1\r\n"), 400},
    {"a chunk size of 17 digits", post("Transfer-Encoding: chunked\r\n", "10000000000000000\r\n"), 400},
    {"a chunk beyond the limit", post("Transfer-Encoding: chunked\r\n", "FFFFFFFFFFFFFFF\r\n"), 413},
    {"a chunk longer than announced", post("Transfer-Encoding: chunked\r\n", "1\r\nab\r\n0\r\n\r\n"), 400},
    {"a chunk without CRLF", post("Transfer-Encoding: chunked\r\n", "1\r\na0\r\n\r\n"), 400},
    {"a chunk size with a bare LF", post("Transfer-Encoding: chunked\r\n", "1\na\r\n0\r\n\r\n"), 400},
    {"a chunk size with a bare CR", post("Transfer-Encoding: chunked\r\n", "1\ra\r\n0\r\n\r\n"), 400},
    {"a chunk with a bare LF", post("Transfer-Encoding: chunked\r\n", "1\r\na\n0\r\n\r\n"), 400},
    {"a bad extension", post("Transfer-Encoding: chunked\r\n", "1;=\r\na\r\n0\r\n\r\n"), 400},
    {"a line feed in a quoted extension",
     post("Transfer-Encoding: chunked\r\n", "1;a=\"\n\"\r\na\r\n0\r\n\r\n"), 400},
    {"a huge extension", post("Transfer-Encoding: chunked\r\n", "1;" + std::string(1000, 'a') + "\r\n"), 400},
    {"a folded trailer", post("Transfer-Encoding: chunked\r\n", "0\r\na: b\r\n c: d\r\n\r\n"), 400},
    {"a bare LF in the trailer", post("Transfer-Encoding: chunked\r\n", "0\r\na: b\n\r\n"), 400},
    // lines
    {"a folded field", get("GET /hello HTTP/1.1", "Host: a\r\nX: b\r\n c\r\n"), 400},
    {"a folded field with an empty first line", get("GET /hello HTTP/1.1", "Host: a\r\nX:\r\n b\r\n"), 400},
    {"a folded field with an empty second line", get("GET /hello HTTP/1.1", "Host: a\r\nX: b\r\n \r\n"), 400},
    {"a folded first field", get("GET /hello HTTP/1.1", " Host: a\r\nHost: a\r\n"), 400},
    {"a bare LF after the request line", "GET /hello HTTP/1.1\nHost: a\r\n\r\n", 400},
    {"bare LFs throughout", "GET /hello HTTP/1.1\nHost: a\n\n", 400},
    {"a bare LF after a field", "GET /hello HTTP/1.1\r\nHost: a\nX: b\r\n\r\n", 400},
    {"a bare LF at the end", "GET /hello HTTP/1.1\r\nHost: a\r\n\n", 400},
    {"a bare CR in a field", get("GET /hello HTTP/1.1", "Host: a\r\nX: b\rc\r\n"), 400},
    {"a bare CR in the request line", "GET /hello\r HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"three empty lines first", "\r\n\r\n\r\n" + get("GET /hello HTTP/1.1"), 400},
    {"a bare LF first", "\n" + get("GET /hello HTTP/1.1"), 400},
    {"no version (HTTP/0.9)", get("GET /hello", "Host: a\r\n"), 400},
    {"two spaces before the target", get("GET  /hello HTTP/1.1"), 400},
    {"two spaces before the version", get("GET /hello  HTTP/1.1"), 400},
    {"a space after the version", get("GET /hello HTTP/1.1 "), 400},
    {"a tab as separator", get("GET\t/hello HTTP/1.1"), 400},
    {"a space before the method", " " + get("GET /hello HTTP/1.1"), 400},
    {"HTTP/2.0", get("GET /hello HTTP/2.0"), 505},
    {"HTTP/1.2", get("GET /hello HTTP/1.2"), 505},
    {"HTTP/0.9 by name", get("GET /hello HTTP/0.9"), 505},
    {"the preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505},
    {"http in lower case", get("GET /hello http/1.1"), 400},
    {"a version with two digits", get("GET /hello HTTP/1.10"), 400},
    {"a version without a dot", get("GET /hello HTTP/11"), 400},
    {"TLS", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"s, 400},
    {"garbage", "\x00\x01\x02\x03"s, 400},
    // names, values, targets
    {"a method with a bracket", get("GE[T /hello HTTP/1.1"), 400},
    {"a method with NUL", get("GE\0T /hello HTTP/1.1"s), 400},
    {"a field name with a space", get("GET /hello HTTP/1.1", "Host: a\r\nX Y: b\r\n"), 400},
    {"a space before the colon", get("GET /hello HTTP/1.1", "Host: a\r\nX : b\r\n"), 400},
    {"a space before the colon of Host", get("GET /hello HTTP/1.1", "Host : a\r\n"), 400},
    {"a tab before the colon", get("GET /hello HTTP/1.1", "Host: a\r\nX\t: b\r\n"), 400},
    {"a field without a name", get("GET /hello HTTP/1.1", "Host: a\r\n: b\r\n"), 400},
    {"a field without a colon", get("GET /hello HTTP/1.1", "Host: a\r\nXY\r\n"), 400},
    {"a field name beyond ASCII", get("GET /hello HTTP/1.1", "Host: a\r\nX\xc3\xa9: b\r\n"), 400},
    {"NUL in a value", get("GET /hello HTTP/1.1", "Host: a\r\nX: b\0c\r\n"s), 400},
    {"DEL in a value", get("GET /hello HTTP/1.1", "Host: a\r\nX: b\x7f\r\n"), 400},
    {"a control character in a value", get("GET /hello HTTP/1.1", "Host: a\r\nX: b\x01\r\n"), 400},
    {"NUL in the target", get("GET /he\0llo HTTP/1.1"s), 400},
    {"DEL in the target", get("GET /he\x7fllo HTTP/1.1"), 400},
    {"a raw byte beyond ASCII in the target", get("GET /h\xc3\xa9llo HTTP/1.1"), 400},
    {"a raw byte beyond ASCII in the query", get("GET /hello?\xc3\xa9 HTTP/1.1"), 400},
    {"a fragment", get("GET /hello#there HTTP/1.1"), 400},
    {"a quote in the target", get("GET /\"hello\" HTTP/1.1"), 400},
    {"an angle bracket in the query", get("GET /hello?<b> HTTP/1.1"), 400},
    {"a malformed escape", get("GET /hel%zz HTTP/1.1"), 400},
    {"half an escape", get("GET /hello% HTTP/1.1"), 400},
    {"an escaped NUL", get("GET /hello%00 HTTP/1.1"), 400},
    {"an escape that is not UTF-8", get("GET /hello%ff HTTP/1.1"), 400},
    {"no target", get("GET HTTP/1.1"), 400},
    {"a relative target", get("GET hello HTTP/1.1"), 400},
    {"a target of another scheme", get("GET ftp://a/hello HTTP/1.1"), 400},
    {"a URL without a host", get("GET http:///hello HTTP/1.1"), 400},
    {"a URL with a user", get("GET http://me@a/hello HTTP/1.1"), 400},
    {"an asterisk for GET", get("GET * HTTP/1.1"), 400},
    {"an authority for GET", get("GET a:80 HTTP/1.1"), 400},
    {"CONNECT to a path", get("CONNECT /hello HTTP/1.1"), 400},
    // Host
    {"no Host", get("GET /hello HTTP/1.1", ""), 400},
    {"two Hosts", get("GET /hello HTTP/1.1", "Host: a\r\nHost: a\r\n"), 400},
    {"two Hosts in one", get("GET /hello HTTP/1.1", "Host: a, b\r\n"), 400},
    {"a Host with a comma", get("GET /hello HTTP/1.1", "Host: a,b\r\n"), 400},
    {"a Host with a space", get("GET /hello HTTP/1.1", "Host: a b\r\n"), 400},
    {"an empty Host", get("GET /hello HTTP/1.1", "Host:\r\n"), 400},
    {"a Host with a path", get("GET /hello HTTP/1.1", "Host: a/b\r\n"), 400},
    {"a Host with a user", get("GET /hello HTTP/1.1", "Host: a@b\r\n"), 400},
    {"a Host with a bad port", get("GET /hello HTTP/1.1", "Host: a:b\r\n"), 400},
    {"a Host with an open bracket", get("GET /hello HTTP/1.1", "Host: [::1\r\n"), 400},
    {"a malformed Host from HTTP/1.0", get("GET /hello HTTP/1.0", "Host: a b\r\n"), 400},
    // the rest
    {"another expectation", post("Content-Length: 1\r\nExpect: the-unexpected\r\n", "a"), 417},
    {"a target that is too long", get("GET /" + std::string(9000, 'a') + " HTTP/1.1"), 414},
    {"a head that is too large",
     get("GET /hello HTTP/1.1", "Host: a\r\nX: " + std::string(20000, 'a') + "\r\n"), 431},
    {"a body that is too large", post("Content-Length: 2000000\r\n"), 413},
    {"a malformed list of options", get("GET /hello HTTP/1.1", "Host: a\r\nConnection: @\r\n"), 400},
};

}  // namespace

TEST_CASE("malformed requests are refused, the connection closed, the server well") {
  HttpFixture fixture;
  fixture.start();
  HttpClient bystander(fixture.port);
  REQUIRE(bystander.get("/hello").status == 200);
  std::size_t refused = 0;
  for (const auto& one : cases) {
    CAPTURE(one.what);
    HttpClient client(fixture.port);
    client.send(one.request);
    const auto answer = client.receive();
    CHECK(answer.status == one.status);
    CHECK(answer.field("content-type") == "application/problem+json");
    CHECK(answer.field("connection") == "close");
    CHECK(answer.has("x-request-id"));
    CHECK(client.closed());
    ++refused;
    REQUIRE(bystander.get("/hello").status == 200);
  }
  CHECK(fixture.statistics().bad_requests == refused);
}

TEST_CASE("malformed requests are refused byte by byte too, and behind good ones") {
  HttpFixture fixture;
  fixture.start();
  for (const auto& one : cases) {
    CAPTURE(one.what);
    {
      HttpClient client(fixture.port);
      client.send("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n" + one.request);
      CHECK(client.receive().status == 200);
      // Empty lines between requests belong to the refused one.
      CHECK(client.receive().status == one.status);
      CHECK(client.closed());
    }
    if (one.request.size() > 500) continue;
    HttpClient client(fixture.port);
    for (const char& c : one.request)
      if (!client.try_send({&c, 1})) break;
    CHECK(client.receive().status == one.status);
    CHECK(client.closed());
  }
}

TEST_CASE("what is unusual but right is answered") {
  HttpFixture fixture;
  fixture.start();
  for (const auto& request :
       {"\r\n" + get("GET /hello HTTP/1.1"), "\r\n\r\n" + get("GET /hello HTTP/1.1"),
        get("GET /hello HTTP/1.1", "hOST:a\r\nX:\r\nY: \t \r\nZ: \xc3\xa9 \t\r\n"),
        get("GET /hell%6F HTTP/1.1"), get("GET /hello?a=b&{c}=%zz HTTP/1.1"),
        get("GET /hello HTTP/1.1", "Host: [::1]:8080\r\n"), get("GET /hello HTTP/1.1", "Host: a:\r\n"),
        get("GET http://a/hello HTTP/1.1", "Host: b\r\n"),
        get("GET /hello HTTP/1.1", "Host: a\r\nContent-Length: 0\r\n"),
        get("GET /hello HTTP/1.1", "Host: a\r\nTransfer-Encoding: chunked\r\n") + "0\r\n\r\n",
        get("GET /hello HTTP/1.1", "Host: a\r\nContent-Length: 3\r\n") + "abc",
        get("GET /hello HTTP/1.0", "")}) {
    CAPTURE(request);
    HttpClient client(fixture.port);
    CHECK(client.ask(request).status == 200);
  }
}

TEST_CASE("empty lines behind a request are not another") {
  HttpFixture fixture;
  fixture.start();
  HttpClient client(fixture.port);
  CHECK(client.ask("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody\r\n").body == "body");
  CHECK(client.get("/hello").status == 200);
  client.send("\r\n");
  client.shut_sending();
  CHECK(client.closed());
  CHECK(fixture.statistics().bad_requests == 0);
}
