// A blocking TCP connection with a deadline per call, for the client.
#pragma once

#include <parley/net/client.hpp>
#include <parley/time.hpp>

#include <string>
#include <string_view>
#include <utility>

namespace parley::net::client {

class Connection {
 public:
  static Result<Connection> open(const Target& target);
  Connection(Connection&& other) noexcept
      : socket_(std::exchange(other.socket_, -1)), name_(std::move(other.name_)), tap_(other.tap_) {}
  Connection& operator=(Connection&& other) noexcept {
    std::swap(socket_, other.socket_);
    std::swap(name_, other.name_);
    std::swap(tap_, other.tap_);
    return *this;
  }
  ~Connection();

  Result<void> write(std::string_view bytes, SteadyTime deadline);
  // Appends what has come, at least one byte; false at the peer's orderly end.
  Result<bool> read(std::string& buffer, SteadyTime deadline);
  // A reset instead of an orderly end.
  void cut() noexcept;

 private:
  Connection(int socket, std::string name, Tap* tap) noexcept
      : socket_(socket), name_(std::move(name)), tap_(tap) {}
  Result<void> wait(short events, SteadyTime deadline) const;
  int socket_;
  std::string name_;
  Tap* tap_;
};

inline SteadyTime deadline_of(const Target& target) {
  return std::chrono::steady_clock::now() + target.limit;
}

// The head of a request; refuses what would end a line early.
Result<std::string> request_head(const Target& target, const Request& request);

}  // namespace parley::net::client
