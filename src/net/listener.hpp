// Sockets that accept connections.
#pragma once

#include "loop_impl.hpp"

#include <parley/result.hpp>

#include <boost/asio/ip/address.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace parley::net {

// Accepts on one address. Outlives its server where an accept is still pending; close() comes first. Loop
// thread only.
class Listener : public std::enable_shared_from_this<Listener> {
 public:
  // A socket that does not block and sends at once.
  using Accept = std::function<void(Socket, const asio::ip::address&)>;

  Listener(Loop& loop, Acceptor acceptor, Accept accept)
      : loop_(loop), acceptor_(std::move(acceptor)), accept_(std::move(accept)) {}

  void start();
  void close();

 private:
  void accepted(const error_code& error, Socket socket);
  void failed(const error_code& error);

  Loop& loop_;
  Acceptor acceptor_;
  Accept accept_;  // empty once closed
  Tcp::endpoint peer_;
  Scheduler::Timer retry_;
  bool failing_ = false;
};

class Listeners {
 public:
  Listeners(Loop& loop, Listener::Accept accept) : loop_(loop), accept_(std::move(accept)) {}
  Listeners(const Listeners&) = delete;
  ~Listeners() { close(); }

  // As Server::listen().
  Result<std::uint16_t> listen(const std::string& address, std::uint16_t port);
  void start();
  void close();

 private:
  void add(Acceptor acceptor);

  Loop& loop_;
  const Listener::Accept accept_;
  std::vector<std::shared_ptr<Listener>> all_;
  bool started_ = false;
};

}  // namespace parley::net
