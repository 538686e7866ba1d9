// The chat over WebSocket: the lecture's /chat and the lab's /ws, which meet in the same rooms.
#pragma once

#include "chat_edge.hpp"

#include <parley/net/websocket.hpp>

#include <memory>

namespace parley::rest {

// How a socket talks. The lecture's takes the user from each frame and greets nobody; the lab's has one user
// per connection, welcomes it, and tells the others who comes and goes.
enum class Dialect : std::uint8_t { lecture, lab };

// For net::Router::add_websocket. `edge` outlives the sockets.
net::WebSocketAcceptor accept_chat(ChatEdge& edge, Dialect dialect);
// What the descriptions say of it.
docs::Channel chat_channel(Dialect dialect, docs::Tag tag);

}  // namespace parley::rest
