#include "announce.hpp"
#include "config/check.hpp"
#include "doctor/checks.hpp"
#include "doctor/processes.hpp"

#include <parley/net/client.hpp>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <map>
#include <string>
#include <system_error>

namespace parley::app {
namespace {

class Socket {
 public:
  explicit Socket(int family) : file_(::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0)) {}
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  ~Socket() {
    if (file_ >= 0) ::close(file_);
  }
  int file() const noexcept { return file_; }

 private:
  int file_;
};

struct Address {
  sockaddr_storage bytes{};
  socklen_t size = 0;
};

Address address_of(const std::string& host, std::uint16_t port) {
  Address address;
  if (sockaddr_in6 v6{}; ::inet_pton(AF_INET6, host.c_str(), &v6.sin6_addr) == 1) {
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(port);
    std::memcpy(&address.bytes, &v6, address.size = sizeof v6);
  } else {
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port);
    ::inet_pton(AF_INET, host == "localhost" ? "127.0.0.1" : host.c_str(), &v4.sin_addr);
    std::memcpy(&address.bytes, &v4, address.size = sizeof v4);
  }
  return address;
}

// As the server would, for a moment. errno, or 0.
int try_to_bind(const std::string& host, std::uint16_t port) {
  const auto address = address_of(host, port);
  const Socket socket(address.bytes.ss_family);
  if (socket.file() < 0) return errno;
  const int on = 1;
  ::setsockopt(socket.file(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (::bind(socket.file(), reinterpret_cast<const sockaddr*>(&address.bytes), address.size) != 0)
    return errno;
  return 0;
}

// "parley/0.1.0" where a Parley answers there, otherwise empty.
std::string parley_at(const std::string& host, std::uint16_t port) {
  const net::client::Target target{reached_host(host), port, std::chrono::milliseconds(2000)};
  const auto answer = net::client::send(target, {.path = "/health"});
  if (!answer) return {};
  const auto server = answer->header("Server");
  return server.starts_with("parley/") ? server : std::string();
}

// By process, what it says it is. Its gRPC port does not say it.
using Parleys = std::map<long, std::string>;

void check_port(const std::string& host, std::int32_t number, const std::string& flag, Parleys& parleys,
                Findings& out) {
  const std::string check = "port " + (number == 0 ? "of " + flag : std::to_string(number));
  const std::string any = "parley serve " + flag + " 0";
  if (number == 0) return out.push_back({check, Mark::ok, "any free one", {}});
  const auto port = static_cast<std::uint16_t>(number);
  const int refused = try_to_bind(host, port);
  if (refused == 0) return out.push_back({check, Mark::ok, "free", {}});
  if (refused == EACCES)
    return out.push_back({check, Mark::wrong, "needs privileges that this user does not have", any});
  if (refused == EADDRNOTAVAIL) return;  // the address, which has a finding of its own
  if (refused != EADDRINUSE)
    return out.push_back(
        {check, Mark::wrong, "cannot be used: " + std::generic_category().message(refused), any});
  const auto holder = port_holder(port);
  const std::string process = holder ? " (process " + std::to_string(holder->pid) +
                                           (holder->name.empty() ? "" : ", " + holder->name) + ")"
                                     : "";
  auto parley = parley_at(host, port);
  if (holder) {
    auto& known = parleys[holder->pid];
    if (parley.empty()) parley = known;
    known = parley;
  }
  if (!parley.empty())
    return out.push_back(
        {check, Mark::note,
         "served by a running " + parley + process + "; a second server needs ports and data of its own",
         any});
  out.push_back(
      {check, Mark::wrong,
       "taken by another program" + (process.empty() ? ", which cannot be seen from here" : process), any});
}

}  // namespace

void check_address(const Patient& patient, Findings& out) {
  const auto& server = patient.settings.config.server;
  const std::string mend = "parley serve --host 127.0.0.1";
  if (const int refused = try_to_bind(server.host, 0)) {
    out.push_back({"address", Mark::wrong,
                   server.host + " cannot be listened on: " + std::generic_category().message(refused),
                   mend});
  } else if (is_loopback(server.host)) {
    out.push_back({"address", Mark::ok, server.host + ", for this machine alone", {}});
  } else {
    out.push_back(
        {"address", Mark::note,
         "other machines reach " + server.host + ", and profile " + server.profile + " lets everyone in",
         mend});
  }
}

void check_loopback(const Patient&, Findings& out) {
  const Socket listener(AF_INET), client(AF_INET);
  auto address = address_of("127.0.0.1", 0);
  auto* bytes = reinterpret_cast<sockaddr*>(&address.bytes);
  const bool works = ::bind(listener.file(), bytes, address.size) == 0 && ::listen(listener.file(), 1) == 0 &&
                     ::getsockname(listener.file(), bytes, &address.size) == 0 &&
                     ::connect(client.file(), bytes, address.size) == 0;
  if (works) {
    out.push_back({"loopback", Mark::ok, "connects", {}});
  } else {
    out.push_back({"loopback", Mark::wrong,
                   "127.0.0.1 does not connect: " + std::generic_category().message(errno),
                   "sudo ip link set lo up"});
  }
}

void check_ports(const Patient& patient, Findings& out) {
  const auto& server = patient.settings.config.server;
  Parleys parleys;
  check_port(server.host, server.port, "--port", parleys, out);
  check_port(server.host, server.ws_port, "--ws-port", parleys, out);
  check_port(server.host, server.grpc_port, "--grpc-port", parleys, out);
}

}  // namespace parley::app
