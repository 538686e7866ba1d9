// Content coding: who gets gzip, what it does to lengths and tags, and that it can be undone.
#include "gzip.hpp"

#include "catch.hpp"
#include "http_fixture.hpp"

#include <zlib.h>

using namespace parley;
using namespace parley::test;
using net::Gzip;
using net::Method;
using net::Request;
using net::Response;

namespace {

std::string inflated(std::string_view coded) {
  z_stream stream{};
  REQUIRE(inflateInit2(&stream, 15 + 16) == Z_OK);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(coded.data()));
  stream.avail_in = static_cast<uInt>(coded.size());
  std::string out;
  char buffer[4096];
  int status = Z_OK;
  while (status == Z_OK) {
    stream.next_out = reinterpret_cast<Bytef*>(buffer);
    stream.avail_out = sizeof buffer;
    status = inflate(&stream, Z_NO_FLUSH);
    out.append(buffer, sizeof buffer - stream.avail_out);
  }
  inflateEnd(&stream);
  REQUIRE(status == Z_STREAM_END);
  return out;
}

std::string listing(std::size_t bytes) {
  std::string out = "[";
  for (int i = 0; out.size() < bytes; ++i) out += "{\"id\":" + std::to_string(i) + ",\"name\":\"somebody\"},";
  return out;
}

std::string noise(std::size_t bytes) {
  const auto random = make_random(7);
  std::string out;
  while (out.size() < bytes) out += static_cast<char>(random->next());
  return out;
}

bool accepts(std::vector<std::string_view> values) {
  std::vector<net::Field> fields;
  for (const auto value : values) fields.push_back({"accept-encoding", value});
  Request request;
  request.fields = fields;
  return net::accepts_gzip(request);
}

// Routes with bodies of every kind.
class CodedFixture : public HttpFixture {
 public:
  const std::string large = listing(10'000);
  CodedFixture() {
    answer("/large", [this](Response& r) { r.body = large; });
    answer("/small", [](Response& r) { r.body = std::string(1023, 'a'); });
    answer("/just", [](Response& r) { r.body = std::string(1024, 'a'); });
    answer("/huge", [](Response& r) { r.body = std::string((1 << 20) + 1, 'a'); });
    answer("/image", [this](Response& r) { r.body = large, r.content_type = "image/png"; });
    answer("/noise", [](Response& r) { r.body = noise(4000), r.content_type = "text/plain"; });
    answer("/secret", [this](Response& r) { r.body = large, r.compressible = false; });
    answer("/coded", [this](Response& r) { r.body = large, r.header("Content-Encoding", "br"); });
    answer("/tagged",
           [this](Response& r) { r.body = large, r.header("ETag", "\"v7\""), r.header("X-Last", "1"); });
    answer("/weak", [this](Response& r) { r.body = large, r.header("ETag", "W/\"v7\""); });
    answer("/error", [this](Response& r) { r.body = large, r.status = 503; });
    answer("/nothing", [](Response& r) { r.status = 204; });
  }

 private:
  static Task<void> run(const std::function<void(Response&)>& fill, Response& response) {
    fill(response);
    co_return;
  }
  void answer(const char* path, std::function<void(Response&)> fill) {
    router.add(Method::get, path,
               [fill = std::move(fill)](Request&, Response& response) { return run(fill, response); });
  }
};

constexpr const char* gzip = "Accept-Encoding: gzip, deflate, br\r\n";

}  // namespace

TEST_CASE("a coder gives what gunzip undoes, again and again") {
  Gzip coder(1, 1 << 20);
  for (const auto& text : {listing(5000), std::string(100'000, 'x'), listing(600'000)}) {
    const auto coded = coder.compress(text);
    CHECK(coded.size() * 4 < text.size());
    CHECK(inflated(coded) == text);
  }
  CHECK(coder.compress(noise(5000)).empty());
  CHECK(coder.compress("a").empty());
}

TEST_CASE("a coder takes bodies within its limits") {
  CHECK(Gzip(1024, 4096).takes(1024));
  CHECK_FALSE(Gzip(1024, 4096).takes(1023));
  CHECK(Gzip(1024, 4096).takes(4096));
  CHECK_FALSE(Gzip(1024, 4096).takes(4097));
  CHECK_FALSE(Gzip(0, 0).takes(0));
  CHECK_FALSE(Gzip(0, 4096).takes(0));
}

TEST_CASE("Accept-Encoding is read with its weights") {
  CHECK(accepts({"gzip"}));
  CHECK(accepts({"x-gzip"}));
  CHECK(accepts({"deflate, GZIP;q=0.5"}));
  CHECK(accepts({"br", "gzip"}));
  CHECK(accepts({"*"}));
  CHECK(accepts({"*;q=0.1"}));
  CHECK(accepts({"identity;q=0, gzip;q=0.001"}));
  CHECK(accepts({"gzip ; q=1.000"}));
  CHECK_FALSE(accepts({}));
  CHECK_FALSE(accepts({""}));
  CHECK_FALSE(accepts({"identity"}));
  CHECK_FALSE(accepts({"gzip;q=0"}));
  CHECK_FALSE(accepts({"gzip;q=0.000, *"}));
  CHECK_FALSE(accepts({"*;q=0"}));
  CHECK_FALSE(accepts({"identity;q=1, gzip;q=0.5"}));
  CHECK_FALSE(accepts({"gzip;q=2"}));
  CHECK_FALSE(accepts({"gzip;level=3"}));
  CHECK_FALSE(accepts({"gzipped"}));
}

TEST_CASE("a client that accepts gzip gets a large text shorter") {
  CodedFixture fixture;
  fixture.start();
  HttpClient client(fixture.port);
  const auto plain = client.get("/large");
  CHECK_FALSE(plain.has("content-encoding"));
  CHECK(plain.field("vary") == "Accept-Encoding");
  CHECK(plain.body == fixture.large);

  const auto coded = client.get("/large", gzip);
  CHECK(coded.field("content-encoding") == "gzip");
  CHECK(coded.field("vary") == "Accept-Encoding");
  CHECK(coded.field("content-type") == "application/json");
  CHECK(coded.body.size() < fixture.large.size() / 3);
  CHECK(inflated(coded.body) == fixture.large);

  client.send(std::string("HEAD /large HTTP/1.1\r\nHost: a\r\n") + gzip + "\r\n");
  const auto head = client.receive(true);
  for (const auto* name : {"content-length", "content-encoding", "etag", "vary", "content-type"})
    CHECK(head.field(name) == coded.field(name));
}

TEST_CASE("what is small, huge, no text, coded already or secret goes as it is") {
  CodedFixture fixture;
  fixture.start();
  HttpClient client(fixture.port);
  for (const auto* path : {"/small", "/huge", "/image", "/secret", "/nothing", "/hello"}) {
    const auto answer = client.get(path, gzip);
    INFO(path);
    CHECK_FALSE(answer.has("content-encoding"));
    CHECK_FALSE(answer.has("vary"));
  }
  CHECK(client.get("/just", gzip).field("content-encoding") == "gzip");
  CHECK(client.get("/error", gzip).field("content-encoding") == "gzip");
  CHECK(client.get("/coded", gzip).field("content-encoding") == "br");

  const auto answer = client.get("/noise", gzip);  // would not become shorter
  CHECK_FALSE(answer.has("content-encoding"));
  CHECK(answer.field("vary") == "Accept-Encoding");
  CHECK(answer.body == noise(4000));
  CHECK(client.get("/noise", gzip + ("If-None-Match: " + answer.field("etag")) + "\r\n").status == 304);
}

TEST_CASE("each coding has its own strong tag") {
  CodedFixture fixture;
  fixture.start();
  HttpClient client(fixture.port);
  const auto ask = [&](const char* path, const std::string& tag, bool accepting) {
    return client.get(path,
                      (accepting ? std::string(gzip) : std::string()) + "If-None-Match: " + tag + "\r\n");
  };
  const auto plain = client.get("/large").field("etag"), coded = client.get("/large", gzip).field("etag");
  CHECK(coded == plain.substr(0, plain.size() - 1) + "-gzip\"");
  CHECK(ask("/large", plain, false).status == 304);
  CHECK(ask("/large", coded, true).status == 304);
  CHECK(ask("/large", coded, true).field("etag") == coded);
  CHECK(ask("/large", coded, true).field("vary") == "Accept-Encoding");
  CHECK_FALSE(ask("/large", coded, true).has("content-encoding"));
  CHECK(ask("/large", coded, false).status == 200);
  CHECK(ask("/large", plain, true).status == 200);

  CHECK(client.get("/tagged").field("etag") == "\"v7\"");
  const auto tagged = client.get("/tagged", gzip);
  CHECK(tagged.field("etag") == "\"v7-gzip\"");
  CHECK(tagged.field("x-last") == "1");
  CHECK(ask("/tagged", "\"v7-gzip\"", true).status == 304);
  CHECK(ask("/tagged", "\"v7\"", false).status == 304);
  CHECK(client.get("/weak", gzip).field("etag") == "W/\"v7\"");
}

TEST_CASE("compression can be turned off") {
  CodedFixture fixture;
  fixture.limits.gzip_max = 0;
  fixture.start();
  HttpClient client(fixture.port);
  const auto answer = client.get("/large", gzip);
  CHECK_FALSE(answer.has("content-encoding"));
  CHECK_FALSE(answer.has("vary"));
}

TEST_CASE("what was compressed is undone within a limit", "[gzip]") {
  Gzip gzip(1, 1 << 24);
  net::Gunzip gunzip;
  using Outcome = net::Gunzip::Outcome;
  std::string out;
  for (const std::size_t size : {1u << 10, 5000u, 1u << 20}) {
    const auto text = listing(size);
    const std::string coded(gzip.compress(text));
    REQUIRE(!coded.empty());
    REQUIRE(gunzip.decompress(coded, text.size(), out) == Outcome::whole);
    CHECK(out == text);
    CHECK(gunzip.decompress(coded, text.size() - 1, out) == Outcome::too_large);
    CHECK(gunzip.decompress(coded + coded, 2 * text.size(), out) == Outcome::whole);  // two members
    CHECK(out == text + text);
    for (std::size_t cut = 0; cut < coded.size(); cut += 1 + coded.size() / 50)
      CHECK(gunzip.decompress(std::string_view(coded).substr(0, cut), text.size(), out) ==
            Outcome::malformed);
    CHECK(gunzip.decompress(coded + "x", text.size(), out) == Outcome::malformed);
  }
  CHECK(gunzip.decompress("no gzip at all", 100, out) == Outcome::malformed);

  // A bomb: a thousandth of what it becomes, none of which is kept beyond the limit.
  const std::string zeros(16 << 20, '\0');
  const std::string bomb(gzip.compress(zeros));
  REQUIRE(bomb.size() < zeros.size() / 200);
  std::string fresh;
  CHECK(gunzip.decompress(bomb, 1 << 20, fresh) == Outcome::too_large);
  CHECK(fresh.capacity() < 3 << 20);
  CHECK(gunzip.decompress(bomb, 0, fresh) == Outcome::too_large);
}
