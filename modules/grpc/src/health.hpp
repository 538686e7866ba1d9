// The standard health service (grpc/health/v1/health.proto) as a port like any other.
#pragma once

#include <parley/follow.hpp>
#include <parley/operation.hpp>
#include <parley/rpc/health.hpp>

#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace parley::grpc {

using calls::HealthCheckRequest, calls::HealthCheckResponse, calls::ServingStatus;

// Loop thread only.
class Health {
 public:
  // By service: whether it is well.
  using Serving = std::map<std::string, std::function<bool()>, std::less<>>;

  Health(Scheduler& scheduler, Serving services) : scheduler_(scheduler), services_(std::move(services)) {}

  // not_found for a service that is not here.
  Task<Result<HealthCheckResponse>> check(CallContext context, HealthCheckRequest request);
  // The state now, and then whenever it changes; SERVICE_UNKNOWN for a service that is not here.
  Task<Result<void>> watch(CallContext context, HealthCheckRequest request, Sink<HealthCheckResponse> sink);
  void stop() {
    timer_.cancel();
    waiting_.close();
  }

 private:
  ServingStatus status_of(std::string_view service) const;
  void look_again();

  Scheduler& scheduler_;
  const Serving services_;
  Followers waiting_;
  Scheduler::Timer timer_;  // while somebody watches
  bool looking_ = false;
};

}  // namespace parley::grpc

namespace parley {
template <>
std::span<const Operation> operations<grpc::Health>();
}  // namespace parley
