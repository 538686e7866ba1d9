// The chunked transfer coding of request bodies (RFC 9112 section 7.1), decoded in place.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace parley::net {

// Strict: chunk sizes of hexadecimal digits alone, extensions and trailer fields of the RFC's grammar and of
// bounded length, every line ended by CRLF. Extensions and trailer fields are checked and dropped.
class ChunkedBody {
 public:
  enum class Status : std::uint8_t { more, done, malformed, too_large };
  struct Progress {
    Status status;
    std::size_t consumed;  // bytes of `raw`
    std::size_t produced;  // bytes written to `out`
  };

  // Starts a new body of at most `limit` bytes.
  void reset(std::size_t limit);
  // Decodes what is there. `out` may lie before or at `raw` in the same buffer.
  Progress decode(char* out, const char* raw, std::size_t size);
  const char* problem() const noexcept { return problem_; }  // of `malformed`

 private:
  enum class State : std::uint8_t { size_line, data, data_end, trailer };

  // Gathers one line without its CRLF in line_; false until it is there or `problem_` is set.
  bool take_line(const char*& at, const char* end, std::size_t limit);
  bool begin_chunk();
  bool check_trailer();

  State state_ = State::size_line;
  std::size_t remaining_ = 0;  // of the chunk, or of the CRLF behind it
  std::size_t room_ = 0;       // bytes the body may still grow
  std::size_t overhead_ = 0;   // bytes of extensions and trailers so far
  std::string line_;
  const char* problem_ = nullptr;
  bool too_large_ = false;
};

}  // namespace parley::net
