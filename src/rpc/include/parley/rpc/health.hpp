// The messages of the standard health service (grpc/health/v1/health.proto), for who serves it and who asks.
#pragma once

#include <parley/describe.hpp>

#include <cstdint>
#include <string>

namespace parley::calls {

inline constexpr const char* health_check_path = "/grpc.health.v1.Health/Check";

struct HealthCheckRequest {
  std::string service;  // "user.UserService"; empty: the server as a whole
};
enum class ServingStatus : std::int32_t { unknown = 0, serving = 1, not_serving = 2, service_unknown = 3 };
struct HealthCheckResponse {
  ServingStatus status = ServingStatus::unknown;
};

}  // namespace parley::calls

namespace parley {
template <>
const TypeInfo& describe<calls::HealthCheckRequest>();
template <>
const TypeInfo& describe<calls::ServingStatus>();
template <>
const TypeInfo& describe<calls::HealthCheckResponse>();
}  // namespace parley
