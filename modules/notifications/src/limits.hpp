// The bounds of notifications that are not configuration.
#pragma once

#include <cstddef>
#include <cstdint>

namespace parley::notifications {

// Code points.
inline constexpr std::uint32_t max_user_length = 100;
inline constexpr std::uint32_t max_title_length = 200;
inline constexpr std::uint32_t max_message_length = 4000;
inline constexpr std::uint32_t max_value_length = 1000;
// Entries of `data`, and of a list of types.
inline constexpr std::uint32_t max_data_entries = 32;
inline constexpr std::uint32_t max_types = 16;

// Notifications in one answer of list_notifications(), and in one update of follow().
inline constexpr std::int32_t max_page = 1000;
inline constexpr std::int32_t max_update = 100;
// A page ends early once its notifications take this many bytes, so that it fits any edge's largest message.
inline constexpr std::size_t max_page_bytes = 1 << 20;

}  // namespace parley::notifications
