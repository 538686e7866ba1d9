#include "scanner.hpp"

#include <parley/utf8.hpp>

#include <array>

namespace parley::jsonrpc {
namespace {

constexpr const char* not_json = "is not valid JSON";
constexpr const char* too_deep = "is nested too deeply";

// Characters that stand for themselves in a string and are one byte long.
constexpr auto plain = [] {
  std::array<bool, 256> table{};
  for (int c = 0x20; c < 0x80; ++c) table[static_cast<std::size_t>(c)] = c != '"' && c != '\\';
  return table;
}();

constexpr bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}

}  // namespace

void Scanner::skip_space() noexcept {
  while (at_ < text_.size()) {
    const char c = text_[at_];
    if (c != ' ' && c != '\n' && c != '\t' && c != '\r') return;
    ++at_;
  }
}

bool Scanner::take(char c) noexcept {
  if (next() != c || at_end()) return false;
  ++at_;
  return true;
}

bool Scanner::value(std::string_view& text) {
  const auto begin = at_;
  if (!skip_value()) return false;
  text = text_.substr(begin, at_ - begin);
  return true;
}

bool Scanner::string(std::string_view& text) {
  const auto begin = at_;
  if (!skip_string()) return false;
  text = text_.substr(begin, at_ - begin);
  return true;
}

bool Scanner::enter() noexcept {
  if (depth_left_ == 0) return fail(too_deep);
  --depth_left_;
  ++at_;
  return true;
}

bool Scanner::fail(const char* what) noexcept {
  if (!failure_) failure_ = what;
  return false;
}

std::string Scanner::problem() const {
  if (text_.find_first_not_of(" \t\r\n") == text_.npos) return "must not be empty: JSON is expected";
  if (at_end()) return "is not complete JSON: it ends after byte " + std::to_string(text_.size());
  return std::string(failure_ ? failure_ : not_json) + " at byte " + std::to_string(at_ + 1);
}

bool Scanner::skip_value() {
  switch (next()) {
    case '{':
      return skip_members('{', '}');
    case '[':
      return skip_members('[', ']');
    case '"':
      return skip_string();
    case 't':
      return skip_word("true");
    case 'f':
      return skip_word("false");
    case 'n':
      return skip_word("null");
    default:
      return skip_number();
  }
}

bool Scanner::skip_members(char open, char close) {
  if (!enter()) return false;
  skip_space();
  if (!take(close)) {
    for (;;) {
      if (open == '{') {
        if (!skip_string()) return false;
        skip_space();
        if (!take(':')) return fail(not_json);
        skip_space();
      }
      if (!skip_value()) return false;
      skip_space();
      if (take(close)) break;
      if (!take(',')) return fail(not_json);
      skip_space();
    }
  }
  leave();
  return true;
}

bool Scanner::skip_string() {
  if (!take('"')) return fail(not_json);
  for (;;) {
    while (at_ < text_.size() && plain[static_cast<unsigned char>(text_[at_])]) ++at_;
    if (at_end()) return fail(not_json);
    const char c = text_[at_];
    if (c == '"') {
      ++at_;
      return true;
    }
    if (c == '\\') {
      if (!skip_escape()) return false;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      return fail(not_json);
    } else {
      const auto step = utf8_step(text_.substr(at_));
      if (!step.well_formed) return fail("is not valid UTF-8");
      at_ += step.length;
    }
  }
}

// \uD83D\uDE00: one half without the other stands for no character, and could not be written as UTF-8.
bool Scanner::skip_escape() noexcept {
  ++at_;
  switch (next()) {
    case '"':
    case '\\':
    case '/':
    case 'b':
    case 'f':
    case 'n':
    case 'r':
    case 't':
      ++at_;
      return true;
    case 'u':
      break;
    default:
      return fail(not_json);
  }
  ++at_;
  std::uint32_t unit = 0;
  if (!four_digits(unit)) return false;
  if (unit < 0xD800 || unit > 0xDFFF) return true;
  if (unit > 0xDBFF) return fail("has half of a surrogate pair");
  if (!take('\\') || !take('u')) return fail("has half of a surrogate pair");
  if (!four_digits(unit)) return false;
  return (unit >= 0xDC00 && unit <= 0xDFFF) || fail("has half of a surrogate pair");
}

bool Scanner::four_digits(std::uint32_t& value) noexcept {
  value = 0;
  for (int i = 0; i < 4; ++i, ++at_) {
    const char c = next();
    const char lower = static_cast<char>(c | 0x20);
    if (is_digit(c))
      value = value << 4 | static_cast<std::uint32_t>(c - '0');
    else if (lower >= 'a' && lower <= 'f')
      value = value << 4 | static_cast<std::uint32_t>(lower - 'a' + 10);
    else
      return fail(not_json);
  }
  return true;
}

bool Scanner::skip_number() noexcept {
  take('-');
  if (!take('0') && !skip_digits()) return false;
  if (take('.') && !skip_digits()) return false;
  if (next() == 'e' || next() == 'E') {
    ++at_;
    if (!take('+')) take('-');
    if (!skip_digits()) return false;
  }
  return true;
}

bool Scanner::skip_digits() noexcept {
  if (!is_digit(next())) return fail(not_json);
  while (is_digit(next())) ++at_;
  return true;
}

bool Scanner::skip_word(std::string_view word) noexcept {
  if (text_.substr(at_, word.size()) != word) return fail(not_json);
  at_ += word.size();
  return true;
}

}  // namespace parley::jsonrpc
