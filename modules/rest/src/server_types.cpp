#include "server_types.hpp"

namespace parley {

using namespace rest;

namespace {

constexpr Row health_rows[] = {
    field<&Health::status>("status", pattern("healthy|degraded|unhealthy", "healthy, degraded or unhealthy"),
                           example(R"("healthy")")),
    field<&Health::version>("version", doc("Of the server."), example(R"("0.1.0")")),
    field<&Health::uptime>("uptime", doc("Since the start."), example(R"("1h2m3s")")),
    field<&Health::dependencies>("dependencies", doc("What the server needs, and how that is."),
                                 example(R"({"database":"healthy"})")),
};
constexpr const char* time_doc = "Now, in Unix seconds.";
constexpr const char* time_example = "1738324800";

}  // namespace

template <>
const TypeInfo& describe<Health>() {
  static const TypeInfo type = object<Health>("Health", health_rows, "How the server is.");
  return type;
}

template <>
const TypeInfo& describe<LabHealth>() {
  static constexpr Row rows[] = {
      health_rows[0],
      health_rows[1],
      health_rows[2],
      health_rows[3],
      field<&LabHealth::service>("service", example(R"("calculator-gateway")")),
      field<&LabHealth::timestamp>("timestamp", doc(time_doc), example(time_example)),
  };
  static const TypeInfo type =
      object<LabHealth>("LabHealth", rows, "How the server is, for the lab's client.");
  return type;
}

template <>
const TypeInfo& describe<Probe>() {
  static constexpr Row rows[] = {
      field<&Probe::status>("status", doc("alive; ready or not ready."), example(R"("ready")")),
  };
  static const TypeInfo type = object<Probe>("Probe", rows, "For whoever starts and stops servers.");
  return type;
}

template <>
const TypeInfo& describe<Stats>() {
  static constexpr Row rows[] = {
      field<&Stats::active_connections>("active_connections", doc("Open WebSockets of the chat."),
                                        example("2")),
      field<&Stats::service>("service", example(R"("websocket")")),
      field<&Stats::timestamp>("timestamp", doc(time_doc), example(time_example)),
  };
  static const TypeInfo type = object<Stats>("ChatStats", rows, "How busy the chat is.");
  return type;
}

}  // namespace parley
