// Where a reader goes on in a room's log, as text: what `since` takes and `next` gives.
#pragma once

#include <parley/result.hpp>
#include <parley/time.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace parley::chat {

struct Since {
  enum class Kind : std::uint8_t {
    newest,  // "": the newest page
    time,    // "1700000000": messages of that Unix second and later
    cursor,  // "s42": messages after the one with seq 42
  };
  Kind kind = Kind::newest;
  Timestamp time{};
  std::int64_t after_seq = 0;
};

// At most 12 digits of seconds and 18 of a cursor; anything else is invalid_argument for `since`.
Result<Since> parse_since(std::string_view text);
std::string to_cursor(std::int64_t after_seq);

}  // namespace parley::chat
