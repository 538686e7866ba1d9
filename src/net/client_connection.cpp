#include "client_connection.hpp"

#include <fcntl.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <system_error>

namespace parley::net::client {
namespace {

std::string reason(int code) {
  return std::generic_category().message(code);
}

std::unexpected<Error> too_slow(const std::string& name) {
  return fail(Code::deadline_exceeded, name + " does not answer in time");
}

struct FreeAddresses {
  void operator()(addrinfo* list) const noexcept { ::freeaddrinfo(list); }
};

}  // namespace

std::string Target::authority() const {
  return (host.find(':') == std::string::npos ? host : "[" + host + "]") + ":" + std::to_string(port);
}

Result<Target> Target::parse(std::string_view url) {
  const auto wrong = [&] {
    return fail(Code::invalid_argument,
                "the URL must look like http://localhost:8080, is " + std::string(url.substr(0, 100)));
  };
  constexpr std::string_view scheme = "http://";
  auto rest = url;
  if (!rest.starts_with(scheme)) return wrong();
  rest.remove_prefix(scheme.size());
  if (rest.ends_with('/')) rest.remove_suffix(1);
  if (rest.empty() || rest.find_first_of("/?#@ \t\r\n") != rest.npos) return wrong();
  Target target;
  auto host = rest;
  std::string_view port;
  if (rest.front() == '[') {
    const auto end = rest.find(']');
    if (end == rest.npos) return wrong();
    host = rest.substr(1, end - 1);
    port = rest.substr(end + 1);
    if (!port.empty() && port.front() != ':') return wrong();
  } else if (const auto colon = rest.find(':'); colon != rest.npos) {
    host = rest.substr(0, colon);
    port = rest.substr(colon);
  }
  if (host.empty()) return wrong();
  target.host = std::string(host);
  if (!port.empty()) {
    port.remove_prefix(1);
    const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), target.port);
    if (error != std::errc() || end != port.data() + port.size() || target.port == 0) return wrong();
  }
  return target;
}

Result<std::string> request_head(const Target& target, const Request& request) {
  std::string head =
      request.method + " " + request.path + " HTTP/1.1\r\nHost: " + target.authority() + "\r\n";
  bool sound = request.path.find_first_of(" \r\n") == std::string::npos;
  for (const auto& [name, value] : request.headers) {
    head += name + ": " + value + "\r\n";
    sound = sound && (name + value).find_first_of("\r\n") == std::string::npos;
  }
  if (!sound)
    return fail(Code::invalid_argument, "the request's path or a header field holds a line break or a space");
  if (!request.body.empty() || request.method == "POST" || request.method == "PUT" ||
      request.method == "PATCH")
    head += "Content-Length: " + std::to_string(request.body.size()) + "\r\n";
  return head;
}

Result<Connection> Connection::open(const Target& target) {
  const auto deadline = deadline_of(target);
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (const int code =
          ::getaddrinfo(target.host.c_str(), std::to_string(target.port).c_str(), &hints, &found))
    return fail(Code::unavailable, target.host + " cannot be found: " + ::gai_strerror(code));
  const std::unique_ptr<addrinfo, FreeAddresses> addresses(found);
  int failure = ECONNREFUSED;
  for (const auto* address = found; address; address = address->ai_next) {
    const int socket = ::socket(address->ai_family, address->ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC,
                                address->ai_protocol);
    if (socket < 0) {
      failure = errno;
      continue;
    }
    Connection connection(socket, target.authority(), target.tap);
    if (::connect(socket, address->ai_addr, address->ai_addrlen) != 0) {
      failure = errno;
      if (failure != EINPROGRESS) continue;
      if (auto ready = connection.wait(POLLOUT, deadline); !ready) return std::unexpected(ready.error());
      socklen_t size = sizeof failure;
      if (::getsockopt(socket, SOL_SOCKET, SO_ERROR, &failure, &size) != 0) failure = errno;
      if (failure != 0) continue;
    }
    const int on = 1;
    ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return connection;
  }
  return fail(Code::unavailable, "no connection to " + target.authority() + ": " + reason(failure));
}

Connection::~Connection() {
  if (socket_ >= 0) ::close(socket_);
}

void Connection::cut() noexcept {
  const linger at_once{1, 0};
  ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  ::close(std::exchange(socket_, -1));
}

Result<void> Connection::wait(short events, SteadyTime deadline) const {
  for (;;) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    if (left.count() <= 0) return too_slow(name_);
    pollfd waiting{socket_, events, 0};
    const int ready = ::poll(&waiting, 1, static_cast<int>(std::min<std::int64_t>(left.count(), 60'000)));
    if (ready > 0) return {};
    if (ready < 0) {
      if (errno == EINTR) return fail(Code::cancelled, "interrupted");
      return fail(Code::unavailable, "no connection to " + name_ + ": " + reason(errno));
    }
  }
}

Result<void> Connection::write(std::string_view bytes, SteadyTime deadline) {
  while (!bytes.empty()) {
    const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent >= 0) {
      if (tap_) tap_->sent(bytes.substr(0, static_cast<std::size_t>(sent)));
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      if (auto ready = wait(POLLOUT, deadline); !ready) return ready;
    } else if (errno != EINTR) {
      return fail(Code::unavailable, name_ + " broke the connection: " + reason(errno));
    }
  }
  return {};
}

Result<bool> Connection::read(std::string& buffer, SteadyTime deadline) {
  if (socket_ < 0) return fail(Code::unavailable, "the connection is cut");
  for (;;) {
    char bytes[16384];
    const auto got = ::recv(socket_, bytes, sizeof bytes, 0);
    if (got >= 0) {
      if (tap_) tap_->received({bytes, static_cast<std::size_t>(got)});
      buffer.append(bytes, static_cast<std::size_t>(got));
      return got > 0;
    }
    if (errno == EAGAIN || errno == EWOULDBLOCK) {
      if (auto ready = wait(POLLIN, deadline); !ready) return std::unexpected(ready.error());
    } else if (errno != EINTR) {
      return fail(Code::unavailable, name_ + " broke the connection: " + reason(errno));
    }
  }
}

}  // namespace parley::net::client
