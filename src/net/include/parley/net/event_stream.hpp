// Server-Sent Events (HTML living standard, section 9.2), over a chunked HTTP/1.1 answer.
#pragma once

#include <parley/net/peer.hpp>

namespace parley::net {

// send() takes frames of Frame::event(). Heartbeat comments go out by themselves.
class EventStream : public Peer {
 public:
  // Ends the answer after what is queued; on_close follows.
  virtual void close() = 0;
};

}  // namespace parley::net
