// The bytes behind a Frame, and RFC 6455's framing of what the server sends.
#pragma once

#include <parley/net/peer.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace parley::net {

// Loop thread only. A fan-out's gathered bytes are a Body that still grows while it is already referred to:
// what has been written of it never changes.
struct Frame::Body {
  std::uint32_t references = 1;
  std::string bytes;

  static Frame make(std::string bytes) { return Frame(new Body{1, std::move(bytes)}); }
  // For the one that made `frame`, while it gathers.
  static std::string& growing(Frame& frame) noexcept { return frame.body_->bytes; }
};

namespace wire {

// First byte of an unfragmented frame: FIN and the opcode (RFC 6455 section 5.2).
enum class Opcode : unsigned char { text = 0x81, binary = 0x82, close = 0x88, ping = 0x89, pong = 0x8a };

inline constexpr std::size_t kMaxHeader = 10;        // of an unmasked frame
inline constexpr std::size_t kMaxCloseReason = 123;  // a control frame's 125 bytes without the code

// Appends the header of an unmasked frame.
void append_header(std::string& out, Opcode opcode, std::size_t payload);
// A whole Close frame. A reason that is too long is cut at a character's border.
std::string close_frame(std::uint16_t code, std::string_view reason);

// The end of the first frame (of the first chunk) that ends at `sent` or later; `bytes` begins at a border.
// All of `bytes` if that frame is not whole.
std::size_t frame_border(std::string_view bytes, std::size_t sent) noexcept;
std::size_t chunk_border(std::string_view bytes, std::size_t sent) noexcept;

}  // namespace wire
}  // namespace parley::net
