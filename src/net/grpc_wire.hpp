// What both sides of gRPC read and write beside messages (PROTOCOL-HTTP2.md).
#pragma once

#include <parley/result.hpp>

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace parley::net::grpc {

inline constexpr std::string_view content_type = "application/grpc";
// The codings of messages that are read, as grpc-accept-encoding tells them.
inline constexpr std::string_view encodings = "identity,gzip";

// The five bytes before a message: whether it is compressed, and its length.
inline constexpr std::size_t prefix_size = 5;
std::array<char, prefix_size> prefix(std::size_t length, bool compressed = false) noexcept;

// grpc-timeout: up to eight digits and a unit. Nothing for what is none.
std::optional<std::chrono::nanoseconds> parse_timeout(std::string_view text) noexcept;
// Rounded up, so that a call never gets less time than it was given.
std::string format_timeout(std::chrono::nanoseconds time);

// grpc-message: percent-encoded UTF-8.
std::string encode_message(std::string_view text);
std::string decode_message(std::string_view text);

// The code of an HTTP status, for an answer that is none of gRPC's.
Code code_of_http(std::uint16_t status) noexcept;

// Bytes as metadata has them under a name that ends with -bin: base64 without padding, which readers take
// with it too (from_base64).
std::string encode_binary(std::string_view bytes);

// Cuts a body into messages. Bytes in, messages out; holds one incomplete message and what came behind.
class Deframer {
 public:
  explicit Deframer(std::size_t max_message) noexcept : max_message_(max_message) {}

  void append(std::string_view bytes);
  enum class Found : std::uint8_t {
    message,     // there is one
    incomplete,  // more bytes are needed
    compressed,  // it is, which nobody has agreed on; or its prefix is none
    too_large
  };
  Found look() const noexcept;
  // Of look() == message: without its prefix, good until the next call.
  std::string_view message() const noexcept;
  void pop();
  // Of the message that begins here.
  std::uint32_t length() const noexcept;
  bool compressed() const noexcept { return buffer_[begin_] != 0; }
  void agree_on_compression() noexcept { compression_ = true; }
  bool empty() const noexcept { return begin_ == buffer_.size(); }

 private:
  std::string buffer_;
  std::size_t begin_ = 0;
  const std::size_t max_message_;
  bool compression_ = false;
};

}  // namespace parley::net::grpc
