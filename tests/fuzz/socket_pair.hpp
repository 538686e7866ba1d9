// A connection without a network: the server's end is a socket of the loop, the client's end is ours.
#pragma once

#include "fuzz.hpp"
#include "loop_impl.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <string>
#include <utility>

namespace parley::fuzz {

class SocketPair {
 public:
  explicit SocketPair(net::Loop& loop) : loop_(loop) {
    require(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends_) == 0, "there is a socket pair");
  }
  SocketPair(const SocketPair&) = delete;
  SocketPair& operator=(const SocketPair&) = delete;
  ~SocketPair() { close(); }

  // Once: the server's end.
  net::Socket server() {
    net::Socket socket(loop_.impl().io, net::Tcp::v4(), std::exchange(ends_[1], -1));
    socket.non_blocking(true);  // as the server's own
    return socket;
  }

  // Sends, lets the server do what it can do, and takes what it answers.
  void send(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto sent = ::send(ends_[0], bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
      if (sent < 0 && errno != EAGAIN) break;  // the server has closed
      if (sent > 0) bytes.remove_prefix(static_cast<std::size_t>(sent));
      run();
    }
    run();
  }
  void end_input() {
    ::shutdown(ends_[0], SHUT_WR);
    run();
  }
  // Runs the loop until it has nothing to do at once.
  void run() {
    auto& io = loop_.impl().io;
    do {
      io.restart();
      io.poll();
    } while (receive());
  }
  void close() {
    for (int& end : ends_)
      if (end >= 0) ::close(std::exchange(end, -1));
    auto& io = loop_.impl().io;
    io.restart();
    io.poll();
  }

  std::string received;

 private:
  bool receive() {
    char buffer[4096];
    bool any = false;
    for (;;) {
      const auto got = ::recv(ends_[0], buffer, sizeof buffer, MSG_DONTWAIT);
      if (got <= 0) return any;
      received.append(buffer, static_cast<std::size_t>(got));
      any = true;
    }
  }

  net::Loop& loop_;
  int ends_[2];
};

}  // namespace parley::fuzz
