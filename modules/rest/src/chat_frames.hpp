// What the sockets and streams say themselves, as JSON text.
#pragma once

#include <parley/chat/chat.hpp>
#include <parley/follow.hpp>
#include <parley/result.hpp>
#include <parley/time.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace parley::rest {

// Told to a client that is too slow, or when the server restarts; fits a close frame.
inline constexpr std::string_view how_to_resume = "reconnect with ?since=<last seq you saw>";
inline constexpr std::string_view too_slow = "too slow: reconnect with ?since=<last seq you saw>";
// The same of a stream of events, as the data of its last one: {"code":"unavailable","message":...}.
inline constexpr std::string_view slow_end = "too slow: reconnect with Last-Event-ID, the seq you saw last";
inline constexpr std::string_view restart_end =
    "the server restarts: reconnect with Last-Event-ID, the seq you saw last";
std::string stream_end(std::string_view why);

// {"type":"system","content":"Welcome to the chat!","user":"system","timestamp":...}: what is said by the
// server itself and stands in no log. `type` needs no escaping.
std::string system_frame(std::string_view type, std::string_view content, Timestamp now);

// The entries `gap.from` to `gap.to` are lost to this client. `entries`: what they are called, "messages";
// `room` may be empty.
std::string gap_frame(std::string_view entries, std::string_view room, const LogGap& gap, Timestamp now);

// {"type":"presence","event":"join","user":...}, "leave" and "here" with its users alike, and
// {"type":"typing",...}: what one who is in a room gets of the others there.
std::string room_event_frame(const chat::RoomEvent& event);

// A direct message of this sender has been handed to a socket of `to`, in whose inbox it is at `seq`.
std::string delivered_frame(std::string_view id, std::string_view to, std::int64_t seq, Timestamp now);

// {"type":"error","code":"invalid_argument","content":...,"errors":[{"field","message"}],...}.
std::string error_frame(const Error& error, Timestamp now);

}  // namespace parley::rest
