#include "frame_body.hpp"

#include <parley/net/peer.hpp>

#include <charconv>

namespace parley::net {
namespace {

// A field's value ends at its line's end: what would end it early is left out.
void append_line_value(std::string& out, std::string_view value) {
  for (const char c : value)
    if (c != '\n' && c != '\r' && c != '\0') out.push_back(c);
}

void append_data_lines(std::string& out, std::string_view data) {
  for (;;) {
    const auto end = data.find_first_of("\r\n");
    out.append("data: ").append(data.substr(0, end)).push_back('\n');
    if (end == data.npos) return;
    const bool pair = data.substr(end, 2) == "\r\n";
    data.remove_prefix(end + (pair ? 2 : 1));
  }
}

Frame message(wire::Opcode opcode, std::string_view payload) {
  std::string bytes;
  bytes.reserve(wire::kMaxHeader + payload.size());
  wire::append_header(bytes, opcode, payload.size());
  bytes.append(payload);
  return Frame::Body::make(std::move(bytes));
}

}  // namespace

Frame::Frame(const Frame& other) noexcept : body_(other.body_) {
  if (body_) ++body_->references;
}
Frame::Frame(Frame&& other) noexcept : body_(std::exchange(other.body_, nullptr)) {}
Frame& Frame::operator=(Frame other) noexcept {
  std::swap(body_, other.body_);
  return *this;
}
Frame::~Frame() {
  if (body_ && --body_->references == 0) delete body_;
}

std::string_view Frame::bytes() const noexcept {
  return body_ ? std::string_view(body_->bytes) : std::string_view();
}

Frame Frame::text(std::string_view payload) {
  return message(wire::Opcode::text, payload);
}
Frame Frame::binary(std::string_view payload) {
  return message(wire::Opcode::binary, payload);
}

Frame Frame::event(std::string_view id, std::string_view event, std::string_view data) {
  std::string text;
  text.reserve(id.size() + event.size() + data.size() + 32);
  if (!id.empty()) {
    text.append("id: ");
    append_line_value(text, id);
    text.push_back('\n');
  }
  if (!event.empty()) {
    text.append("event: ");
    append_line_value(text, event);
    text.push_back('\n');
  }
  append_data_lines(text, data);
  text.push_back('\n');

  char size[16];
  const auto end = std::to_chars(size, size + sizeof size, text.size(), 16).ptr;
  std::string bytes;
  bytes.reserve(text.size() + 16);
  bytes.append(size, end).append("\r\n").append(text).append("\r\n");
  return Body::make(std::move(bytes));
}

namespace wire {

void append_header(std::string& out, Opcode opcode, std::size_t payload) {
  out.push_back(static_cast<char>(opcode));
  int length_bytes = 0;
  if (payload < 126) {
    out.push_back(static_cast<char>(payload));
  } else if (payload < 65536) {
    out.push_back(126);
    length_bytes = 2;
  } else {
    out.push_back(127);
    length_bytes = 8;
  }
  for (int shift = 8 * (length_bytes - 1); shift >= 0; shift -= 8)
    out.push_back(static_cast<char>(static_cast<std::uint64_t>(payload) >> shift));
}

std::string close_frame(std::uint16_t code, std::string_view reason) {
  if (reason.size() > kMaxCloseReason) {
    std::size_t end = kMaxCloseReason;
    while (end > 0 && (static_cast<unsigned char>(reason[end]) & 0xc0) == 0x80) --end;
    reason = reason.substr(0, end);
  }
  std::string out;
  append_header(out, Opcode::close, 2 + reason.size());
  out.push_back(static_cast<char>(code >> 8));
  out.push_back(static_cast<char>(code));
  out.append(reason);
  return out;
}

std::size_t frame_border(std::string_view bytes, std::size_t sent) noexcept {
  std::size_t at = 0;
  while (at < sent) {
    if (bytes.size() - at < 2) return bytes.size();
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(bytes[at + i]); };
    std::uint64_t length = byte(1) & 0x7f;
    std::size_t header = 2;
    if (length >= 126) {
      const std::size_t extended = length == 126 ? 2 : 8;
      if (bytes.size() - at < header + extended) return bytes.size();
      length = 0;
      for (std::size_t i = 0; i < extended; ++i) length = length << 8 | byte(header + i);
      header += extended;
    }
    if (length > bytes.size() - at - header) return bytes.size();
    at += header + static_cast<std::size_t>(length);
  }
  return at;
}

std::size_t chunk_border(std::string_view bytes, std::size_t sent) noexcept {
  std::size_t at = 0;
  while (at < sent) {
    std::size_t length = 0;
    const auto [end, error] = std::from_chars(bytes.data() + at, bytes.data() + bytes.size(), length, 16);
    if (error != std::errc()) return bytes.size();
    const std::size_t body = static_cast<std::size_t>(end - bytes.data()) + 2;
    if (length > bytes.size() || body + length + 2 > bytes.size()) return bytes.size();
    at = body + length + 2;
  }
  return at;
}

}  // namespace wire
}  // namespace parley::net
