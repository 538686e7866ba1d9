// JSON-RPC over a WebSocket at /rpc: a text frame is a message, and so is an answer. Answers come as calls
// complete, told apart by their ids. Streams are followed here: calling one answers {"subscription":"1"}, and
// its elements come as notifications rpc.subscription with that name, until rpc.unsubscribe or the stream's
// end.
#pragma once

#include "dispatcher.hpp"

#include <parley/jsonrpc/edge.hpp>
#include <parley/net/websocket.hpp>

#include <functional>

namespace parley::jsonrpc {

// What all sockets share. Outlives them and their calls.
struct SocketEdge {
  const Dispatcher& dispatcher;
  const Options& options;
  net::Loop& loop;
  const Clock& clock;
  const std::function<bool(const net::Request&)>& admits_origin;
  TaskGroup& calls;  // those that run, whether or not their socket is still there
  Gauge& sockets;
  Gauge& subscriptions;
  Counter& refused;  // messages that were no JSON-RPC
};

// For net::Router::add_websocket. `edge` outlives the sockets.
net::WebSocketAcceptor accept_rpc(SocketEdge& edge);

}  // namespace parley::jsonrpc
