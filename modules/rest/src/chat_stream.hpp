// The chat as Server-Sent Events: GET /api/messages/stream?room=&since=.
#pragma once

#include "chat_edge.hpp"

#include <parley/net/http.hpp>

namespace parley::rest {

// Each message is an event `message` whose id is its seq; Last-Event-ID, which a browser sends when it
// reconnects, goes before `since`. What is no longer kept is told by an event `gap`. `edge` outlives the
// streams.
net::Handler stream_chat(ChatEdge& edge);

// What the descriptions say of it.
docs::Endpoint chat_stream_endpoint(docs::Tag tag);
docs::Channel chat_stream_channel(docs::Tag tag);

}  // namespace parley::rest
