// The tables of the topology's types.
#include <parley/topology/topology.hpp>

namespace parley {

template <>
const TypeInfo& describe<topology::Instance>() {
  using topology::Instance;
  static constexpr Row rows[] = {
      field<&Instance::address>("address", number(1), doc("Where its gRPC is."),
                                example(R"("127.0.0.1:41234")")),
      field<&Instance::well>("well", number(2), doc("Whether the last look at its health found it well.")),
      field<&Instance::problem>("problem", number(3), doc("Why it is not well.")),
      field<&Instance::circuit_breaker>("circuit_breaker", number(4), doc("closed, open or half-open."),
                                        example(R"("closed")")),
      field<&Instance::calls>("calls", number(5), doc("Attempts to call it.")),
      field<&Instance::failures>("failures", number(6), doc("Those that failed for a fault of its.")),
  };
  static const TypeInfo type = object<Instance>("Instance", rows, "A process that has a module.");
  return type;
}

template <>
const TypeInfo& describe<topology::Module>() {
  using topology::Module;
  static constexpr Row rows[] = {
      field<&Module::name>("name", number(1), example(R"("orders")")),
      field<&Module::placement>("placement", number(2), doc("in-process, extracted, remote or moving."),
                                example(R"("in-process")")),
      field<&Module::pid>("pid", number(3), doc("The process it is in, where it is known.")),
      field<&Module::uses>("uses", number(4), doc("The modules that it calls."), example(R"(["users"])")),
      field<&Module::calls_per_second>("calls_per_second", number(5), doc("Over the last seconds.")),
      field<&Module::calls>("calls", number(6), doc("Calls of its port in this process, since the start.")),
      field<&Module::errors>("errors", number(7), doc("Those that ended with a fault of the module.")),
      field<&Module::running>("running", number(8), doc("Calls that run, streams among them.")),
      field<&Module::waiting>("waiting", number(9), doc("Calls that wait while it moves.")),
      field<&Module::instances>("instances", number(10), doc("Of a module that is not in process.")),
  };
  static const TypeInfo type = object<Module>("Module", rows, "A module, and where it is.");
  return type;
}

template <>
const TypeInfo& describe<topology::Process>() {
  using topology::Process;
  static constexpr Row rows[] = {
      field<&Process::pid>("pid", number(1)),
      field<&Process::role>("role", number(2), doc("this, or extracted."), example(R"("this")")),
      field<&Process::modules>("modules", number(3), doc("What it hosts."), example(R"(["users","orders"])")),
  };
  static const TypeInfo type = object<Process>("Process", rows, "A process of this server.");
  return type;
}

template <>
const TypeInfo& describe<topology::Topology>() {
  using topology::Topology;
  static constexpr Row rows[] = {
      field<&Topology::modules>("modules", number(1)),
      field<&Topology::processes>("processes", number(2), doc("The one that answers is the first.")),
  };
  static const TypeInfo type = object<Topology>("Topology", rows, "Where the modules are.");
  return type;
}

template <>
const TypeInfo& describe<topology::ModuleMetrics>() {
  using topology::ModuleMetrics;
  static constexpr Row rows[] = {field<&ModuleMetrics::series>("series", number(1))};
  static const TypeInfo type =
      object<ModuleMetrics>("ModuleMetrics", rows, "What the modules of a process have measured.");
  return type;
}

template <>
const TypeInfo& describe<topology::MoveModule>() {
  using topology::MoveModule;
  static constexpr Row rows[] = {
      field<&MoveModule::module>("module", number(1), length(1, 64), example(R"("orders")")),
  };
  static const TypeInfo type = object<MoveModule>("MoveModule", rows);
  return type;
}

}  // namespace parley
