// Builds the topology module (implemented in compose/).
#pragma once

#include <parley/topology/topology.hpp>

#include <memory>
#include <string>

namespace parley::topology {

// Who places the modules: the composition root. Errors as in the port.
class Placer {
 public:
  virtual ~Placer() = default;
  virtual Topology look() const = 0;
  virtual ModuleMetrics measured() = 0;
  virtual Task<Result<void>> extract(std::string module) = 0;
  virtual Task<Result<void>> absorb(std::string module) = 0;
};

// `placer` outlives the service.
std::unique_ptr<TopologyService> make_topology(Placer& placer);

}  // namespace parley::topology
