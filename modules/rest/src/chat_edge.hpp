// What the chat's sockets and streams share, and how they read their query strings.
#pragma once

#include "cors.hpp"
#include "inboxes.hpp"
#include "operation_route.hpp"
#include "room_hub.hpp"
#include "visits.hpp"

#include <parley/chat/chat.hpp>
#include <parley/ids.hpp>
#include <parley/metrics.hpp>
#include <parley/net/http.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace parley::rest {

// Loop thread only. Outlives every socket and stream.
struct ChatEdge {
  Rooms& rooms;
  Inboxes& inboxes;
  Visits& visits;
  chat::ChatService& chat;
  const Clock& clock;
  Random& random;
  const Cors& cors;
  const calls::Authorize& authorize;
  std::size_t max_message;       // bytes of a frame
  std::size_t max_refused;       // of one that is thrown away as too large; a larger one closes
  std::int32_t posts_in_flight;  // per socket
  TaskGroup& posts;
  Counter& refused_frames;
  Gauge& chat_connections;  // by endpoint: /chat, /ws, the event stream
  Gauge& lab_connections;
  Gauge& event_streams;
  std::int64_t sockets = 0;  // /chat and /ws, for GET /stats
};

// ?room=&since=&since_direct=&user=, checked by the rules of the chat port. `user_key` is what the query calls
// the user.
struct ChatQuery {
  std::string room = chat::default_room;  // or an inbox
  std::string user;                       // empty: not given
  std::optional<std::int64_t> since;
  std::optional<std::int64_t> since_direct;  // in the user's inbox
};
Result<ChatQuery> read_chat_query(const net::Request& request, std::string_view user_key);

// A position in a room's log; `name` is the parameter or field it came in.
Result<std::int64_t> parse_position(std::string_view name, std::string_view text);

// As for the rows of the chat port that follow and post.
Result<void> authorize_chat(const ChatEdge& edge, const CallContext& context, bool posts);

}  // namespace parley::rest
