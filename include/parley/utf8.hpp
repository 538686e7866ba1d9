// Well-formed UTF-8, as Unicode table 3-7 has it: no overlong forms, no surrogates, nothing past U+10FFFF.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace parley {

struct Utf8Step {
  std::size_t length;  // bytes; of an ill-formed one those that a single U+FFFD stands for (Unicode 3.9)
  bool well_formed;
};
// The character at the start of `text`, which must not be empty.
Utf8Step utf8_step(std::string_view text) noexcept;

// The number of code points; nothing when `text` is not well-formed.
std::optional<std::size_t> code_points(std::string_view text) noexcept;

inline bool is_utf8(std::string_view text) noexcept {
  return code_points(text).has_value();
}

}  // namespace parley
