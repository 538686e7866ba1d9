// The HTTP and WebSocket server: listeners, limits, shutdown.
#pragma once

#include <parley/describe.hpp>
#include <parley/ids.hpp>
#include <parley/net/http.hpp>
#include <parley/net/loop.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace parley::net {

// Configuration section [net]. Sizes in bytes.
struct Limits {
  std::int32_t max_connections = 20000;
  std::int32_t max_connections_per_address = 20000;
  std::int64_t max_header = 16 << 10;  // request line and header fields
  std::int32_t max_fields = 100;
  std::int64_t max_body = 1 << 20;
  std::int64_t max_message = 1 << 20;                // a WebSocket message, where the route sets nothing else
  std::int64_t send_buffer = 4 << 20;                // what a client has not yet taken, per connection
  std::chrono::milliseconds header_timeout{10'000};  // from the first byte, or the accept, to the whole head
  std::chrono::milliseconds body_timeout{30'000};    // from the head to the last byte of the body
  std::chrono::milliseconds idle_timeout{60'000};    // between requests
  std::chrono::milliseconds write_timeout{30'000};   // without any progress while a client has bytes to take
  std::chrono::milliseconds request_timeout{30'000};  // the deadline of a call
  std::chrono::milliseconds ping_interval{54'000};    // WebSocket
  std::chrono::milliseconds pong_timeout{60'000};     // silence after which a WebSocket peer is given up
  std::chrono::milliseconds heartbeat{15'000};        // SSE comment
  bool deflate = false;                               // offer permessage-deflate (RFC 7692)
  std::int64_t gzip_min = 1 << 10;                    // bytes of a body from which on it is compressed
  std::int64_t gzip_max = 1 << 20;                    // bytes of a body up to which it is; 0: none is
};

// What the server tells of itself, since it was made. Loop thread only.
struct ServerStatistics {
  std::uint64_t accepted = 0;      // connections
  std::uint64_t refused = 0;       // connections, for a limit on their number
  std::uint64_t timeouts = 0;      // connections ended because their client was too slow
  std::uint64_t bad_requests = 0;  // requests that the server itself refused and closed the connection for
  std::uint64_t slow_consumers = 0;
  std::size_t connections = 0;  // open now, of every kind
  std::size_t websockets = 0, event_streams = 0;
  std::uint64_t websocket_messages_in = 0, bytes_out = 0;
};

// Loop thread only. `router` and everything behind its handlers outlive the server.
class Server {
 public:
  struct Dependencies {
    Loop& loop;
    const Clock& clock;
    Random& random;
    const Router& router;
    ErrorWriter error_writer;
    // Called once per answered request after the route's observer; null for none. `bytes` are the body's.
    // The access log.
    std::function<void(const Request&, std::uint16_t status, double seconds, std::size_t bytes)> access_log;
    std::string server_header = "parley";
    // Called for every request before its route, null for none: adds fields that every answer carries (CORS)
    // and may answer the request itself by returning true (a preflight). What it adds survives on the errors
    // that the server answers; for those it is called again, with whatever of the request could be read, and
    // its result is ignored.
    std::function<bool(const Request&, Response&)> before;
    // Header fields of every answer (security), `Name: value\r\n`..., and those that answers of HTML have
    // instead.
    std::string fields = {}, page_fields = {};
    // Who calls, from the value of the Authorization field of a request that has one; goes into its context.
    // An error is the answer, whatever the request is for. Null for nobody ever.
    std::function<Result<std::shared_ptr<const Principal>>(std::string_view authorization)> authenticate = {};
    // Outlives the server; may be null.
    const Interception* interception = nullptr;
  };
  Server(Dependencies dependencies, Limits limits);
  // After stop() has completed, or when the loop will not run again. Ends handlers that still wait by
  // destroying their coroutines.
  ~Server();

  // Binds and listens; gives the port (useful for 0). A failure names the port and the reason
  // (`unavailable` for one that is taken, `invalid_argument` for an address that is none). `address` is
  // numeric or `localhost`, which is 127.0.0.1 and, where the system has it, ::1. May be called repeatedly.
  Result<std::uint16_t> listen(const std::string& address, std::uint16_t port);
  // From here on connections are accepted.
  void start();
  // Graceful: stops accepting at once; idle connections close; running requests finish and are answered with
  // Connection: close; WebSocket peers get 1012 and SSE clients a `restart` event. Completes when all are
  // gone or `grace` has passed, after which what is left is cut off.
  Task<void> stop(std::chrono::milliseconds grace);
  ServerStatistics statistics() const noexcept;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace parley::net

template <>
const parley::TypeInfo& parley::describe<parley::net::Limits>();
