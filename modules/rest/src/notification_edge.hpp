// A user's notifications as they come, as Server-Sent Events and over a WebSocket at the same address:
// GET /api/v1/notifications/stream?user_id=&types=&since=.
#pragma once

#include "cors.hpp"
#include "notification_hub.hpp"

#include <parley/docs/route.hpp>
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
  std::size_t max_refused;  // bytes of a frame that is answered with an error; beyond, the socket is closed
  Counter& refused_frames;
  Gauge& sockets;
  Gauge& event_streams;
};

// What the address takes, by the rules of the port.
struct NotificationQuery {
  std::string user_id;
  std::vector<notifications::NotificationType> types;
  std::optional<std::int64_t> since;
  std::optional<std::int64_t> last_event_id;  // the header field of a reconnecting client; goes before since
};

// Where both are mounted: the path of the port's row.
std::string_view notifications_path();

// The welcome, then each notification as an event `notification` whose id is its seq; Last-Event-ID, which a
// browser sends when it reconnects, goes before `since`. What is no longer kept is told by an event `gap`.
net::Handler stream_notifications(NotificationEdge& edge);
// The same as text frames. A client has nothing to say but {"type":"ping"}.
net::WebSocketAcceptor accept_notifications(NotificationEdge& edge);

docs::Endpoint notifications_endpoint(docs::Tag tag);
docs::Channel notifications_channel(docs::Tag tag);

}  // namespace parley::rest

namespace parley {
template <>
const TypeInfo& describe<rest::NotificationQuery>();
}  // namespace parley
