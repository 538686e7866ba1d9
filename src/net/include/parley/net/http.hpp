// HTTP/1.1 requests, responses and routes (RFC 9110, RFC 9112).
#pragma once

#include <parley/context.hpp>
#include <parley/result.hpp>
#include <parley/task.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace parley::docs {
struct Endpoint;
struct Channel;
}  // namespace parley::docs

namespace parley::net {

enum class Method : std::uint8_t { get, head, post, put, patch, del, options, other };
std::string_view to_string(Method method) noexcept;

struct Field {
  std::string_view name, value;  // as sent; names compare without case
};

struct Route;

// A request whose head and body have arrived. Views are good until the handler has completed.
class Request {
 public:
  Method method = Method::other;
  std::string_view method_name;
  std::string_view target;  // as sent
  std::string_view path;    // without the query, still encoded
  std::string_view query;   // without `?`, still encoded
  bool http_1_0 = false;
  std::span<const Field> fields;
  std::string_view body;
  std::string_view remote;      // the peer's address without the port
  std::string_view request_id;  // the client's X-Request-Id if it is sane, otherwise a new one
  const Route* route = nullptr;
  // Deadline, trace, and a cancellation that fires when the connection breaks while the handler waits; where
  // the route is withdrawn_by_close, also when the client closes its side. It belongs to this request alone.
  CallContext context;

  // The first field of that name.
  std::optional<std::string_view> header(std::string_view name) const noexcept;
  // A path parameter, decoded. Empty for one the pattern does not have.
  std::string_view parameter(std::string_view name) const noexcept;
  // The first query parameter of that name, decoded.
  std::optional<std::string> query_parameter(std::string_view name) const;
  // All of them, decoded, in order. invalid_argument for a bad %-escape or text that is not UTF-8.
  Result<std::vector<std::pair<std::string, std::string>>> query_parameters() const;

  struct Parameter {
    std::string_view name;
    std::string value;
  };
  std::vector<Parameter> parameters;
};

// Percent-decoding of a path segment, or of a form value when `plus_is_space`. Nothing for a bad escape or
// a result that is not UTF-8 or holds a NUL.
std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space);

// A header field as it is sent, `Name: value\r\n`; looked at by the compiler, so that nothing is left to
// check when it is added to an answer.
class FieldLine {
 public:
  consteval FieldLine(const char* line) : text_(line) {
    const auto end = text_.find_first_of(std::string_view("\r\n\0", 3));
    if (!text_.ends_with("\r\n") || end != text_.size() - 2 || text_.find(": ") >= end)
      throw "a header field is one line, `Name: value`";
  }
  constexpr std::string_view text() const noexcept { return text_; }

 private:
  std::string_view text_;
};

class EventStream;

// Where the producer of a body writes to. Loop thread only.
class BodyWriter {
 public:
  virtual ~BodyWriter() = default;
  // Completes when there is room for more: what a client has not taken is bounded, whatever the body's
  // length. False when nobody takes the rest any more, and from then on; the producer then ends. Bytes beyond
  // an announced length are dropped, and nobody takes what would come behind them. A length that is not
  // reached cuts the connection off, so that the client sees that something is missing.
  virtual Task<bool> write(std::string_view bytes) = 0;
};

// What a handler fills in. The server adds Date, Content-Length, Connection, X-Request-Id and traceparent,
// makes an ETag for a GET answered with 200 that has none, answers If-None-Match, compresses what is worth it
// for clients that accept gzip, and leaves the body out for HEAD.
class Response {
 public:
  std::uint16_t status = 200;
  std::string_view content_type = "application/json";  // static storage
  std::string body;
  // False for a body that holds a secret beside text of the client's choice: the length of its compressed
  // form would tell the secret apart (BREACH).
  bool compressible = true;
  // True: instead of an answer the connection is reset (RST); what was still on its way is lost with it.
  bool reset = false;

  // Throws std::invalid_argument when `name` or `value` holds CR, LF or NUL.
  void header(std::string_view name, std::string_view value);
  void header(FieldLine line) { headers_.append(line.text()); }
  std::string_view headers() const noexcept { return headers_; }  // `Name: value\r\n`...

  // Turns the answer into a stream of Server-Sent Events; the handler completes, the stream goes on.
  // `on_close` runs once when the client or the server ends it. Nothing when the client speaks HTTP/1.0:
  // the status is then 505. For HEAD the headers alone are sent and `on_close` follows at once.
  struct StreamOptions {
    std::string slow_event;     // data of the `overflow` event that tells a slow client how to resume
    std::string restart_event;  // data of the `restart` event when the server stops
  };
  // The stream is created when the handler completes; `opened` gets it then and may keep it until on_close.
  void stream(StreamOptions options, std::function<void(EventStream&)> opened,
              std::function<void()> on_close);

  // A body that is written while it is sent, in chunked coding where `length` is not known, and until the
  // close for HTTP/1.0; the connection closes after it. The handler completes, then `producer` runs: it owns
  // what it uses, for the request is gone, and ends soon after `cancellation` of the handler's request fires,
  // as it does when the client is seen to have left. A client that closes its side still gets the body:
  // only writing to it tells whether it is there. For HEAD the headers alone are sent. It is not compressed.
  using Producer = std::function<Task<void>(BodyWriter&)>;
  void produce(Producer producer, std::optional<std::uint64_t> length = std::nullopt);

  // For the server: what stream() and produce() were given.
  struct Streaming {
    StreamOptions options;
    std::function<void(EventStream&)> opened;
    std::function<void()> on_close;
    void closed() noexcept;  // calls on_close, once; what it throws is logged
  };
  std::unique_ptr<Streaming> streaming;
  struct Producing {
    Producer producer;
    std::optional<std::uint64_t> length;
  };
  std::unique_ptr<Producing> producing;
  void clear();

 private:
  std::string headers_;
};

// problem+json or whatever the application answers for failures that the server itself finds (404, 405,
// 413, 500 ...). Fills body and content type; the status is set.
using ErrorWriter = std::function<void(const Request&, Response&, const Error&)>;

// What the server refuses by itself. `everywhere`: whatever route a request is for.
struct Refusal {
  std::uint16_t status;
  Code code;
  std::string_view about;
  bool everywhere = false;
};
std::span<const Refusal> refusals() noexcept;

using Handler = std::function<Task<void>(Request&, Response&)>;

// Comes before the handlers of routes while it is set: faults on demand.
class Interceptor {
 public:
  virtual ~Interceptor() = default;
  // Whether this request, which has a route, is to be intercepted; asked once for each.
  virtual bool concerns(const Request& request) noexcept = 0;
  // True: the response is the answer. False: the handler, or the WebSocket's acceptor, goes on.
  virtual Task<bool> intercept(Request& request, Response& response) = 0;
};
// Shared by who sets it and the server, which looks at it once per request. Loop thread only.
struct Interception {
  Interceptor* active = nullptr;
};

class WebSocketHandler;
struct WebSocketOptions;
// Decides on an upgrade: a handler, or null after having filled in `refusal`.
using WebSocketAcceptor =
    std::function<std::unique_ptr<WebSocketHandler>(Request&, WebSocketOptions&, Response& refusal)>;

// What one route measures; src/net calls it once per answered request. `bytes` are the body's.
struct RouteObserver {
  virtual ~RouteObserver() = default;
  virtual void answered(const Request&, std::uint16_t status, double seconds, std::size_t bytes) = 0;
};

struct Route {
  Method method = Method::get;
  std::string pattern;  // "/api/v1/users/{id}"; the metrics label and the log's route
  Handler handler;
  WebSocketAcceptor websocket;  // for a GET with Upgrade: websocket; may stand beside `handler`
  std::size_t max_body = 0;     // bytes; 0: the server's default
  // Whether a client that closes its side withdraws the request. It may have left, or have said all that it
  // has to say and wait for the answer: TCP does not tell. So it is answered, but where a handler waits for
  // long.
  bool withdrawn_by_close = false;
  std::shared_ptr<RouteObserver> observer;
  // What the descriptions say of the handler, and of the WebSocket or the events it streams (parley/docs).
  std::shared_ptr<const docs::Endpoint> endpoint;
  std::shared_ptr<const docs::Channel> channel;
  ErrorWriter error_writer;  // for what the server itself refuses here; empty: the server's
};

// A pattern's segment is literal or a parameter: {name}, {name:int} (decimal digits), {name:uuid}, or a
// last {name:rest} that takes the remaining path. Literals win over parameters, segment by segment. HEAD is
// served by GET; OPTIONS is answered by the server with Allow. A path with a known pattern and another
// method is 405 with Allow.
class Router {
 public:
  // Gives a route its observer when it is added.
  using Observe = std::function<std::shared_ptr<RouteObserver>(const std::string& pattern)>;

  explicit Router(Observe observe = {});
  ~Router();
  Router(Router&&) noexcept;
  Router& operator=(Router&&) noexcept;
  // Throws std::logic_error for a bad pattern or a route given twice. Not after the server has started.
  Route& add(Method method, std::string pattern, Handler handler);
  Route& add_websocket(std::string pattern, WebSocketAcceptor acceptor);

  struct Match {
    const Route* route = nullptr;  // null: see `allow`
    std::string allow;             // "GET, HEAD, POST, OPTIONS": the path exists; empty: it does not
  };
  // Fills in request.parameters.
  Match find(Request& request) const;
  // In the order they were added.
  std::span<const std::unique_ptr<Route>> routes() const noexcept { return routes_; }

  // Observes what no route answers: unknown paths and methods, and requests that are refused. May be null.
  std::shared_ptr<RouteObserver> unmatched;

 private:
  struct Node;
  Route& place(Method method, std::string pattern);

  Observe observe_;
  std::unique_ptr<Node> root_;
  std::vector<std::unique_ptr<Route>> routes_;
};

}  // namespace parley::net
