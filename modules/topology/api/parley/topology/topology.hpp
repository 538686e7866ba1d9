// Where the modules are, and moving them while they serve (lecture: "Service discovery and inter-service
// communication", deployment).
#pragma once

#include <parley/context.hpp>
#include <parley/describe.hpp>
#include <parley/metric_series.hpp>
#include <parley/operation.hpp>
#include <parley/result.hpp>
#include <parley/task.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace parley::topology {

// A process that a module is reached in, as this process sees it.
struct Instance {
  std::string address;  // of its gRPC
  bool well = true;
  std::string problem;          // why it is not
  std::string circuit_breaker;  // closed, open, half-open
  std::int64_t calls = 0;       // attempts, since it is known
  std::int64_t failures = 0;
};

struct Module {
  std::string name;
  // in-process; extracted: in a child of this process; remote: where the configuration says; moving.
  std::string placement;
  std::optional<std::int64_t> pid;  // of the process, where it is known
  std::vector<std::string> uses;    // modules that it calls
  double calls_per_second = 0;      // over the last seconds, through this process
  std::int64_t calls = 0;           // since the start; of these ...
  std::int64_t errors = 0;          // ... ended with a fault of the module
  std::int64_t running = 0;         // at this moment, streams among them
  std::int64_t waiting = 0;         // for the module to be moved
  std::vector<Instance> instances;  // of one that is not in process
};

struct Process {
  std::int64_t pid = 0;
  std::string role;  // this, extracted
  std::vector<std::string> modules;
};

struct Topology {
  std::vector<Module> modules;
  std::vector<Process> processes;  // on this machine that belong to this server; it is the first
};

struct ModuleMetrics {
  std::vector<MetricSeries> series;
};

struct MoveModule {
  std::string module;
};

// Loop thread.
class TopologyService {
 public:
  virtual ~TopologyService() = default;
  virtual Task<Result<Topology>> get_topology(CallContext context, Empty request) = 0;
  // What the modules of this process have measured: what a server asks of the processes of its modules.
  virtual Task<Result<ModuleMetrics>> list_metrics(CallContext context, Empty request) = 0;
  // Starts a child that hosts the module, hands its database over and calls it there. Calls that come
  // meanwhile wait. not_found for a module that cannot be moved, failed_precondition for one that is not in
  // this process or moves already; unavailable when the child does not start: the module is here again then.
  virtual Task<Result<Module>> extract_module(CallContext context, MoveModule request) = 0;
  // Takes it back; the child ends.
  virtual Task<Result<Module>> absorb_module(CallContext context, MoveModule request) = 0;
};

}  // namespace parley::topology

namespace parley {
template <>
const TypeInfo& describe<topology::Instance>();
template <>
const TypeInfo& describe<topology::Module>();
template <>
const TypeInfo& describe<topology::Process>();
template <>
const TypeInfo& describe<topology::Topology>();
template <>
const TypeInfo& describe<topology::ModuleMetrics>();
template <>
const TypeInfo& describe<topology::MoveModule>();
template <>
std::span<const Operation> operations<topology::TopologyService>();
}  // namespace parley
