// Where a reader goes on in a room's log, as text: what `since` and `before` take, and `next` and `previous`
// give.
#pragma once

#include <parley/result.hpp>
#include <parley/time.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace parley::chat {

struct Position {
  enum class Kind : std::uint8_t {
    none,    // "": the newest page
    time,    // "1700000000": messages of that Unix second and later; or before it
    cursor,  // "s42": messages after the one with seq 42; or before it
  };
  Kind kind = Kind::none;
  Timestamp time{};
  std::int64_t seq = 0;
};

// At most 12 digits of seconds and 18 of a cursor; anything else is invalid_argument for `field`, which tells
// that `giver` gives such cursors.
Result<Position> parse_position(std::string_view field, std::string_view giver, std::string_view text);
std::string to_cursor(std::int64_t seq);

}  // namespace parley::chat
