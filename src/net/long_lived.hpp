// Connections that have left request and response behind: WebSocket and SSE. The HTTP connection hands its
// socket over and is gone; the server keeps the new one in its registry until it ends.
#pragma once

#include "loop_impl.hpp"

#include <parley/net/http.hpp>
#include <parley/net/server.hpp>
#include <parley/net/websocket.hpp>

#include <functional>
#include <memory>
#include <string>

namespace parley::net {

// Loop thread only.
class LongLived {
 public:
  virtual ~LongLived() = default;
  // The server stops: say so (1012, or the `restart` event), finish sending, close.
  virtual void restart() = 0;
  // The grace period is over: close the socket now.
  virtual void cut() = 0;
};

// What such a connection needs of the server, which outlives it.
struct LongLivedHost {
  Loop& loop;
  const Limits& limits;
  ServerStatistics& statistics;
  // Takes the connection out of the registry, which drops the server's reference; called exactly once, at
  // the very end, never from within a call into LongLived.
  std::function<void(LongLived*)> ended;
};

// What remains of the HTTP connection.
struct Takeover {
  Socket socket;
  std::string unread;  // bytes the client had sent beyond the request
  std::string
      head;  // response header fields to add (X-Request-Id, traceparent, CORS ...), "Name: value\r\n"...
};

// Answers the handshake, which check_handshake() has found in order, and runs the connection.
std::shared_ptr<LongLived> open_websocket(LongLivedHost& host, Takeover from, const Request& request,
                                          std::unique_ptr<WebSocketHandler> handler,
                                          WebSocketOptions options);

// Sends `from.head`, which here is the whole response head, then events in chunked coding.
std::shared_ptr<LongLived> open_event_stream(LongLivedHost& host, Takeover from,
                                             std::unique_ptr<Response::Streaming> streaming);

// Sends `from.head`, the whole response head, then what the producer writes, and closes. `cancellation` fires
// when the client leaves before the end.
std::shared_ptr<LongLived> open_body_stream(LongLivedHost& host, Takeover from,
                                            std::unique_ptr<Response::Producing> producing,
                                            std::shared_ptr<Cancellation> cancellation, bool chunked);

}  // namespace parley::net
