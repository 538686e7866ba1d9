// A walk over JSON text (RFC 8259) that checks all of it and builds nothing: the envelope needs to know where
// its members begin and end, and that the rest is sound. What is inside params is read from that text later,
// by the codec and straight into the request.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace parley::jsonrpc {

class Scanner {
 public:
  // `text` outlives it.
  Scanner(std::string_view text, std::uint32_t max_depth) noexcept : text_(text), depth_left_(max_depth) {}

  void skip_space() noexcept;
  bool at_end() const noexcept { return at_ == text_.size(); }
  // The character that comes next; NUL at the end (a NUL begins nothing in JSON).
  char next() const noexcept { return at_end() ? '\0' : text_[at_]; }
  // Moves behind `c` if it comes next.
  bool take(char c) noexcept;
  // Moves behind the value that comes next and gives its text. False when it is not well-formed.
  bool value(std::string_view& text);
  // The same for a string, with its quotes.
  bool string(std::string_view& text);
  // Enters an object or array by hand, and leaves it: counts against the depth.
  bool enter() noexcept;
  void leave() noexcept { ++depth_left_; }

  // What is wrong where the walk had to end: completes "The message ...".
  std::string problem() const;
  // For a caller that finds something else where it stands.
  bool fail(const char* what) noexcept;

 private:
  bool skip_value();
  bool skip_members(char open, char close);
  bool skip_string();
  bool skip_number() noexcept;
  bool skip_digits() noexcept;
  bool skip_word(std::string_view word) noexcept;
  bool skip_escape() noexcept;
  bool four_digits(std::uint32_t& value) noexcept;

  const std::string_view text_;
  std::size_t at_ = 0;
  std::uint32_t depth_left_;
  const char* failure_ = nullptr;
};

}  // namespace parley::jsonrpc
