#include "reach.hpp"

#include "text.hpp"

#include <parley/net/client.hpp>

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

}  // namespace

Result<ReachedServer> reach_server(const ServerOptions& server) {
  auto ports = ports_of(server);
  if (!ports) return std::unexpected(std::move(ports.error()));
  ReachedServer reached{reached_host(server.host), *ports};
  const auto answer = net::client::send(reached.target(), {.path = "/health/live"});
  const auto at = authority(reached.host, ports->http);
  if (!answer && answer.error().code == Code::cancelled) return std::unexpected(answer.error());
  if (!answer)
    return fail(Code::unavailable,
                "no server answers at " + at + "; start one with: " + start_command(server));
  if (!answer->header("Server").starts_with("parley/"))
    return fail(Code::failed_precondition,
                "what answers at " + at + " is no Parley; name the port of one with --port or --ports-file");
  return reached;
}

}  // namespace parley::app
