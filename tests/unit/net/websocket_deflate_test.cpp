// permessage-deflate, RFC 7692.
#include "catch.hpp"
#include "live_harness.hpp"

#include <zlib.h>

using namespace parley::net;
using namespace parley::net::test;

namespace {

// One message's payload as a client without context takeover compresses it.
std::string deflated(std::string_view text, int window_bits = 15) {
  z_stream stream{};
  REQUIRE(deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, -window_bits, 8, Z_DEFAULT_STRATEGY) == Z_OK);
  std::string out(deflateBound(&stream, text.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  REQUIRE(deflate(&stream, Z_SYNC_FLUSH) == Z_OK);
  out.resize(out.size() - stream.avail_out);
  deflateEnd(&stream);
  REQUIRE(out.ends_with(std::string_view("\0\0\xff\xff", 4)));
  out.resize(out.size() - 4);  // section 7.2.1
  return out;
}

std::string pattern(std::size_t size, unsigned seed) {
  std::string text;
  text.reserve(size);
  while (text.size() < size) {
    seed = seed * 1103515245 + 12345;
    text.append(seed >> 16 & 15, static_cast<char>('a' + (seed >> 20) % 26));
    text.append("{\"k\":");
  }
  text.resize(size);
  return text;
}

struct Fixture {
  explicit Fixture(std::size_t max_message = 0, std::string offer = "permessage-deflate") {
    harness.limits.deflate = true;
    WebSocketOptions options;
    options.max_message = max_message;
    Handshake handshake;
    handshake.extensions = std::move(offer);
    client.emplace(harness.open(log, options, handshake));
    head = client->until("\r\n\r\n");
  }
  void expect(const std::string& message, std::size_t index) {
    harness.run_until([&] {
      client->receive();
      return log.messages.size() > index || client->ended();
    });
    REQUIRE(log.messages.size() == index + 1);
    REQUIRE((log.messages[index] == message));
  }
  LiveHarness harness;
  Recorder::Log log;
  std::optional<RawClient> client;
  std::string head;
};

}  // namespace

TEST_CASE("deflate is negotiated without context takeover, and only when it is on",
          "[net][websocket][deflate]") {
  const auto answer = [](std::string offer) {
    Fixture f(0, std::move(offer));
    REQUIRE(f.head.starts_with("HTTP/1.1 101 "));
    const auto at = f.head.find("Sec-WebSocket-Extensions: ");
    return at == f.head.npos ? std::string() : f.head.substr(at, f.head.find("\r\n", at) - at);
  };
  const auto plain = answer("permessage-deflate");
  CHECK(plain.find("permessage-deflate") != plain.npos);
  CHECK(plain.find("server_no_context_takeover") != plain.npos);
  CHECK(plain.find("client_no_context_takeover") != plain.npos);
  CHECK_FALSE(answer("permessage-deflate; client_max_window_bits").empty());
  CHECK_FALSE(answer("x-unknown, permessage-deflate; server_no_context_takeover").empty());
  CHECK(answer("x-webkit-deflate-frame").empty());
  CHECK(answer("").empty());

  LiveHarness harness;
  Recorder::Log log;
  Handshake handshake;
  handshake.extensions = "permessage-deflate";
  auto client = harness.open(log, {}, handshake);
  CHECK(client.until("\r\n\r\n").find("Sec-WebSocket-Extensions") == std::string::npos);
  client.send(masked(0xc1, deflated("x")));
  CHECK(client.frame().close_code() == 1002);
}

TEST_CASE("compressed messages of every length are read", "[net][websocket][deflate]") {
  Fixture f(1 << 20);
  std::size_t index = 0;
  for (const std::size_t size : {0,    1,    5,    63,   64,   65,   125,   126,   1000,    2047,
                                 2048, 2049, 4095, 4096, 4097, 8192, 65535, 65536, 300'000, 1 << 20}) {
    const auto text = pattern(size, static_cast<unsigned>(size) + 1);
    f.client->send(masked(0xc1, deflated(text)));
    f.expect(text, index++);
    const std::string same(size, 'z');
    f.client->send(masked(0xc2, deflated(same)));
    f.expect(same, index++);
  }
}

TEST_CASE("buffers that end where a message does", "[net][websocket][deflate]") {
  Fixture f(1 << 20);
  for (std::size_t i = 0; i < 300; ++i) {
    const auto text = pattern(1900 + i, static_cast<unsigned>(i));
    f.client->send(masked(0xc1, deflated(text)));
    f.expect(text, i);
  }
}

TEST_CASE("compressed messages in fragments, with control frames between", "[net][websocket][deflate]") {
  Fixture f(1 << 20);
  const auto text = pattern(50'000, 7);
  const auto data = deflated(text);
  for (const std::size_t piece : {1, 100, 1000, 20'000}) {
    std::string sent;
    for (std::size_t at = 0; at < data.size(); at += piece) {
      const bool last = at + piece >= data.size();
      sent += masked((at == 0 ? 0x41u : 0u) | (last ? 0x80u : 0u), std::string_view(data).substr(at, piece));
      if (at / piece % 50 == 0) sent += masked(0x89, "p");
    }
    f.client->send(sent);
    f.expect(text, f.log.messages.size());
  }
  f.client->send(masked(0x41, data) + masked(0x80, ""));
  f.expect(text, f.log.messages.size());
}

TEST_CASE("uncompressed messages may be mixed in, and answers are not compressed",
          "[net][websocket][deflate]") {
  Fixture f;
  f.log.on_message = [](WebSocket& socket, std::string_view message, bool) { socket.send_text(message); };
  const auto text = pattern(3000, 3);
  f.client->send(masked(0x81, text) + masked(0xc1, deflated(text)) + masked(0x81, "plain") +
                 masked(0xc1, deflated("zip")));
  for (const auto& expected : {text, text, std::string("plain"), std::string("zip")}) {
    const auto frame = f.client->frame();
    CHECK(frame.rsv == 0);
    CHECK(frame.payload == expected);
  }
}

TEST_CASE("what is wrong with compressed messages", "[net][websocket][deflate]") {
  Fixture f(10'000);
  std::uint16_t code = 0;
  SECTION("a small message that becomes too long") {
    f.client->send(masked(0xc1, deflated(std::string(10'001, 'x'))));
    code = 1009;
  }
  SECTION("a bomb") {
    f.client->send(masked(0xc2, deflated(std::string(50u << 20, '\0'))));
    code = 1009;
  }
  SECTION("text that is not UTF-8") {
    f.client->send(masked(0xc1, deflated("abc\xff")));
    code = 1007;
  }
  SECTION("text that ends inside a character") {
    f.client->send(masked(0xc1, deflated("abc\xe1\xbd")));
    code = 1007;
  }
  SECTION("broken data") {
    f.client->send(masked(0xc1, std::string("\xff\xff\xff\xff\xff", 5)));
    code = 1007;
  }
  SECTION("RSV1 on a continuation") {
    f.client->send(masked(0x41, deflated("abc")) + masked(0xc0, ""));
    code = 1002;
  }
  SECTION("RSV1 on a ping") {
    f.client->send(masked(0xc9, ""));
    code = 1002;
  }
  SECTION("RSV2") {
    f.client->send(masked(0xe1, deflated("abc")));
    code = 1002;
  }
  const auto frame = f.client->frame();
  CHECK(frame.opcode == 8);
  CHECK(frame.close_code() == code);
  f.client->expect_end();
  f.client->close();
  f.harness.run_until([&] { return f.harness.connections.empty(); });
  CHECK(f.log.messages.empty());
  CHECK(f.log.closes == std::vector<std::uint16_t>{1006});
}
