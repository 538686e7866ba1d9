#include "config/check.hpp"

#include <arpa/inet.h>

namespace parley::app {
namespace {

std::string origin(const Loaded& loaded, std::string_view name) {
  const auto found = loaded.origins.find(name);
  return found == loaded.origins.end() ? "default" : found->second;
}

}  // namespace

bool is_address(const std::string& host) {
  in6_addr any{};
  return ::inet_pton(AF_INET, host.c_str(), &any) == 1 || ::inet_pton(AF_INET6, host.c_str(), &any) == 1;
}

bool is_loopback(const std::string& host) {
  if (host == "localhost") return true;
  if (in_addr v4{}; ::inet_pton(AF_INET, host.c_str(), &v4) == 1) return (ntohl(v4.s_addr) >> 24) == 127;
  if (in6_addr v6{}; ::inet_pton(AF_INET6, host.c_str(), &v6) == 1) return IN6_IS_ADDR_LOOPBACK(&v6);
  return false;
}

void check(const Loaded& loaded, Problems& problems) {
  const auto& server = loaded.config.server;
  if (server.host != "localhost" && !is_address(server.host)) {
    problems.push_back(
        origin(loaded, "server.host") +
        ": server.host must be localhost or an address in digits such as 127.0.0.1 or ::1, is " +
        server.host);
  } else if (!is_loopback(server.host) && !server.force_public) {
    problems.push_back(origin(loaded, "server.host") + ": profile " + server.profile +
                       " lets everyone in, so that on " + server.host +
                       " other machines could use it; add --force (server.force_public) if that is meant");
  }
  if (server.port != 0 && server.port == server.ws_port) {
    problems.push_back(origin(loaded, "server.ws_port") + ": server.port and server.ws_port are both " +
                       std::to_string(server.port) + "; give them two ports with --port and --ws-port");
  }
  const auto& net = loaded.config.net;
  constexpr std::chrono::seconds least_time_for_pong{1};
  if (net.pong_timeout < net.ping_interval + least_time_for_pong) {
    problems.push_back(origin(loaded, "net.pong_timeout") +
                       ": net.pong_timeout must be longer than net.ping_interval by a second at least, or "
                       "quiet clients are given up");
  }
}

}  // namespace parley::app
