#include <parley/placement/options.hpp>

template <>
const parley::TypeInfo& parley::describe<parley::placement::Options>() {
  using O = parley::placement::Options;
  static constexpr Row rows[] = {
      field<&O::modules>("modules", items(0, 32), may_be_absent(),
                         doc("Modules that this process hosts; none: all."), example(R"(["users"])")),
      field<&O::bind>("bind", items(0, 256), may_be_absent(),
                      doc("Where a module is that is not hosted here: its name, =, and host:port. A module "
                          "that is named more than once has several instances."),
                      example(R"(["users=127.0.0.1:50052"])")),
      field<&O::call_timeout>("call_timeout", range(10, 3'600'000), may_be_absent(),
                              doc("The deadline of a call to another process that brings none.")),
      field<&O::attempts>("attempts", range(1, 10), may_be_absent(),
                          doc("Attempts of a call that may be repeated.")),
      field<&O::first_backoff>("first_backoff", range(1, 60'000), may_be_absent(),
                               doc("Pause before the second attempt, of which a random part is taken; it "
                                   "doubles.")),
      field<&O::last_backoff>("last_backoff", range(1, 60'000), may_be_absent(),
                              doc("The longest such pause.")),
      field<&O::breaker_failures>("breaker_failures", range(1, 1'000'000), may_be_absent(),
                                  doc("Failures in a row that open an instance's circuit breaker.")),
      field<&O::breaker_reset>("breaker_reset", range(10, 3'600'000), may_be_absent(),
                               doc("Time until an open circuit breaker lets a call try.")),
      field<&O::probe>("probe", range(10, 3'600'000), may_be_absent(),
                       doc("Time between two looks at an instance's health.")),
      field<&O::resolve>("resolve", range(100, 86'400'000), may_be_absent(),
                         doc("Time between two lookups of the names in bind.")),
      field<&O::max_waiting>("max_waiting", range(1, 1'000'000), may_be_absent(),
                             doc("Calls that wait while a module moves to another process.")),
      field<&O::parent>("parent", range(0, 2'147'483'647), may_be_absent(),
                        doc("Of the child of a server: its process id, with which this one ends.")),
  };
  static const TypeInfo type = object<O>("PlacementOptions", rows, "Where modules are.");
  return type;
}
