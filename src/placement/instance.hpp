// One process that has the module.
#pragma once

#include <parley/net/grpc_client.hpp>
#include <parley/placement/breaker.hpp>
#include <parley/placement/remote.hpp>

#include <string>

namespace parley::placement {

// Loop thread only.
class Instance {
 public:
  Instance(net::Loop& loop, const Endpoint& where, const Options& options,
           const net::GrpcClientOptions& client)
      : endpoint(where),
        channel(loop, where.host, where.port, client),
        breaker(options.breaker_failures, options.breaker_reset) {}

  const Endpoint endpoint;
  net::GrpcChannel channel;
  CircuitBreaker breaker;
  std::string problem;  // that the last look at its health found; empty: it is well
  std::uint64_t calls = 0, failures = 0;

  // A call that the breaker let on has ended.
  void ended(Code code, SteadyTime now);
  InstanceState state(SteadyTime now) const;
};

}  // namespace parley::placement
