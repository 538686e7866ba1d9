// What the server says of itself, as described types.
#pragma once

#include <parley/describe.hpp>

#include <map>
#include <string>

namespace parley::rest {

struct Health {
  std::string status;
  std::string version;
  std::string uptime;
  std::map<std::string, std::string> dependencies;
};

// The lab's: the same and what its client looks for.
struct LabHealth : Health {
  std::string service = "calculator-gateway";
  std::int64_t timestamp = 0;  // Unix seconds
};

// /health/live and /health/ready.
struct Probe {
  std::string status;
};

struct Stats {
  std::int64_t active_connections = 0;
  std::string service = "websocket";
  std::int64_t timestamp = 0;  // Unix seconds
};

}  // namespace parley::rest

namespace parley {
template <>
const TypeInfo& describe<rest::Health>();
template <>
const TypeInfo& describe<rest::LabHealth>();
template <>
const TypeInfo& describe<rest::Probe>();
template <>
const TypeInfo& describe<rest::Stats>();
}  // namespace parley
