// parley compare
#include "announce.hpp"
#include "command_line.hpp"
#include "compare/compare.hpp"
#include "compare/print.hpp"
#include "process.hpp"
#include "settings.hpp"
#include "terminal.hpp"
#include "text.hpp"

#include <parley/codec/json.hpp>
#include <parley/net/client.hpp>
#include <parley/validate.hpp>

#include <unistd.h>

#include <cstdio>

namespace parley::app {
namespace {

// Of the ports file, if one is named, or of the settings.
Result<Ports> ports_of(const ServerOptions& server) {
  if (!server.ports_file.empty()) {
    auto read = read_ports_file(server.ports_file);
    if (read && read->http > 0 && read->grpc > 0) return read;
    return fail(Code::failed_precondition,
                server.ports_file + " tells no ports; a server writes it with: parley serve --ports-file " +
                    shell_word(server.ports_file));
  }
  if (server.port == 0 || server.grpc_port == 0)
    return fail(Code::invalid_argument,
                "port 0 is any free port; name the file that tells which, with --ports-file FILE");
  return Ports{.http = server.port, .ws = server.ws_port, .grpc = server.grpc_port};
}

// The command that starts the server which was looked for.
std::string start_command(const ServerOptions& server) {
  const ServerOptions usual;
  std::string command = "parley serve";
  if (server.host != usual.host) command += " --host " + shell_word(server.host);
  if (server.port != usual.port) command += " --port " + std::to_string(server.port);
  if (server.grpc_port != usual.grpc_port) command += " --grpc-port " + std::to_string(server.grpc_port);
  if (!server.ports_file.empty()) command += " --ports-file " + shell_word(server.ports_file);
  return command;
}

Result<void> find_server(const compare::Where& where, const ServerOptions& server) {
  const auto at = authority(where.host, where.http);
  const auto answer = net::client::send({.host = where.host, .port = where.http}, {.path = "/health"});
  if (!answer && answer.error().code == Code::cancelled) return std::unexpected(answer.error());
  if (!answer)
    return fail(Code::unavailable,
                "no server answers at " + at + "; start one with: " + start_command(server));
  if (!answer->header("Server").starts_with("parley/"))
    return fail(Code::failed_precondition,
                "what answers at " + at + " is no Parley; name the port of one with --port or --ports-file");
  return {};
}

}  // namespace

Exit run_compare(const CommandLine& line) {
  const auto loaded = settings_of(line);
  if (!loaded) return refuse(loaded.error());
  compare::Request asked;
  std::vector<FieldProblem> problems;
  if (line.has("--calls"))
    set_from_text(describe<compare::Request>(), &asked, "calls", line.value("--calls"), problems);
  if (problems.empty()) conform(describe<compare::Request>(), &asked, problems);
  if (!problems.empty())
    return refuse({"--calls " + problems.front().problem + "; see `parley compare --help`"});

  const auto& server = loaded->config.server;
  const auto ports = ports_of(server);
  if (!ports) return report(ports.error());
  const compare::Where where{reached_host(server.host), static_cast<std::uint16_t>(ports->http),
                             static_cast<std::uint16_t>(ports->grpc)};
  survive_failed_writes();
  const Interruptible interruptible;
  if (const auto found = find_server(where, server); !found) return report(found.error());
  const auto comparison =
      compare::compare(where, {.calls = asked.calls, .stopped = [] { return Interruptible::interrupted(); }});
  if (!comparison) return report(comparison.error());
  const auto text = line.has("--json")
                        ? codec::to_json(*comparison) + "\n"
                        : printed(*comparison, Terminal::of(STDOUT_FILENO), !line.has("--summary"));
  std::fwrite(text.data(), 1, text.size(), stdout);
  return Exit::clean;
}

}  // namespace parley::app
