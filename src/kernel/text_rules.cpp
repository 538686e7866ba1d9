#include "text_rules.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace parley {
namespace {

constexpr std::size_t max_label = 63;  // RFC 1034 section 3.5

bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

// The white space of more than one byte: U+0085, U+00A0, U+1680, U+2000 to U+200A, U+2028, U+2029, U+202F,
// U+205F, U+3000; and U+FEFF, which ECMAScript's and Dart's trim() remove too.
constexpr std::string_view wide_spaces[] = {"\xC2\x85",     "\xC2\xA0",     "\xE1\x9A\x80", "\xE2\x80\x80",
                                            "\xE2\x80\x81", "\xE2\x80\x82", "\xE2\x80\x83", "\xE2\x80\x84",
                                            "\xE2\x80\x85", "\xE2\x80\x86", "\xE2\x80\x87", "\xE2\x80\x88",
                                            "\xE2\x80\x89", "\xE2\x80\x8A", "\xE2\x80\xA8", "\xE2\x80\xA9",
                                            "\xE2\x80\xAF", "\xE2\x81\x9F", "\xE3\x80\x80", "\xEF\xBB\xBF"};

bool is_ascii_space(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

std::size_t space_at_start(std::string_view text) {
  if (text.empty()) return 0;
  if (is_ascii_space(text.front())) return 1;
  if (static_cast<unsigned char>(text.front()) < 0x80) return 0;
  for (const auto space : wide_spaces)
    if (text.starts_with(space)) return space.size();
  return 0;
}

std::size_t space_at_end(std::string_view text) {
  if (text.empty()) return 0;
  if (is_ascii_space(text.back())) return 1;
  if (static_cast<unsigned char>(text.back()) < 0x80) return 0;
  for (const auto space : wide_spaces)
    if (text.ends_with(space)) return space.size();
  return 0;
}

bool is_label(std::string_view label) {
  return !label.empty() && label.size() <= max_label && label.front() != '-' && label.back() != '-' &&
         std::all_of(label.begin(), label.end(), [](char c) { return is_letter_or_digit(c) || c == '-'; });
}

}  // namespace

void trim_in_place(std::string& text) {
  std::string_view rest = text;
  while (const auto length = space_at_end(rest)) rest.remove_suffix(length);
  const auto kept_end = rest.size();
  while (const auto length = space_at_start(rest)) rest.remove_prefix(length);
  const auto dropped = kept_end - rest.size();
  if (kept_end != text.size()) text.resize(kept_end);
  if (dropped > 0) text.erase(0, dropped);
}

// Eight bytes at a time: of the low seven bits, what reaches the high bit by one addition is at least 'A', by
// the other beyond 'Z'; bytes that are not ASCII are left alone.
void lower_in_place(std::string& text) noexcept {
  constexpr auto each = [](std::uint64_t byte) { return 0x0101'0101'0101'0101u * byte; };
  const auto lower = [&](char* from, std::size_t size) {
    std::uint64_t bytes = 0;
    std::memcpy(&bytes, from, size);
    const std::uint64_t low = bytes & each(0x7f);
    const std::uint64_t from_a = low + each(0x80 - 'A'), beyond_z = low + each(0x7f - 'Z');
    bytes |= ((from_a ^ beyond_z) & ~bytes & each(0x80)) >> 2;
    std::memcpy(from, &bytes, size);
  };
  constexpr std::size_t word = sizeof(std::uint64_t);
  char* at = text.data();
  char* const end = at + text.size();
  if (text.size() < word) return lower(at, text.size());
  for (; end - at > std::ptrdiff_t{word}; at += word) lower(at, word);
  lower(end - word, word);  // what of it is lower case already stays so
}

bool is_email(std::string_view text) noexcept {
  static constexpr std::string_view local_marks = ".!#$%&'*+/=?^_`{|}~-";
  const auto at = text.find('@');
  if (at == std::string_view::npos || at == 0) return false;
  for (const char c : text.substr(0, at))
    if (!is_letter_or_digit(c) && local_marks.find(c) == std::string_view::npos) return false;

  auto domain = text.substr(at + 1);
  std::size_t labels = 0;
  for (;;) {
    const auto dot = domain.find('.');
    if (!is_label(domain.substr(0, dot))) return false;
    ++labels;
    if (dot == std::string_view::npos) return labels >= 2;
    domain.remove_prefix(dot + 1);
  }
}

}  // namespace parley
