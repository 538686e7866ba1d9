#include "fold.hpp"

#include <parley/utf8.hpp>

#include <locale.h>
#include <wctype.h>

namespace parley::users {
namespace {

// glibc's built-in Unicode locale. Where it is missing only ASCII is folded.
locale_t unicode() noexcept {
  static const locale_t locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
  return locale;
}

// Of one well-formed sequence of more than one byte.
char32_t decode(std::string_view sequence) noexcept {
  char32_t character = static_cast<unsigned char>(sequence.front()) & (0x7F >> sequence.size());
  for (const char c : sequence.substr(1)) character = character << 6 | (static_cast<unsigned char>(c) & 0x3F);
  return character;
}

void encode(char32_t c, std::string& out) {
  const auto put = [&](char32_t value) { out += static_cast<char>(value); };
  if (c < 0x80) {
    put(c);
  } else if (c < 0x800) {
    put(0xC0 | c >> 6), put(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    put(0xE0 | c >> 12), put(0x80 | (c >> 6 & 0x3F)), put(0x80 | (c & 0x3F));
  } else {
    put(0xF0 | c >> 18), put(0x80 | (c >> 12 & 0x3F)), put(0x80 | (c >> 6 & 0x3F)), put(0x80 | (c & 0x3F));
  }
}

}  // namespace

std::string fold_case(std::string_view utf8) {
  std::string out;
  out.reserve(utf8.size());
  while (!utf8.empty()) {
    const char first = utf8.front();
    const auto [length, well_formed] = utf8_step(utf8);
    if (length == 1 && well_formed) {
      out += first >= 'A' && first <= 'Z' ? static_cast<char>(first + ('a' - 'A')) : first;
    } else if (well_formed && unicode()) {
      const auto character = static_cast<wint_t>(decode(utf8.substr(0, length)));
      encode(static_cast<char32_t>(towlower_l(character, unicode())), out);
    } else {
      out += utf8.substr(0, length);
    }
    utf8.remove_prefix(length);
  }
  return out;
}

}  // namespace parley::users
