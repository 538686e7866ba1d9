#include "instance.hpp"

namespace parley::placement {

bool is_failure(Code code) noexcept {
  constexpr auto failures =
      code_bits(Code::unknown, Code::deadline_exceeded, Code::internal, Code::unavailable, Code::data_loss);
  return has_code(failures, code);
}

void Instance::ended(Code code, SteadyTime now) {
  ++calls;
  if (code == Code::cancelled) return breaker.withdrawn();
  if (!is_failure(code)) return breaker.succeeded();
  ++failures;
  breaker.failed(now);
}

InstanceState Instance::state(SteadyTime now) const {
  return {endpoint.text(), breaker.state(now), problem.empty(), problem, calls, failures};
}

}  // namespace parley::placement
