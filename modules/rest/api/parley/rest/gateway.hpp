// The HTTP edge: REST routes made from operation rows, the WebSockets and SSE of chat and notifications,
// health, metrics and descriptions. It holds no domain rule.
#pragma once

#include <parley/chat/chat.hpp>
#include <parley/metrics.hpp>
#include <parley/net/http.hpp>
#include <parley/net/loop.hpp>
#include <parley/net/server.hpp>
#include <parley/notifications/notifications.hpp>
#include <parley/operation.hpp>
#include <parley/rpc/call.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace parley::rest {

// Configuration section [rest].
struct Options {
  std::vector<std::string> cors_origins{"*"};      // "*" for any; empty: no CORS headers
  std::int64_t max_chat_message = 64 << 10;        // bytes of one chat frame; a larger one is refused ...
  std::int64_t max_refused_message = 64 << 20;     // ... and beyond this closes the connection
  std::int64_t max_echo_message = 16 << 20;        // bytes of one /echo frame
  std::int32_t posts_in_flight = 64;               // per WebSocket, before its reading pauses
  std::string v1_sunset = "2027-12-31T00:00:00Z";  // RFC 3339; empty: none
  std::string v2_sunset;
  bool security_headers = true;
};

// What /health says of the whole server.
struct HealthReport {
  std::string status;  // healthy, degraded, unhealthy
  std::string version;
  std::string uptime;  // "1h2m3s"
  std::vector<std::pair<std::string, std::string>> dependencies;
  bool ready = true;  // false while starting or stopping
};

struct Dependencies {
  net::Loop& loop;
  const Clock& clock;
  Random& random;
  Metrics& metrics;
  std::vector<BoundService> services;  // every port that has rows and is to be shown
  // Used where they are among `services`.
  chat::ChatService& chat;
  notifications::NotificationService& notifications;
  std::function<HealthReport()> health;
  std::function<Task<std::string>()> metrics_text;  // Prometheus exposition format
  std::string version;
  std::size_t send_buffer = 4 << 20;  // net.send_buffer: what catches up stays well below it
  calls::Authorize authorize = {};
};

// Loop thread only. What `dependencies` refers to outlives the gateway; the gateway outlives the server
// that serves its routes.
class Gateway {
 public:
  virtual ~Gateway() = default;
  // Adds its routes, beside those of other edges. Once.
  virtual void mount(net::Router& router) = 0;
  // For what no route answers, and for routes that have no error writer of their own.
  virtual net::ErrorWriter error_writer() const = 0;
  // Whether a page of the request's origin may open a WebSocket here (CORS does not reach those).
  virtual std::function<bool(const net::Request&)> admits_origin() const = 0;
  // For net::Server::Dependencies::before: CORS, preflights included.
  virtual std::function<bool(const net::Request&, net::Response&)> before() const = 0;
  // Ends what the gateway itself follows in the ports. After the server has stopped.
  virtual Task<void> stop() = 0;
};

// Header fields against what browsers allow too easily, for net::Server::Dependencies: `all` for every
// answer, `pages` for those of HTML. Empty when they are not wanted.
struct SecurityFields {
  std::string all, pages;
};
SecurityFields security_fields(const Options& options);

// Throws std::invalid_argument, naming the key, for options that no rule of theirs can refuse.
std::unique_ptr<Gateway> make_gateway(Dependencies dependencies, Options options);

}  // namespace parley::rest

template <>
const parley::TypeInfo& parley::describe<parley::rest::Options>();
