// WebSocket /echo: every frame goes back as it is; nobody is greeted.
#pragma once

#include "cors.hpp"

#include <parley/docs/route.hpp>
#include <parley/net/websocket.hpp>
#include <parley/time.hpp>

#include <cstddef>

namespace parley::rest {

// A client that sends without reading is not read from while much of its echo waits. What it is given
// outlives the sockets.
net::WebSocketAcceptor accept_echo(const Cors& cors, Scheduler& scheduler, std::size_t max_message);

// What the descriptions say of it.
docs::Channel echo_channel();

}  // namespace parley::rest
