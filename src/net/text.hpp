// Small text helpers of HTTP's grammar (RFC 9110 section 5.6).
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

namespace parley::net {

constexpr char to_lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
}
constexpr bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}
constexpr bool is_alpha(char c) noexcept {
  return to_lower(c) >= 'a' && to_lower(c) <= 'z';
}

inline constexpr auto hex_values = [] {
  std::array<std::int8_t, 256> values{};
  values.fill(-1);
  for (std::int8_t digit = 0; digit < 16; ++digit)
    for (const std::string_view digits : {"0123456789abcdef", "0123456789ABCDEF"})
      values[static_cast<unsigned char>(digits[static_cast<std::size_t>(digit)])] = digit;
  return values;
}();

// The value of a hexadecimal digit, or -1.
constexpr int hex_value(char c) noexcept {
  return hex_values[static_cast<unsigned char>(c)];
}

// RFC 9110 section 5.6.2.
constexpr bool is_token_char(char c) noexcept {
  return is_digit(c) || is_alpha(c) || std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

constexpr bool iequals(std::string_view a, std::string_view b) noexcept {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i)
    if (to_lower(a[i]) != to_lower(b[i])) return false;
  return true;
}

// Without spaces and tabs at both ends.
constexpr std::string_view trim(std::string_view text) noexcept {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

// Takes the next non-empty element off a comma-separated list (RFC 9110 section 5.6.1); empty at its end.
constexpr std::string_view next_element(std::string_view& list) noexcept {
  while (!list.empty()) {
    const auto comma = list.find(',');
    const auto element = trim(list.substr(0, comma));
    list = comma == std::string_view::npos ? std::string_view{} : list.substr(comma + 1);
    if (!element.empty()) return element;
  }
  return {};
}

constexpr bool list_has(std::string_view list, std::string_view token) noexcept {
  for (auto element = next_element(list); !element.empty(); element = next_element(list))
    if (iequals(element, token)) return true;
  return false;
}

// Decimal digits and nothing else, without overflow.
constexpr std::optional<std::uint64_t> parse_decimal(std::string_view text) noexcept {
  if (text.empty()) return std::nullopt;
  std::uint64_t value = 0;
  for (char c : text) {
    if (!is_digit(c) || value > (UINT64_MAX - static_cast<std::uint64_t>(c - '0')) / 10) return std::nullopt;
    value = value * 10 + static_cast<std::uint64_t>(c - '0');
  }
  return value;
}

// The two lower-case digits of every byte.
inline constexpr auto hex_pairs = [] {
  constexpr char digits[] = "0123456789abcdef";
  std::array<std::array<char, 2>, 256> pairs{};
  for (std::size_t byte = 0; byte < pairs.size(); ++byte)
    pairs[byte] = {digits[byte >> 4], digits[byte & 15]};
  return pairs;
}();

// Writes 2 * `Size` lower-case digits to `out`, without a loop; gives the end of them.
template <std::size_t Size>
char* write_hex(std::span<const std::uint8_t, Size> bytes, char* out) noexcept {
  const auto write = [&]<std::size_t... at>(std::index_sequence<at...>) {
    (std::memcpy(out + 2 * at, hex_pairs[bytes[at]].data(), 2), ...);
  };
  write(std::make_index_sequence<Size>());
  return out + 2 * Size;
}

}  // namespace parley::net
