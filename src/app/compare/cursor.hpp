// Goes through captured bytes.
#pragma once

#include "compare/figures.hpp"
#include "compare/pieces.hpp"

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

namespace parley::app::compare {

class Cursor {
 public:
  explicit Cursor(std::string_view bytes) : rest_(bytes) {}
  std::size_t left() const noexcept { return rest_.size(); }
  std::string_view rest() const noexcept { return rest_; }
  // At most what is left.
  std::string_view take(std::size_t size) {
    const auto taken = rest_.substr(0, size);
    rest_.remove_prefix(taken.size());
    return taken;
  }
  // With its line feed, if there is one.
  std::string_view line() {
    const auto end = rest_.find('\n');
    return take(end == rest_.npos ? rest_.size() : end + 1);
  }
  // The first byte first, as networks have it.
  std::uint32_t number(std::size_t bytes) {
    std::uint32_t value = 0;
    for (const char byte : take(bytes)) value = value << 8 | static_cast<unsigned char>(byte);
    return value;
  }

 private:
  std::string_view rest_;
};

// Text for people: cut to a readable length, and without what would move a terminal's cursor.
std::string readable(std::string_view text);

inline void add(Pieces& out, Part part, std::int32_t depth, std::string_view bytes, std::string text) {
  out.push_back({part, depth, static_cast<std::int64_t>(bytes.size()), hex_of(bytes), std::move(text)});
}

}  // namespace parley::app::compare
