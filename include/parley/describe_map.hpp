// Rules for fields that are maps from text to text.
#pragma once

#include <parley/describe.hpp>

#include <map>
#include <string>

namespace parley {

namespace rules {
// Kept where text has its own pattern and lengths: a map has none.
struct Keys {
  const char *expression, *hint;
  template <class T>
  static constexpr bool fits = detail::is_map<detail::bare<T>>;
  constexpr void put(Rules& r) const { r.pattern = expression, r.pattern_hint = hint; }
};
struct Values {
  std::uint32_t min, max;
  template <class T>
  static constexpr bool fits = std::is_same_v<detail::bare<T>, std::map<std::string, std::string>>;
  constexpr void put(Rules& r) const { r.min_length = min, r.max_length = max; }
};
}  // namespace rules

// Every key matches as a whole; `hint` completes the sentence "must have a name of ...".
consteval rules::Keys keys(const char* expression, const char* hint) {
  return {expression, hint};
}
// Of every value: its length in code points.
consteval rules::Values values(std::uint32_t min, std::uint32_t max) {
  return {min, max};
}

}  // namespace parley
