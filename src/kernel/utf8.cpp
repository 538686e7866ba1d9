#include <parley/utf8.hpp>

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace parley {

Utf8Step utf8_step(std::string_view text) noexcept {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return {1, true};

  std::size_t length;
  unsigned char low = 0x80, high = 0xBF;  // bounds of the second byte
  if (lead >= 0xC2 && lead <= 0xDF) {
    length = 2;
  } else if ((lead & 0xF0) == 0xE0) {
    length = 3;
    if (lead == 0xE0) low = 0xA0;   // shorter forms exist
    if (lead == 0xED) high = 0x9F;  // surrogates
  } else if (lead >= 0xF0 && lead <= 0xF4) {
    length = 4;
    if (lead == 0xF0) low = 0x90;
    if (lead == 0xF4) high = 0x8F;  // beyond U+10FFFF
  } else {
    return {1, false};
  }
  for (std::size_t i = 1; i < length; ++i) {
    if (i == text.size() || byte(i) < low || byte(i) > high) return {i, false};
    low = 0x80, high = 0xBF;
  }
  return {length, true};
}

std::optional<std::size_t> code_points(std::string_view text) noexcept {
  const auto size = text.size();
  std::size_t count = 0;
  while (!text.empty()) {
    // Eight bytes of ASCII at a time; the last eight of the text may begin before what is left of it.
    std::uint64_t eight;
    if (size >= sizeof eight) {
      const auto length = std::min(text.size(), sizeof eight);
      std::memcpy(&eight, text.data() + length - sizeof eight, sizeof eight);
      if (!(eight & 0x8080808080808080u)) {
        count += length;
        text.remove_prefix(length);
        continue;
      }
    }
    const auto step = utf8_step(text);
    if (!step.well_formed) return std::nullopt;
    ++count;
    text.remove_prefix(step.length);
  }
  return count;
}

}  // namespace parley
