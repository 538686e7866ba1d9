// Where JSON text is put together: a block on the stack that goes to the string when it is full. Appending
// byte by byte to a std::string costs more than all the rest of writing.
#pragma once

#include <string>
#include <string_view>

namespace parley::codec {

class Output {
 public:
  explicit Output(std::string& target) noexcept : target_(target) {}
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  void put(char c) {
    need(1);
    *at_++ = c;
  }
  void put(std::string_view text) {
    if (text.size() > room()) return put_beyond(text);
    std::char_traits<char>::copy(at_, text.data(), text.size());
    at_ += text.size();
  }
  void put(char first, std::string_view rest) {
    if (rest.size() >= room()) {
      put(first);
      return put(rest);
    }
    *at_++ = first;
    std::char_traits<char>::copy(at_, rest.data(), rest.size());
    at_ += rest.size();
  }
  // With quotes and escapes (RFC 8259 section 7).
  void put_string(std::string_view text);

  // `size` bytes to write to, at most max_reserve; the caller takes() what it has used.
  static constexpr std::size_t max_reserve = 64;
  char* reserve(std::size_t size) {
    need(size);
    return at_;
  }
  void take(char* end) noexcept { at_ = end; }

  // Last of all: what is in the block goes to the string.
  void flush() {
    target_.append(block_, static_cast<std::size_t>(at_ - block_));
    at_ = block_;
  }

 private:
  void put_beyond(std::string_view text);  // the rest of the block
  std::size_t room() const noexcept { return static_cast<std::size_t>(block_ + sizeof block_ - at_); }
  void need(std::size_t size) {
    if (room() < size) flush();
  }

  std::string& target_;
  char* at_ = block_;
  char block_[1024];
};

}  // namespace parley::codec
