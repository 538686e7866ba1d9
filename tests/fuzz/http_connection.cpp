// Whole connections of the server, from the first byte to the last: pipelined requests, handlers that wait,
// chunked bodies, upgrades and event streams, on a socket pair. However the client's bytes are cut, the same
// requests reach the application in the same order, and nothing remains when the client has gone.
#include "fuzz.hpp"
#include "outbox.hpp"
#include "server_core.hpp"
#include "socket_pair.hpp"

#include <parley/net/event_stream.hpp>
#include <parley/net/websocket.hpp>

#include <boost/asio/ip/address.hpp>

#include <optional>
#include <string>
#include <vector>

using namespace parley;
using namespace parley::net;
using fuzz::require;

namespace {

struct FixedClock final : Clock {
  Timestamp now() const noexcept override { return Timestamp(std::chrono::seconds(1'700'000'000)); }
  SteadyTime steady() const noexcept override { return SteadyTime(std::chrono::hours(1)); }
};

struct Counter final : Random {
  std::uint64_t next() noexcept override { return ++count; }
  std::uint64_t count = 0;
};

// What the application has seen, in order.
std::vector<std::string> seen;
std::optional<Resume<bool>> waiting;

void note(const Request& request) {
  std::string line(request.method_name);
  line.append(" ").append(request.target).append(" ").append(request.parameter("name"));
  for (const auto& field : request.fields)
    line.append("|").append(field.name).append(":").append(field.value);
  line.append("\n").append(request.body);
  seen.push_back(std::move(line));
}

Task<void> answer(Request& request, Response& response) {
  note(request);
  response.body = "{}";
  co_return;
}

Task<void> echo(Request& request, Response& response) {
  note(request);
  response.content_type = "application/octet-stream";
  response.body = request.body;
  co_return;
}

// Keeps its views while others' bytes arrive.
Task<void> wait(Request& request, Response& response) {
  auto awaiter = callback<bool>([](Resume<bool> resume) { waiting.emplace(std::move(resume)); });
  co_await awaiter;
  note(request);
  response.status = 201;
  response.header("X-Seen", request.query.substr(0, 20));
}

Task<void> fail(Request& request, Response&) {
  note(request);
  throw std::runtime_error("as it should");
  co_return;
}

Task<void> stream(Request& request, Response& response) {
  note(request);
  response.stream(
      {"slow", "restart"}, [](EventStream& events) { events.send(Frame::event("1", "e", "data")); },
      [] { seen.push_back("stream closed"); });
  co_return;
}

struct Socketry final : WebSocketHandler {
  void on_open(WebSocket& opened) override { socket = &opened; }
  void on_message(std::string_view message, bool text) override {
    seen.push_back((text ? "text " : "binary ") + std::string(message));
    if (text) socket->send_text(message);
  }
  void on_close(std::uint16_t code) override { seen.push_back("closed " + std::to_string(code)); }
  WebSocket* socket = nullptr;
};

Router make_router() {
  Router router;
  router.add(Method::get, "/", answer);
  router.add(Method::get, "/users/{name}", answer);
  router.add(Method::del, "/numbers/{name:int}", answer);
  router.add(Method::get, "/files/{name:rest}", answer);
  router.add(Method::post, "/echo", echo).max_body = 2000;
  router.add(Method::post, "/wait", wait);
  router.add(Method::get, "/wait", wait);
  router.add(Method::get, "/fail", fail);
  router.add(Method::get, "/stream", stream);
  router.add_websocket("/ws", [](Request& request, WebSocketOptions&, Response& refusal) {
    note(request);
    std::unique_ptr<WebSocketHandler> handler;
    if (request.query == "no")
      refusal.status = 403;
    else
      handler = std::make_unique<Socketry>();
    return handler;
  });
  return router;
}

Limits make_limits() {
  Limits limits;
  limits.max_header = 2048;
  limits.max_fields = 16;
  limits.max_body = 500;
  limits.max_message = 500;
  return limits;
}

struct Harness {
  Loop loop;
  FixedClock clock;
  Counter random;
  Router router = make_router();
  ServerCore core{Harness::dependencies(*this), make_limits()};

  static net::Server::Dependencies dependencies(Harness& self) {
    return {.loop = self.loop,
            .clock = self.clock,
            .random = self.random,
            .router = self.router,
            .error_writer =
                [](const Request& request, Response& response, const Error& error) {
                  require(!error.message.empty(), "an error says what is wrong");
                  static_cast<void>(request.header("Accept"));
                  response.body = error.message;
                },
            .access_log = {},
            .server_header = "parley",
            .before = {}};
  }
};

// Handlers that wait are answered whenever the server has nothing else to do.
void serve(fuzz::SocketPair& pair) {
  pair.run();
  while (waiting) {
    auto resume = std::move(*waiting);
    waiting.reset();
    resume(true);
    pair.run();
  }
}

std::vector<std::string> run(Harness& server, std::string_view bytes, bool whole) {
  seen.clear();
  waiting.reset();
  fuzz::SocketPair pair(server.loop);
  server.core.admit(pair.server(), boost::asio::ip::make_address_v4(0x7f000001));
  fuzz::Pieces pieces(bytes);
  if (whole) {
    pair.send(bytes);
    serve(pair);
  } else {
    for (auto rest = bytes; !rest.empty();) {
      const auto length = std::min(rest.size(), pieces.next(rest.size()) * 7);
      pair.send(rest.substr(0, length));
      serve(pair);
      rest.remove_prefix(length);
    }
  }
  pair.end_input();
  serve(pair);
  pair.close();
  serve(pair);
  require(pair.received.empty() || pair.received.starts_with("HTTP/1.1 "), "answers are HTTP", pair.received);
  require(server.core.statistics.connections == 0, "a connection ends when its client does");
  return seen;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 8192) return 0;
  const auto text = fuzz::text_of(data, size);
  static Harness server;
  const auto whole = run(server, text, true);
  const auto cut = run(server, text, false);
  std::string differs;
  for (std::size_t i = 0; i < std::max(whole.size(), cut.size()); ++i) {
    const auto& a = i < whole.size() ? whole[i] : "(nothing)";
    const auto& b = i < cut.size() ? cut[i] : "(nothing)";
    if (a != b) differs.append("whole: ").append(a).append("\npieces: ").append(b).append("\n");
  }
  require(whole == cut, "pieces make the same requests", differs);
  return 0;
}
