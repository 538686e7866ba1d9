// The standard health service (grpc/health/v1/health.proto) as a port like any other.
#pragma once

#include <parley/follow.hpp>
#include <parley/operation.hpp>

#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace parley::grpc {

struct HealthCheckRequest {
  std::string service;  // "user.UserService"; empty: the server as a whole
};
enum class ServingStatus : std::int32_t { unknown = 0, serving = 1, not_serving = 2, service_unknown = 3 };
struct HealthCheckResponse {
  ServingStatus status = ServingStatus::unknown;
};

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
const TypeInfo& describe<grpc::HealthCheckRequest>();
template <>
const TypeInfo& describe<grpc::ServingStatus>();
template <>
const TypeInfo& describe<grpc::HealthCheckResponse>();
template <>
std::span<const Operation> operations<grpc::Health>();
}  // namespace parley
