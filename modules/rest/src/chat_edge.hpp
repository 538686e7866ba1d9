// What the chat's sockets and streams share, and how they read their query strings.
#pragma once

#include "cors.hpp"
#include "inboxes.hpp"
#include "operation_route.hpp"
#include "room_hub.hpp"
#include "visits.hpp"

#include <parley/chat/chat.hpp>
#include <parley/docs/route.hpp>
#include <parley/ids.hpp>
#include <parley/metrics.hpp>
#include <parley/net/http.hpp>

#include <cstdint>
#include <optional>
#include <span>
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

// What the addresses of the chat take, by the rules of the chat port.
struct ChatQuery {
  std::string room = chat::default_room;  // or an inbox
  std::optional<std::string> user;        // not on a stream: it only reads
  std::optional<std::int64_t> since;
  std::optional<std::int64_t> since_direct;  // in the user's inbox
};
struct LabQuery : ChatQuery {};  // calls the user user_id
struct StreamQuery : ChatQuery {
  std::optional<std::int64_t> last_event_id;  // the header field of a reconnecting client; goes before since
};

// The rows of the chat port that a client uses without a call of its own for each: a listener, a socket.
inline constexpr std::string_view listener_rows[] = {"Follow"};
inline constexpr std::string_view socket_rows[] = {"Follow", "PostMessage", "SendDirect", "AnnounceTyping"};

// As for each of these rows.
Result<void> authorize_chat(const ChatEdge& edge, const CallContext& context,
                            std::span<const std::string_view> rows);
// The answer to a caller that may not.
void refuse_chat(const net::Request& request, net::Response& response, const Error& error,
                 std::span<const std::string_view> rows);

// What every handshake of the chat may be refused with.
inline constexpr std::uint32_t handshake_errors =
    code_bits(Code::invalid_argument, Code::permission_denied, Code::unauthenticated);

}  // namespace parley::rest

namespace parley {
template <>
const TypeInfo& describe<rest::ChatQuery>();
template <>
const TypeInfo& describe<rest::LabQuery>();
template <>
const TypeInfo& describe<rest::StreamQuery>();
}  // namespace parley
