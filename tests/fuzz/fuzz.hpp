// What the fuzz targets share. A target is one file with one LLVMFuzzerTestOneInput: libFuzzer calls it with
// inputs it makes up (preset fuzz), replay.cpp with those of corpus/ (every other build of the tests).
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace parley::fuzz {

// Ends the run when what always holds does not; libFuzzer keeps the input that led there.
inline void require(bool holds, const char* what, std::string_view detail = {}) {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %s\n", what);
  if (!detail.empty()) std::fwrite(detail.data(), 1, detail.size(), stderr);
  std::fputc('\n', stderr);
  std::abort();
}

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) noexcept {
  return {reinterpret_cast<const char*>(data), size};
}

// Takes everything up to `separator` off `rest`, and the separator too.
inline std::string_view take_until(std::string_view& rest, std::string_view separator) noexcept {
  const auto end = rest.find(separator);
  const auto piece = rest.substr(0, end);
  rest.remove_prefix(end == rest.npos ? rest.size() : end + separator.size());
  return piece;
}

// A copy in a block of its own, so that the sanitizer sees a read beside it.
class Exact {
 public:
  explicit Exact(std::string_view text) : bytes_(new char[text.size()]), size_(text.size()) {
    text.copy(bytes_.get(), size_);
  }
  std::string_view view() const noexcept { return {bytes_.get(), size_}; }

 private:
  std::unique_ptr<char[]> bytes_;
  std::size_t size_;
};

// Lengths of pieces to cut an input into: the same ones for the same input.
class Pieces {
 public:
  explicit Pieces(std::string_view text) noexcept {
    for (const char c : text) state_ = (state_ ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
  }
  std::size_t next(std::size_t left) noexcept {
    state_ = state_ * 6364136223846793005u + 1442695040888963407u;
    const auto length = static_cast<std::size_t>(state_ >> 33) % 23 + 1;
    return length < left ? length : left;
  }

 private:
  std::uint64_t state_ = 0xcbf29ce484222325u;
};

}  // namespace parley::fuzz
