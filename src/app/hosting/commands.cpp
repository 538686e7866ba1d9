// parley topology, parley extract, parley absorb: what the running server is asked over HTTP.
#include "administrator.hpp"
#include "command_line.hpp"
#include "process.hpp"
#include "reach.hpp"
#include "settings.hpp"
#include "terminal.hpp"

#include <parley/codec/json.hpp>
#include <parley/topology/topology.hpp>

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <fstream>

namespace parley::app {
namespace {

// An answer that refuses (RFC 9457).
struct Refusal {
  std::string detail;
};

}  // namespace
}  // namespace parley::app

template <>
const parley::TypeInfo& parley::describe<parley::app::Refusal>() {
  using parley::app::Refusal;
  static constexpr Row rows[] = {field<&Refusal::detail>("detail")};
  static const TypeInfo type = object<Refusal>("Refusal", rows);
  return type;
}

namespace parley::app {
namespace {

using Ink = Terminal::Ink;

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::ranges::find(names, name) != names.end();
}

template <class T>
Result<T> ask(const ReachedServer& server, const net::client::Request& request) {
  const auto answer = net::client::send(server.target(), request);
  if (!answer) return std::unexpected(answer.error());
  if (answer->status < 300) return codec::from_json<T>(answer->body);
  const auto problem = codec::from_json<Refusal>(answer->body);
  return fail(Code::failed_precondition,
              problem ? problem->detail : "the server answered " + std::to_string(answer->status));
}

// The administrator's: configured, or the running server's own.
std::string token_of(const ServerOptions& server) {
  if (!server.admin_token.empty()) return server.admin_token;
  std::string token;
  std::ifstream(server.data + "/" + token_name) >> token;
  return token;
}

std::string padded(std::string text, std::size_t width) {
  if (text.size() < width) text.append(width - text.size(), ' ');
  return text;
}

std::string rate(double per_second) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f/s", per_second);
  return text;
}

// A line for each module, below its process.
std::string drawn(const topology::Topology& topology, const Terminal& terminal) {
  std::string out;
  const auto modules = [&](const auto& shown) {
    for (const auto& module : topology.modules) {
      if (!shown(module)) continue;
      std::string uses;
      for (const auto& name : module.uses) uses += (uses.empty() ? "-> " : ", ") + name;
      out += "  " + padded(module.name, 15) + padded(rate(module.calls_per_second), 12) +
             (uses.empty() ? std::to_string(module.errors) + " errors"
                           : padded(std::to_string(module.errors) + " errors", 12) + uses) +
             "\n";
      for (const auto& instance : module.instances) {
        const bool well = instance.well && instance.circuit_breaker == "closed";
        out += "    " + terminal.paint(well ? Ink::green : Ink::red, well ? "well" : "not well") + "  " +
               instance.address + "  circuit breaker " + instance.circuit_breaker +
               (instance.problem.empty() ? "" : "  " + instance.problem) + "\n";
      }
    }
  };
  for (const auto& process : topology.processes) {
    out += terminal.paint(Ink::bold, "process " + std::to_string(process.pid)) + "  " + process.role + "\n";
    modules([&](const topology::Module& module) { return contains(process.modules, module.name); });
  }
  const auto placed = [&](const topology::Module& module) {
    return std::ranges::any_of(topology.processes, [&](const topology::Process& process) {
      return contains(process.modules, module.name);
    });
  };
  if (std::ranges::all_of(topology.modules, placed)) return out;
  out += terminal.paint(Ink::bold, "elsewhere") + "\n";
  modules([&](const topology::Module& module) { return !placed(module); });
  return out;
}

Exit show(const ReachedServer& server, bool json) {
  const auto topology = ask<topology::Topology>(server, {.path = "/api/topology"});
  if (!topology) return report(topology.error());
  const auto text = json ? codec::to_json(*topology) + "\n" : drawn(*topology, Terminal::of(STDOUT_FILENO));
  std::fwrite(text.data(), 1, text.size(), stdout);
  return Exit::clean;
}

Exit move(const CommandLine& line, const std::string& how) {
  const auto loaded = settings_of(line);
  if (!loaded) return refuse(loaded.error());
  const auto& settings = loaded->config.server;
  survive_failed_writes();
  const auto server = reach_server(settings);
  if (!server) return report(server.error());
  const auto token = token_of(settings);
  if (token.empty())
    return report({Code::failed_precondition, "the token of the administrator is not in " + settings.data +
                                                  "; name the data directory of the server with --data"});
  const auto moved = ask<topology::Module>(*server, {.method = "POST",
                                                     .path = "/api/topology/" + line.argument + "/" + how,
                                                     .headers = {{"Authorization", "Bearer " + token}}});
  if (!moved) return report(moved.error());
  return show(*server, false);
}

}  // namespace

Exit run_topology(const CommandLine& line) {
  const auto loaded = settings_of(line);
  if (!loaded) return refuse(loaded.error());
  survive_failed_writes();
  const auto server = reach_server(loaded->config.server);
  return server ? show(*server, line.has("--json")) : report(server.error());
}

Exit run_extract(const CommandLine& line) {
  return move(line, "extract");
}

Exit run_absorb(const CommandLine& line) {
  return move(line, "absorb");
}

}  // namespace parley::app
