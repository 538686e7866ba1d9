// A blocking client for commands and tools: HTTP/1.1, Server-Sent Events and WebSocket over plain TCP. Each
// object is used by one thread at a time; never on the loop.
//
// Every call has a time limit and answers deadline_exceeded after it. Other errors: unavailable when nobody
// listens or the connection breaks, data_loss for an answer that is none of the protocol or too large,
// invalid_argument for a URL that is none, failed_precondition for a status that was not expected.
#pragma once

#include <parley/net/tap.hpp>
#include <parley/result.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace parley::net::client {

inline constexpr std::size_t max_answer = 16 << 20;  // bytes of a body, an event or a WebSocket message

// Where a server is, and how long each call may take.
struct Target {
  std::string host = "127.0.0.1";
  std::uint16_t port = 80;
  std::chrono::milliseconds limit{10'000};
  Tap* tap = nullptr;  // of all connections made to it; may be null

  std::string authority() const;  // "localhost:8080", "[::1]:8080"
  // "http://host:port", a slash at its end allowed.
  static Result<Target> parse(std::string_view url);
};

using Headers = std::vector<std::pair<std::string, std::string>>;

struct Request {
  std::string method = "GET";
  std::string path = "/";  // with its query, encoded
  Headers headers = {};    // beside Host, Content-Length and Connection
  std::string body = {};
};

struct Answer {
  std::uint16_t status = 0;
  Headers headers;
  std::string body;
  std::string header(std::string_view name) const;  // without regard to case; empty where there is none
};

// On a connection of its own.
Result<Answer> send(const Target& target, const Request& request);

// Requests one after another on one connection, which both sides keep.
class HttpConnection {
 public:
  static Result<HttpConnection> open(const Target& target);
  HttpConnection(HttpConnection&&) noexcept;
  HttpConnection& operator=(HttpConnection&&) noexcept;
  ~HttpConnection();
  // unavailable, too, when the server has closed the connection meanwhile.
  Result<Answer> send(const Request& request);

 private:
  struct Impl;
  explicit HttpConnection(std::unique_ptr<Impl> impl) noexcept;
  std::unique_ptr<Impl> impl_;
};

struct Event {
  std::string id;    // the last one named, as the standard has it
  std::string name;  // "message" where none was given
  std::string data;
};

// A stream of events (HTML living standard, section 9.2). Comments are skipped.
class EventSource {
 public:
  static Result<EventSource> open(const Target& target, const std::string& path, const Headers& headers = {});
  EventSource(EventSource&&) noexcept;
  EventSource& operator=(EventSource&&) noexcept;
  ~EventSource();
  // Waits for the next one, at most the target's limit. unavailable: the stream ended.
  Result<Event> next();
  // Breaks the connection as a network would, with a reset.
  void cut() noexcept;

 private:
  struct Impl;
  explicit EventSource(std::unique_ptr<Impl> impl) noexcept;
  std::unique_ptr<Impl> impl_;
};

// RFC 6455. Pings are answered while next() waits.
class WebSocket {
 public:
  static Result<WebSocket> open(const Target& target, const std::string& path);
  WebSocket(WebSocket&&) noexcept;
  WebSocket& operator=(WebSocket&&) noexcept;
  ~WebSocket();
  Result<void> send_text(std::string_view text);
  // The next message, text or binary. unavailable once the peer has closed; the message tells its code.
  Result<std::string> next();
  // Sends a close frame and ends the connection.
  void close() noexcept;

 private:
  struct Impl;
  explicit WebSocket(std::unique_ptr<Impl> impl) noexcept;
  std::unique_ptr<Impl> impl_;
};

}  // namespace parley::net::client
