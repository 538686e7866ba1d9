// Regular expressions of the field rules. RE2: matching takes time linear in the text, whatever it holds.
#pragma once

#include <string>
#include <string_view>

namespace parley {

// A compiled expression, kept for the life of the process. Throws std::logic_error for one that does not
// compile, naming `owner`. Thread-safe.
const void* compile_pattern(const char* expression, std::string_view owner);

// Whether the whole of `text` matches. Thread-safe.
bool matches(const void* pattern, std::string_view text);

}  // namespace parley
