// The gRPC edge: every row of every bound service that has a gRPC method, in all four shapes, and the
// standard services for health and reflection. It holds no domain rule.
#pragma once

#include <parley/metrics.hpp>
#include <parley/net/grpc.hpp>
#include <parley/net/http.hpp>
#include <parley/operation.hpp>
#include <parley/rpc/call.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

namespace parley::grpc {

struct Dependencies {
  Scheduler& scheduler;
  Metrics& metrics;
  std::vector<BoundService> services;
  calls::Authorize authorize = {};
  // Who calls, by the call's metadata; an error refuses the call. Empty: nobody is known.
  std::function<Result<std::shared_ptr<const Principal>>(const net::GrpcCall&)> authenticate = {};
  // Whether the module is there and well; asked whenever somebody wants to know. Empty: all are.
  std::function<bool(std::string_view module)> serving = {};
  // The deadline of a call that brings none; a stream has none then.
  std::chrono::milliseconds call_timeout{30'000};
};

// Loop thread only. What `dependencies` refers to outlives the edge; the edge outlives the server whose calls
// it serves.
class Edge {
 public:
  virtual ~Edge() = default;
  virtual Task<net::GrpcStatus> serve(net::GrpcCall& call) = 0;
  // Adds its HTTP routes, which show the .proto files at /proto. Once.
  virtual void mount(net::Router& router) = 0;
  // Of every call that has ended: metrics and the log.
  virtual void observe(const net::GrpcCall& call, const net::GrpcStatus& status, double seconds) = 0;
  // Streams that wait for news, such as those of the health service, end.
  virtual void stop() = 0;
};

// Throws std::logic_error for two rows that are one method.
std::unique_ptr<Edge> make_edge(Dependencies dependencies);

}  // namespace parley::grpc
