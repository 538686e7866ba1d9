// Faults on demand: what a lecturer injects into the server's own answers while it runs (chaos engineering).
#pragma once

#include <parley/context.hpp>
#include <parley/describe.hpp>
#include <parley/operation.hpp>
#include <parley/result.hpp>
#include <parley/task.hpp>
#include <parley/time.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace parley::faults {

// Stands for all routes that have no fault of their own.
inline constexpr std::string_view every_route = "*";

// Of one route. Each request first waits for `delay` and up to `jitter` more; then its connection is reset, or
// it is answered with the error, or it goes on to its handler.
struct SetFault {
  std::string route;  // a pattern as metrics name it, "/api/v1/users/{id}", or every_route
  std::chrono::milliseconds delay{0};
  std::chrono::milliseconds jitter{0};
  double error_rate = 0;  // 0 to 1, of all requests
  std::int32_t error_status = 503;
  double reset_rate = 0;                                 // likewise; both together at most 1
  std::optional<std::int64_t> remaining;                 // requests until the fault clears itself
  std::optional<std::chrono::milliseconds> expires_in;  // likewise, time
};

struct Fault {
  std::string route;
  std::chrono::milliseconds delay{0};
  std::chrono::milliseconds jitter{0};
  double error_rate = 0;
  std::int32_t error_status = 503;
  double reset_rate = 0;
  std::optional<std::int64_t> remaining;
  std::optional<Timestamp> expires_at;
  std::int64_t injected = 0;  // requests that were touched so far
};

struct FaultList {
  std::vector<Fault> faults;  // by route
};

struct ClearFaults {
  std::optional<std::string> route;  // absent: all
};

struct Cleared {
  std::int32_t cleared = 0;
};

// Loop thread. In memory only: a restart clears everything. Calls need the administrator.
class FaultService {
 public:
  virtual ~FaultService() = default;
  virtual Task<Result<FaultList>> list_faults(CallContext context, Empty request) = 0;
  // Takes the place of the route's fault. invalid_argument for a route that the server does not have or never
  // disturbs, resource_exhausted beyond the limit of faults.
  virtual Task<Result<Fault>> set_fault(CallContext context, SetFault request) = 0;
  // not_found for a route without a fault.
  virtual Task<Result<Cleared>> clear_faults(CallContext context, ClearFaults request) = 0;
};

}  // namespace parley::faults

namespace parley {
template <>
const TypeInfo& describe<faults::SetFault>();
template <>
const TypeInfo& describe<faults::Fault>();
template <>
const TypeInfo& describe<faults::FaultList>();
template <>
const TypeInfo& describe<faults::ClearFaults>();
template <>
const TypeInfo& describe<faults::Cleared>();
template <>
std::span<const Operation> operations<faults::FaultService>();
}  // namespace parley
