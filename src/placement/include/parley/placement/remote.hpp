// A module in another process, called over gRPC.
#pragma once

#include <parley/auth/token_source.hpp>
#include <parley/ids.hpp>
#include <parley/metrics.hpp>
#include <parley/net/grpc_client.hpp>
#include <parley/net/loop.hpp>
#include <parley/placed.hpp>
#include <parley/placement/breaker.hpp>
#include <parley/placement/endpoint.hpp>
#include <parley/placement/options.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace parley::placement {

struct InstanceState {
  std::string address;
  CircuitBreaker::State breaker = CircuitBreaker::State::closed;
  bool well = true;     // as the last look at its health found
  std::string problem;  // why not, for people; empty when it is well
  std::uint64_t calls = 0, failures = 0;
};

// Its calls go round the instances that are well and whose circuit breaker lets them on. Each carries a
// token of this service, the caller's deadline and its trace. A call that may be repeated, because its row is
// idempotent or the other side has not begun it, is made again after `unavailable`, within its deadline.
// Loop thread only.
class RemoteModule : public Remote {
 public:
  // A call of whoever watches over the module: to its first instance, once, past the circuit breaker and
  // counted nowhere, so that it does not pass for one of the module's own. `row` has a gRPC method, `context`
  // a deadline.
  virtual Task<Result<void>> ask(const Operation& row, CallContext context, const void* request,
                                 void* answer) = 0;
  virtual std::vector<InstanceState> instances() const = 0;
  // Whether an instance is well that calls can reach.
  virtual bool well() const = 0;
  // Calls that run end with `unavailable`, and no more begin. Idempotent; before the last reference goes.
  virtual void stop() = 0;
};

struct RemoteDependencies {
  net::Loop& loop;
  const Clock& clock;
  Random& random;
  Metrics& metrics;
  std::unique_ptr<auth::TokenSource> tokens;  // null: calls carry none
  std::unique_ptr<Resolver> resolver;
};

// Of the module whose operations are `rows`. What `dependencies` refers to outlives it; `module` is in
// static storage.
std::shared_ptr<RemoteModule> make_remote(std::string_view module, std::span<const Operation> rows,
                                          RemoteDependencies dependencies, const Options& options,
                                          const net::GrpcClientOptions& client);

}  // namespace parley::placement
