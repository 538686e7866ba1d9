// What the fields that name a room have in common.
#pragma once

#include <parley/describe.hpp>

namespace parley::chat {

consteval rules::Pattern room_pattern() {
  return pattern("[A-Za-z0-9._:-]*", "made of letters, digits, '.', '_', ':' and '-'");
}

}  // namespace parley::chat
