#include "load.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <stdexcept>

namespace load {

void Report::print() const {
  std::string out = "{";
  for (const auto& [name, value] : values) {
    if (out.size() > 1) out += ',';
    char number[64];
    std::snprintf(number, sizeof number, "%.6g", value);
    out += '"' + name + "\":" + number;
  }
  std::puts((out + '}').c_str());
}

void Latencies::report(Report& out) {
  if (samples_.empty()) return;
  std::sort(samples_.begin(), samples_.end());
  const auto rank = [&](double p) { return samples_[static_cast<std::size_t>(p * (samples_.size() - 1))]; };
  out.values["p50_us"] = rank(0.50);
  out.values["p99_us"] = rank(0.99);
  out.values["max_us"] = samples_.back();
}

int connect_to(std::uint16_t port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) throw std::runtime_error(std::string("socket: ") + std::strerror(errno));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
    throw std::runtime_error("connect to port " + std::to_string(port) + ": " + std::strerror(errno));
  const int one = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK);
  return fd;
}

void write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto n = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n > 0) {
      bytes.remove_prefix(static_cast<std::size_t>(n));
    } else if (errno == EAGAIN) {
      pollfd p{fd, POLLOUT, 0};
      ::poll(&p, 1, 1000);
    } else {
      throw std::runtime_error(std::string("send: ") + std::strerror(errno));
    }
  }
}

std::string open_websocket(int fd, const Options& options) {
  write_all(fd, "GET " + options.path +
                    " HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n");
  std::string head;
  for (;;) {
    char buffer[4096];
    const auto n = ::recv(fd, buffer, sizeof buffer, 0);
    if (n > 0) {
      head.append(buffer, static_cast<std::size_t>(n));
      if (const auto end = head.find("\r\n\r\n"); end != head.npos) {
        if (!head.starts_with("HTTP/1.1 101")) throw std::runtime_error("no upgrade: " + head.substr(0, 80));
        return head.substr(end + 4);
      }
    } else if (n < 0 && errno == EAGAIN) {
      pollfd p{fd, POLLIN, 0};
      if (::poll(&p, 1, 10'000) == 0) throw std::runtime_error("no answer to the upgrade");
    } else {
      throw std::runtime_error("closed during the upgrade");
    }
  }
}

std::string text_frame(std::string_view payload) {
  std::string out;
  out.push_back(static_cast<char>(0x81));
  if (payload.size() < 126) {
    out.push_back(static_cast<char>(0x80 | payload.size()));
  } else {
    out.push_back(static_cast<char>(0x80 | 126));
    out.push_back(static_cast<char>(payload.size() >> 8));
    out.push_back(static_cast<char>(payload.size()));
  }
  out.append(4, '\0');  // a mask of zeros leaves the payload as it is
  out.append(payload);
  return out;
}

}  // namespace load
