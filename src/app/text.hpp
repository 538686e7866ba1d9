// Text for people and for shells.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace parley::app {

// In single quotes.
std::string shell_quoted(std::string_view text);
// The same, where that is needed.
std::string shell_word(std::string_view text);
// "512 B", "1.4 MiB".
std::string readable_size(std::uint64_t bytes);

}  // namespace parley::app
