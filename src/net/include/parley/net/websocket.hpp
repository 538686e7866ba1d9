// WebSocket connections, RFC 6455.
#pragma once

#include <parley/net/http.hpp>
#include <parley/net/peer.hpp>

#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace parley::net {

class WebSocket : public Peer {
 public:
  using Peer::send;
  // Encoded and sent to this peer alone.
  virtual void send_text(std::string_view payload) = 0;
  virtual void send_binary(std::string_view payload) = 0;
  // Starts the closing handshake after what is queued; `reason` of at most 123 bytes. on_close follows.
  virtual void close(std::uint16_t code, std::string_view reason) = 0;
  // Reading stops after the current message until resume(): back-pressure on the sender. The pings of the
  // peer are not answered meanwhile. pause() calls nest.
  virtual void pause() = 0;
  virtual void resume() = 0;
};

// The application's end of one connection. Owned by the connection and destroyed after on_close(); all
// calls on the loop's thread, never two at once. An exception closes the connection with 1011.
class WebSocketHandler {
 public:
  virtual ~WebSocketHandler() = default;
  // The handshake is done. `socket` lives until on_close() returns.
  virtual void on_open(WebSocket& socket) = 0;
  // A whole message, of valid UTF-8 if `text`; the view is good during the call.
  virtual void on_message(std::string_view message, bool text) = 0;
  // Instead, for a message larger than WebSocketOptions::max_message, where that does not close: it has been
  // thrown away as it came.
  virtual void on_oversized(std::size_t bytes, bool text) {
    static_cast<void>(bytes), static_cast<void>(text);
  }
  // Once, however it ended; 1006 where no close frame came. send() does nothing from here on.
  virtual void on_close(std::uint16_t code) = 0;
};

struct WebSocketOptions {
  std::size_t max_message = 0;    // bytes; 0: the server's default. Larger ones close with 1009 ...
  std::size_t max_discarded = 0;  // ... unless they are within this: on_oversized()
  // Told to a peer that is too slow, in the close frame (code 1013); at most 123 bytes.
  std::string slow_reason = "too slow: reconnect";
  // Told to every open peer when the server stops (code 1012).
  std::string restart_reason = "server restarts: reconnect";
};

}  // namespace parley::net
