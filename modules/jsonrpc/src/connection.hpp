// What the calls of one WebSocket share with it. Calls outlive a socket that drops: each holds this, and
// finds that nobody listens any more.
#pragma once

#include "rpc_socket.hpp"

#include <parley/context.hpp>
#include <parley/log_cursor.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace parley::jsonrpc {

// A stream that a client follows.
struct Subscription {
  std::shared_ptr<Cancellation> cancellation = std::make_shared<Cancellation>();
  Pause pause;         // while the client takes nothing
  bool ended = false;  // by the client, or with its socket

  // In a later turn of the loop: what calls this may be within the port.
  static void end(std::shared_ptr<Subscription> subscription, net::Loop& loop);
};

// Loop thread only.
struct Connection {
  Connection(SocketEdge& edge_, net::WebSocket& socket_, const CallContext& handshake)
      : edge(edge_), socket(&socket_), principal(handshake.principal), trace(handshake.trace) {}

  // The context of a call that came in now.
  CallContext context(std::shared_ptr<Cancellation> cancellation) const;
  void send(std::string_view text) {
    if (socket) socket->send_text(text);
  }
  // Counts `calls` that run, and stops reading while they are too many; counts them off again.
  void begin(std::size_t calls);
  void end(std::size_t calls);
  // The socket has closed.
  void closed();

  SocketEdge& edge;
  net::WebSocket* socket;  // null once it has closed
  const std::shared_ptr<const Principal> principal;
  const Trace trace;
  std::size_t in_flight = 0;
  bool paused = false;
  std::vector<std::shared_ptr<Cancellation>> running;  // of each message at work
  std::map<std::string, std::shared_ptr<Subscription>, std::less<>> subscriptions;
  std::int64_t last_subscription = 0;
};

// Follows a stream for a client: the answer to `call` is the stream's name, or the error of one that fails at
// once. One that fails later says so in its last notification.
// The group of the edge owns what runs.
void subscribe(const std::shared_ptr<Connection>& connection, const Method& method, const Envelope& call);
// The answer of rpc.unsubscribe.
void unsubscribe_from(Connection& connection, const Envelope& call);

}  // namespace parley::jsonrpc
