// The faults' value types: fields, rules and documentation, declared once.
#include <parley/faults/faults.hpp>

namespace parley {

using namespace faults;

namespace {
constexpr std::int64_t longest_delay = 60'000, longest_life = 86'400'000;  // milliseconds
}

template <>
const TypeInfo& describe<SetFault>() {
  static constexpr Row rows[] = {
      field<&SetFault::route>("route", length(1, 256),
                              doc("The pattern of a route as metrics name it, or * for all that have no fault "
                                  "of their own."),
                              example(R"("/api/v1/users/{id}")")),
      field<&SetFault::delay>("delay", range(0, longest_delay), may_be_absent(),
                              doc("Milliseconds that each request waits first."), example("200")),
      field<&SetFault::jitter>("jitter", range(0, longest_delay), may_be_absent(),
                               doc("Up to as many milliseconds more, by chance."), example("100")),
      field<&SetFault::error_rate>("error_rate", number_range(0, 1), may_be_absent(),
                                   doc("The share of requests that are answered with the error."),
                                   example("0.5")),
      field<&SetFault::error_status>("error_status", range(400, 599), may_be_absent(),
                                     doc("HTTP status of the error."), example("503")),
      field<&SetFault::reset_rate>("reset_rate", number_range(0, 1), may_be_absent(),
                                   doc("The share of requests whose connection is reset."), example("0.1")),
      field<&SetFault::remaining>("remaining", range(1, 1'000'000'000),
                                  doc("The fault clears itself after so many disturbed requests.")),
      field<&SetFault::expires_in>("expires_in", range(1, longest_life),
                                   doc("The fault clears itself after so many milliseconds."), example("60000")),
  };
  static const TypeInfo type = object<SetFault>("SetFaultRequest", rows, "A fault to inject into a route.");
  return type;
}

template <>
const TypeInfo& describe<Fault>() {
  static constexpr Row rows[] = {
      field<&Fault::route>("route", doc("The pattern of a route, or * for all that have no fault of their own."),
                           example(R"("/api/v1/users/{id}")")),
      field<&Fault::delay>("delay", doc("Milliseconds that each request waits first."), example("200")),
      field<&Fault::jitter>("jitter", doc("Up to as many milliseconds more, by chance."), example("100")),
      field<&Fault::error_rate>("error_rate", doc("The share of requests that are answered with the error."),
                                example("0.5")),
      field<&Fault::error_status>("error_status", doc("HTTP status of the error."), example("503")),
      field<&Fault::reset_rate>("reset_rate", doc("The share of requests whose connection is reset."),
                                example("0.1")),
      field<&Fault::remaining>("remaining", doc("Requests until the fault clears itself.")),
      field<&Fault::expires_at>("expires_at", doc("When the fault clears itself.")),
      field<&Fault::injected>("injected", doc("Requests that it has disturbed so far."), example("0")),
  };
  static const TypeInfo type = object<Fault>("Fault", rows, "A fault that is injected into a route.");
  return type;
}

template <>
const TypeInfo& describe<FaultList>() {
  static constexpr Row rows[] = {field<&FaultList::faults>("faults", doc("By route."))};
  static const TypeInfo type = object<FaultList>("FaultList", rows);
  return type;
}

template <>
const TypeInfo& describe<ClearFaults>() {
  static constexpr Row rows[] = {
      field<&ClearFaults::route>("route", length(1, 256), doc("The route to clear; all when it is left out.")),
  };
  static const TypeInfo type = object<ClearFaults>("ClearFaultsRequest", rows);
  return type;
}

template <>
const TypeInfo& describe<Cleared>() {
  static constexpr Row rows[] = {
      field<&Cleared::cleared>("cleared", doc("How many faults there were."), example("1"))};
  static const TypeInfo type = object<Cleared>("ClearedFaults", rows);
  return type;
}

}  // namespace parley
