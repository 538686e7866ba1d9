// What the connections of one server share.
#pragma once

#include "admission.hpp"
#include "answer.hpp"
#include "answer_turn.hpp"
#include "exchange.hpp"
#include "gzip.hpp"
#include "long_lived.hpp"
#include "loop_impl.hpp"
#include "registry.hpp"
#include "timer_wheel.hpp"

#include <parley/net/server.hpp>

#include <boost/asio/ip/address.hpp>

#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace parley::net {

class Connection;

// Loop thread only.
class ServerCore {
 public:
  ServerCore(Server::Dependencies dependencies, const Limits& limits);
  ServerCore(const ServerCore&) = delete;
  ServerCore& operator=(const ServerCore&) = delete;
  // Lets its connections go; what still waits for their sockets finds them closed.
  ~ServerCore();

  const Server::Dependencies deps;
  const Limits limits;
  const HeadLimits head_limits;
  TimerWheel& wheel;
  ServerStatistics statistics;
  ExchangePool exchanges;
  const std::shared_ptr<AnswerTurn> turn;
  CommonFields common_fields;
  Gzip gzip;
  LongLivedHost host;  // of what connections turn into

  // A new client, on a socket that does not block: gets a connection, or is turned away where there are too
  // many.
  void admit(Socket socket, const asio::ip::address& address);
  // From the connection: it has ended, or it has become something long-lived.
  void ended(Connection& connection);
  void became(Connection& connection, std::shared_ptr<LongLived> successor);

  // Empties the response and gives it the fields that every answer carries.
  void begin_response(Exchange& exchange) const;
  // Fills in body and content type as the route or the application has it.
  void write_error(Exchange& exchange, const Error& error) const;

  bool stopping() const noexcept { return stopping_; }
  void stop();  // asks everything to finish
  void cut();   // ends what is left
  // Runs once when nothing is left, later than this call.
  void when_empty(std::function<void()> notify);

 private:
  void turn_away(Socket socket);
  void enter(AddressKey address);
  void left(AddressKey address);
  void long_lived_ended(LongLived* which);

  struct Successor {
    std::shared_ptr<LongLived> connection;
    AddressKey address;
  };
  bool stopping_ = false;
  Registry<Connection> connections_;
  std::unordered_map<LongLived*, Successor> successors_;
  Admission admission_;
  std::size_t turned_away_ = 0;  // connections that only wait for the client to read why
  std::vector<std::function<void()>> on_empty_;
};

}  // namespace parley::net
