// The faults module over a clock that stands still.
#pragma once

#include "manual_time.hpp"
#include "recording_metrics.hpp"

#include <parley/faults/compose.hpp>

namespace parley::test {

class FaultsInProcess {
 public:
  faults::FaultService& service() { return *module; }
  CallContext context() {
    CallContext context;
    context.clock = &time;
    return context;
  }
  template <class T>
  T run(Task<T> task) {
    return time.wait(std::move(task));
  }

  ManualTime time;
  RecordingMetrics metrics;
  std::unique_ptr<Random> random = make_random(11);
  std::vector<bool> changes;
  std::unique_ptr<faults::FaultsModule> module = faults::make_faults(
      {.scheduler = time,
       .clock = time,
       .random = *random,
       .metrics = metrics,
       .routes =
           [] {
             return std::vector<std::string>{"/api/admin/faults", "/api/messages", "/api/v1/users/{id}",
                                             "/delay/{ms}", "/echo", "/health", "/health/live", "/metrics"};
           },
       .changed = [this](bool any) { changes.push_back(any); }},
      {.max_faults = 4});
};

}  // namespace parley::test
