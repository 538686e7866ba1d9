#include "mentions.hpp"

#include "limits.hpp"

#include <algorithm>

namespace parley::chat {
namespace {

bool is_word(char c) noexcept {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_';
}
bool is_name(char c) noexcept {
  return is_word(c) || c == '.' || c == '-';
}

}  // namespace

std::vector<std::string_view> mentions_in(std::string_view content) {
  std::vector<std::string_view> names;
  for (auto at = content.find('@'); at != content.npos; at = content.find('@', at + 1)) {
    if (at > 0 && is_word(content[at - 1])) continue;  // somebody@example.com
    auto end = at + 1;
    while (end < content.size() && is_name(content[end])) ++end;
    while (content[end - 1] == '.') --end;
    const auto name = content.substr(at + 1, end - at - 1);
    if (name.empty() || name.size() > max_user_length) continue;
    if (std::find(names.begin(), names.end(), name) != names.end()) continue;
    names.push_back(name);
    if (names.size() == max_mentions) break;
  }
  return names;
}

}  // namespace parley::chat
