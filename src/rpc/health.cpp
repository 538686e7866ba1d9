#include <parley/rpc/health.hpp>

namespace parley {

template <>
const TypeInfo& describe<calls::HealthCheckRequest>() {
  static constexpr Row rows[] = {
      field<&calls::HealthCheckRequest::service>("service", number(1), may_be_absent(), length(0, 200))};
  static const TypeInfo type = object<calls::HealthCheckRequest>("HealthCheckRequest", rows);
  return type;
}
template <>
const TypeInfo& describe<calls::ServingStatus>() {
  static constexpr EnumItem items[] = {
      {"UNKNOWN", 0}, {"SERVING", 1}, {"NOT_SERVING", 2}, {"SERVICE_UNKNOWN", 3}};
  static const TypeInfo type = enumeration<calls::ServingStatus>("ServingStatus", items);
  return type;
}
template <>
const TypeInfo& describe<calls::HealthCheckResponse>() {
  static constexpr Row rows[] = {field<&calls::HealthCheckResponse::status>("status", number(1))};
  static const TypeInfo type = object<calls::HealthCheckResponse>("HealthCheckResponse", rows);
  return type;
}

}  // namespace parley
