#include "instance.hpp"

namespace parley::placement {

void Instance::ended(Code code, SteadyTime now) {
  ++calls;
  if (code == Code::cancelled) return breaker.withdrawn();
  if (!Placement::fault(code)) return breaker.succeeded();
  ++failures;
  breaker.failed(now);
}

InstanceState Instance::state(SteadyTime now) const {
  return {endpoint.text(), breaker.state(now), problem.empty(), problem, calls, failures};
}

}  // namespace parley::placement
