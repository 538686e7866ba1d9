// The bounds of the chat that are not configuration.
#pragma once

#include <cstddef>
#include <cstdint>

namespace parley::chat {

// Code points.
inline constexpr std::uint32_t max_room_length = 64;
inline constexpr std::uint32_t max_type_length = 32;
inline constexpr std::uint32_t max_user_length = 64;
inline constexpr std::uint32_t max_content_length = 32'768;
inline constexpr std::uint32_t max_title_length = 100;
inline constexpr std::uint32_t max_topic_length = 500;
// Bytes of JSON that a message may carry beside its own fields: 64 KiB, and its content once more where that
// came as `text`, which is kept.
inline constexpr std::size_t max_extra_bytes = (64 << 10) + 4 * max_content_length;
// Milliseconds: thirty days. Options::max_delay is at most this.
inline constexpr std::int64_t longest_delay = 2'592'000'000;

// Different names that one message mentions.
inline constexpr std::size_t max_mentions = 20;

// Messages in one answer of read(), and in one update of a feed.
inline constexpr std::int32_t max_page = 1000;
inline constexpr std::int32_t max_update = 100;
inline constexpr std::int32_t max_room_page = 200;
// A page ends early once its messages take this many bytes, so that it fits any edge's largest message.
inline constexpr std::size_t max_page_bytes = 1 << 20;

// Users in the answer of presence(), and in the event `here`.
inline constexpr std::size_t max_presence = 1000;
inline constexpr std::size_t max_here = 200;
// Events that wait for one who attends a room.
inline constexpr std::size_t max_events = 64;
// Who may be in one room at once, each as often as connected.
inline constexpr std::size_t max_attendees = 20'000;
// Senders whose rates are remembered; past that the one that was silent longest is forgotten.
inline constexpr std::size_t max_senders = 10'000;

}  // namespace parley::chat
