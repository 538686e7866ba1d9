// A user's notifications as they come, as Server-Sent Events and over a WebSocket at the same address:
// GET /api/v1/notifications/stream?user_id=&types=&since=.
#pragma once

#include "cors.hpp"
#include "notification_hub.hpp"

#include <parley/ids.hpp>
#include <parley/metrics.hpp>
#include <parley/net/http.hpp>
#include <parley/net/websocket.hpp>
#include <parley/rpc/call.hpp>

#include <string_view>

namespace parley::rest {

// Loop thread only. Outlives every socket and stream.
struct NotificationEdge {
  NotificationHubs& hubs;
  const Clock& clock;
  Random& random;
  const Cors& cors;
  const calls::Authorize& authorize;
  Counter& refused_frames;
  Gauge& sockets;
  Gauge& event_streams;
};

// Where both are mounted: the path of the port's row.
std::string_view notifications_path();

// The welcome, then each notification as an event `notification` whose id is its seq; Last-Event-ID, which a
// browser sends when it reconnects, goes before `since`. What is no longer kept is told by an event `gap`.
net::Handler stream_notifications(NotificationEdge& edge);
// The same as text frames. A client has nothing to say but {"type":"ping"}.
net::WebSocketAcceptor accept_notifications(NotificationEdge& edge);

}  // namespace parley::rest
