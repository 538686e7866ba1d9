// JSON as a person reads it in a terminal.
#pragma once

#include "terminal.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace parley::app {

// Lines of at most `width` columns: one if the value fits, otherwise indented, long texts cut with `…`, and
// at most `most` of them, the last then telling how many are left out. What is no JSON is shown as it is.
// Control characters, which could move the cursor, are never let through.
std::vector<std::string> pretty_json(std::string_view json, const Terminal& terminal, std::size_t width,
                                     std::size_t most);

// Words of `text` in lines of at most `width` columns; a longer word has a line of its own.
std::vector<std::string> wrapped(std::string_view text, std::size_t width);

}  // namespace parley::app
