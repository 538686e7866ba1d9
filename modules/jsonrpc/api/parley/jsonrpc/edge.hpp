// The JSON-RPC 2.0 edge (jsonrpc.org/specification): POST /rpc, a WebSocket at /rpc, and what it has in
// GET /openrpc.json. Every row of every bound service is a method. It holds no domain rule.
#pragma once

#include <parley/metrics.hpp>
#include <parley/net/http.hpp>
#include <parley/net/loop.hpp>
#include <parley/operation.hpp>
#include <parley/rpc/call.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace parley::jsonrpc {

// Configuration section [jsonrpc].
struct Options {
  std::int64_t max_body =
      1 << 20;  // bytes of one HTTP body or WebSocket message; a larger one is refused ...
  std::int64_t max_refused_message = 64 << 20;  // ... and beyond this closes its WebSocket
  std::int32_t max_batch = 100;                 // calls in one batch
  std::int32_t batch_in_flight = 16;            // calls of one batch that run at the same time
  std::int32_t calls_in_flight = 64;            // of one WebSocket, before its reading pauses
  std::int32_t max_subscriptions = 32;          // of one WebSocket
  std::int64_t stream_backlog = 256 << 10;      // bytes that may wait for a WebSocket before its streams do
  std::chrono::milliseconds call_timeout{30'000};  // the deadline of a call over a WebSocket
};

struct Dependencies {
  net::Loop& loop;
  const Clock& clock;
  Metrics& metrics;
  std::vector<BoundService> services;
  std::string version;
  // Where the server is reached, "127.0.0.1:8080", for the OpenRPC document where no Host tells it, as in
  // rpc.discover. Asked once it serves. Empty: not told.
  std::function<std::string()> address = {};
  calls::Authorize authorize = {};
  // Whether a page of the request's origin may open a WebSocket here. Empty: all may.
  std::function<bool(const net::Request&)> admits_origin = {};
};

// Loop thread only. What `dependencies` refers to outlives the edge; the edge outlives the server that serves
// its routes.
class Edge {
 public:
  virtual ~Edge() = default;
  // Adds its routes, beside those of other edges. Once.
  virtual void mount(net::Router& router) = 0;
  // Completes when no call of a WebSocket runs any more. After the server has stopped.
  virtual Task<void> stop() = 0;
};

// Throws std::logic_error for two rows that are one method.
std::unique_ptr<Edge> make_edge(Dependencies dependencies, const Options& options);

}  // namespace parley::jsonrpc

template <>
const parley::TypeInfo& parley::describe<parley::jsonrpc::Options>();
