// Builds the faults module (implemented in compose/).
#pragma once

#include <parley/faults/faults.hpp>
#include <parley/faults/injector.hpp>
#include <parley/ids.hpp>
#include <parley/metrics.hpp>

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace parley::faults {

// Configuration section [faults].
struct Options {
  std::int32_t max_faults = 64;  // routes with a fault at one time
};

struct Dependencies {
  Scheduler& scheduler;
  const Clock& clock;
  Random& random;
  Metrics& metrics;
  std::function<std::vector<std::string>()> routes;  // patterns of the server's routes
  std::function<void(bool any)> changed;             // whether there is a fault now; may be null
};

class FaultsModule : public FaultService, public Injector {};

// What `dependencies` refers to outlives the module.
std::unique_ptr<FaultsModule> make_faults(Dependencies dependencies, Options options);

}  // namespace parley::faults

template <>
const parley::TypeInfo& parley::describe<parley::faults::Options>();
