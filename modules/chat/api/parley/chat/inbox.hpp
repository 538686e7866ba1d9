// What a user's inbox is called where a room may be named.
#pragma once

#include <string>
#include <string_view>

namespace parley::chat {

inline std::string inbox_of(const std::string& user) {
  return '@' + user;
}
inline bool is_inbox(std::string_view room) noexcept {
  return room.starts_with('@');
}

}  // namespace parley::chat
