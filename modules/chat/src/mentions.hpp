// Who is named in a text.
#pragma once

#include <string_view>
#include <vector>

namespace parley::chat {

// The names that `content` mentions as `@name` (chat.hpp says what counts), each once, in the order of their
// first mention, max_mentions of them. Views into `content`.
std::vector<std::string_view> mentions_in(std::string_view content);

}  // namespace parley::chat
