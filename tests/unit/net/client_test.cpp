// The blocking client, against the real server and against scripted ones.
#include "catch.hpp"
#include "http_fixture.hpp"

#include <parley/net/client.hpp>
#include <parley/net/event_stream.hpp>
#include <parley/net/hpack.hpp>

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace parley;
using namespace parley::test;
namespace client = net::client;

namespace {

client::Target at(std::uint16_t port, int limit = 5000) {
  return {"127.0.0.1", port, std::chrono::milliseconds(limit)};
}

class Echo final : public net::WebSocketHandler {
 public:
  void on_open(net::WebSocket& socket) override { socket_ = &socket; }
  void on_message(std::string_view message, bool text) override {
    if (message == "close") return socket_->close(4000, "as you wish");
    text ? socket_->send_text(message) : socket_->send_binary(message);
  }
  void on_close(std::uint16_t) override {}

 private:
  net::WebSocket* socket_ = nullptr;
};

// Accepts one connection, reads a head, and answers bytes as they stand; then closes, or keeps silent.
class Scripted {
 public:
  explicit Scripted(std::string answer, bool silent = false) {
    listener_ = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(listener_, 1) != 0 ||
        ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0)
      throw std::runtime_error("no listener");
    port = ntohs(address.sin_port);
    thread_ = std::thread([this, answer, silent] {
      const int socket = ::accept(listener_, nullptr, nullptr);
      std::string head;
      char byte;
      while (!head.ends_with("\r\n\r\n") && ::recv(socket, &byte, 1, 0) == 1) head += byte;
      // A byte at a time: whatever is split is put together again.
      for (const char c : answer)
        if (::send(socket, &c, 1, MSG_NOSIGNAL) != 1) break;
      while (silent && ::recv(socket, &byte, 1, 0) == 1) {
      }
      ::close(socket);
    });
  }
  ~Scripted() {
    thread_.join();
    ::close(listener_);
  }
  std::uint16_t port;

 private:
  int listener_;
  std::thread thread_;
};

}  // namespace

TEST_CASE("URLs of servers") {
  const auto good = client::Target::parse("http://localhost:8080/");
  REQUIRE(good);
  CHECK(good->host == "localhost");
  CHECK(good->port == 8080);
  CHECK(good->authority() == "localhost:8080");
  const auto v6 = client::Target::parse("http://[::1]:81");
  REQUIRE(v6);
  CHECK(v6->host == "::1");
  CHECK(v6->authority() == "[::1]:81");
  CHECK(client::Target::parse("http://example.org")->port == 80);
  for (const auto* bad : {"", "localhost:8080", "https://x", "http://", "http://x:", "http://x:0",
                          "http://x:70000", "http://x:8o", "http://a b", "http://x/path", "http://u@x",
                          "http://[::1", "http://[::1]x", "http://:80"}) {
    CAPTURE(bad);
    CHECK(client::Target::parse(bad).error().code == Code::invalid_argument);
  }
}

TEST_CASE("requests are answered", "[net]") {
  HttpFixture fixture;
  fixture.start();
  const auto hello = client::send(at(fixture.port), {.path = "/hello"});
  REQUIRE(hello);
  CHECK(hello->status == 200);
  CHECK(hello->body == "{\"hello\":\"world\"}");
  CHECK(hello->header("content-TYPE") == "application/json");
  CHECK(hello->header("X-None").empty());
  const std::string large(700'000, 'x');
  const auto echo = client::send(at(fixture.port), {"POST", "/echo", {}, large});
  REQUIRE(echo);
  CHECK(echo->body == large);
  CHECK(client::send(at(fixture.port), {.path = "/none"})->status == 404);
  CHECK(client::send(at(fixture.port), {.path = "/a b"}).error().code == Code::invalid_argument);
  CHECK(client::send(at(fixture.port), {.path = "/hello", .headers = {{"A", "b\r\nC: d"}}}).error().code ==
        Code::invalid_argument);
}

TEST_CASE("a connection that is kept carries many requests, and a tap sees its bytes", "[net]") {
  struct Seen final : net::Tap {
    std::string out, in;
    void sent(std::string_view bytes) override { out += bytes; }
    void received(std::string_view bytes) override { in += bytes; }
  } seen;
  HttpFixture fixture;
  fixture.start();
  auto target = at(fixture.port);
  target.tap = &seen;
  auto connection = client::HttpConnection::open(target);
  REQUIRE(connection);
  REQUIRE(connection->send({.path = "/hello"})->body == "{\"hello\":\"world\"}");
  const auto head = "GET /hello HTTP/1.1\r\nHost: " + target.authority() + "\r\n\r\n";
  CHECK(seen.out == head);
  CHECK(seen.in.starts_with("HTTP/1.1 200 OK\r\n"));
  CHECK(seen.in.ends_with("\r\n\r\n{\"hello\":\"world\"}"));
  REQUIRE(connection->send({"POST", "/echo", {}, "again"})->body == "again");
  CHECK(seen.out ==
        head + "POST /echo HTTP/1.1\r\nHost: " + target.authority() + "\r\nContent-Length: 5\r\n\r\nagain");
  // One that the server has ended says so.
  const Scripted once("HTTP/1.1 204 No Content\r\n\r\n");
  auto ended = client::HttpConnection::open(at(once.port));
  REQUIRE(ended);
  CHECK(ended->send({})->status == 204);
  CHECK(ended->send({}).error().code == Code::unavailable);
  CHECK(connection->send({.path = "/a b"}).error().code == Code::invalid_argument);
}

TEST_CASE("a header block is taken apart field by field", "[net]") {
  net::HpackReader reader;
  // RFC 7541 appendix C.3.1 and C.3.2.
  const auto first = reader.read("\x82\x86\x84\x41\x0fwww.example.com");
  REQUIRE(first);
  REQUIRE(first->size() == 4);
  CHECK((*first)[0].name == ":method");
  CHECK((*first)[0].size == 1);
  CHECK((*first)[3].name == ":authority");
  CHECK((*first)[3].value == "www.example.com");
  CHECK((*first)[3].size == 17);
  const auto second = reader.read("\x82\x86\x84\xbe\x58\x08no-cache");
  REQUIRE(second);
  CHECK((*second)[3].value == "www.example.com");
  CHECK((*second)[3].size == 1);
  CHECK((*second)[4].size == 10);
  CHECK(reader.read("")->empty());
  for (const auto* bad : {"\x41\x0fwww", "\xff\xff\xff\xff\xff\xff", "\xc8"}) {
    net::HpackReader fresh;
    CHECK(fresh.read(bad).error().code == Code::data_loss);
  }
}

TEST_CASE("a server that is not there, silent or wrong is told apart", "[net]") {
  std::uint16_t free_port;
  {
    Scripted gone("");
    free_port = gone.port;
    CHECK(client::send(at(gone.port), {}).error().code == Code::unavailable);
  }
  CHECK(client::send(at(free_port), {}).error().code == Code::unavailable);
  const Scripted silent("HTTP/1.1 200 OK\r\nContent-", true);
  CHECK(client::send(at(silent.port, 100), {}).error().code == Code::deadline_exceeded);
  const Scripted noise("SSH-2.0-OpenSSH\r\n\r\n");
  CHECK(client::send(at(noise.port), {}).error().code == Code::data_loss);
  const Scripted broken("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
  CHECK(client::send(at(broken.port), {}).error().code == Code::unavailable);
}

TEST_CASE("bodies of every framing are read", "[net]") {
  const Scripted chunked(
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
  CHECK(client::send(at(chunked.port), {})->body == "abcde");
  const Scripted until_close("HTTP/1.1 200 OK\r\n\r\nto the end");
  CHECK(client::send(at(until_close.port), {})->body == "to the end");
  const Scripted empty("HTTP/1.1 204 No Content\r\n\r\n");
  CHECK(client::send(at(empty.port), {})->status == 204);
}

TEST_CASE("events are read line by line, as the standard has it", "[net]") {
  const std::string head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n";
  const Scripted server(
      head +
      ": a comment\n\nid: 1\ndata: one\n\nid:2\r\nevent: named\r\ndata: two\r\ndata:  lines\r\n\r\n"
      "data\n\nretry: 5\nunknown: x\n\ndata: last, with the id before it\n\ndata: cut off");
  auto events = client::EventSource::open(at(server.port), "/");
  REQUIRE(events);
  const auto next = [&] {
    auto event = events->next();
    return event ? event->id + "|" + event->name + "|" + event->data : "error: " + event.error().message;
  };
  CHECK(next() == "1|message|one");
  CHECK(next() == "2|named|two\n lines");
  CHECK(next() == "2|message|");
  CHECK(next() == "2|message|last, with the id before it");
  CHECK(next() == "error: the stream ended");
  const Scripted none("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n");
  CHECK(client::EventSource::open(at(none.port), "/").error().code == Code::failed_precondition);
}

TEST_CASE("a stream of the server is followed, and cut", "[net]") {
  HttpFixture fixture;
  std::promise<void> closed;
  fixture.router.add(
      net::Method::get, "/stream", [&](net::Request& request, net::Response& response) -> Task<void> {
        const std::string last(request.header("Last-Event-ID").value_or("none"));
        response.stream(
            {},
            [last](net::EventStream& stream) { stream.send(net::Frame::event("7", "", "after " + last)); },
            [&] { closed.set_value(); });
        co_return;
      });
  fixture.start();
  auto events = client::EventSource::open(at(fixture.port), "/stream", {{"Last-Event-ID", "6"}});
  REQUIRE(events);
  const auto event = events->next();
  REQUIRE(event);
  CHECK(event->data == "after 6");
  CHECK(event->id == "7");
  events->cut();
  CHECK(closed.get_future().wait_for(std::chrono::seconds(10)) == std::future_status::ready);
  CHECK_FALSE(events->next());
}

TEST_CASE("WebSocket messages of every size go both ways", "[net]") {
  HttpFixture fixture;
  fixture.router.add_websocket(
      "/ws", [](net::Request&, net::WebSocketOptions&, net::Response&) { return std::make_unique<Echo>(); });
  fixture.start();
  auto socket = client::WebSocket::open(at(fixture.port), "/ws");
  REQUIRE(socket);
  for (const std::size_t size : {0u, 1u, 125u, 126u, 65535u, 65536u, 500'000u}) {
    const std::string message(size, 'm');
    REQUIRE(socket->send_text(message));
    const auto echoed = socket->next();
    REQUIRE(echoed);
    CHECK(*echoed == message);
  }
  REQUIRE(socket->send_text("close"));
  const auto end = socket->next();
  REQUIRE_FALSE(end);
  CHECK(end.error().message == "the server closed with 4000 (as you wish)");
  CHECK(client::WebSocket::open(at(fixture.port), "/hello").error().code == Code::failed_precondition);
}

TEST_CASE("a WebSocket server that breaks the protocol is not believed", "[net]") {
  const Scripted wrong_accept(
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: "
      "Upgrade\r\nSec-WebSocket-Accept: bm8=\r\n\r\n");
  CHECK(client::WebSocket::open(at(wrong_accept.port), "/").error().code == Code::data_loss);
}
