// What the server frames: WebSocket messages, closes and events are read back by a decoder of this file; the
// border functions and the tracker agree with it on any bytes, however they are cut.
#include "frame_body.hpp"
#include "frame_tracker.hpp"
#include "fuzz.hpp"

#include <parley/utf8.hpp>

#include <optional>
#include <string>

using namespace parley;
using namespace parley::net;
using fuzz::require;

namespace {

struct Decoded {
  bool fin;
  unsigned opcode;
  std::string_view payload;
  std::size_t size;
};

// A whole unmasked frame at the start of `bytes`.
std::optional<Decoded> decode(std::string_view bytes) {
  if (bytes.size() < 2) return std::nullopt;
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
  std::uint64_t length = byte(1) & 0x7f;
  std::size_t header = 2;
  if (length >= 126) {
    const std::size_t extended = length == 126 ? 2 : 8;
    if (bytes.size() < header + extended) return std::nullopt;
    length = 0;
    for (std::size_t i = 0; i < extended; ++i) length = length << 8 | byte(2 + i);
    header += extended;
  }
  if (length > bytes.size() - header) return std::nullopt;
  const auto size = header + static_cast<std::size_t>(length);
  return Decoded{(byte(0) & 0x80) != 0, byte(0) & 0x0fu, bytes.substr(header, size - header), size};
}

void check_message(const Frame& frame, unsigned opcode, std::string_view payload) {
  const auto decoded = decode(frame.bytes());
  require(decoded && decoded->fin && decoded->opcode == opcode && decoded->payload == payload &&
              decoded->size == frame.bytes().size(),
          "a message is one frame");
  for (std::size_t sent = 0; sent <= frame.bytes().size(); sent += sent < 20 ? 1 : 61)
    require(wire::frame_border(frame.bytes(), sent) == (sent == 0 ? 0 : frame.bytes().size()),
            "a frame's borders are its ends");
}

void check_close(std::uint16_t code, std::string_view reason) {
  const auto bytes = wire::close_frame(code, reason);
  const auto decoded = decode(bytes);
  require(decoded && decoded->opcode == 8 && decoded->payload.size() >= 2 && decoded->payload.size() <= 125,
          "a close is a control frame");
  const auto said = decoded->payload.substr(2);
  require(reason.starts_with(said), "a reason is cut at its end only");
  require(!is_utf8(reason) || is_utf8(said), "a reason is cut between characters");
}

// Lines end with CR, LF or CRLF.
std::string_view take_line(std::string_view& text) {
  const auto end = text.find_first_of("\r\n");
  const auto line = text.substr(0, end);
  if (end == text.npos)
    text = {};
  else
    text.remove_prefix(end + (text.substr(end, 2) == "\r\n" ? 2 : 1));
  return line;
}

// As the HTML standard has it (section 9.2.6), of one event.
void check_event(std::string_view id, std::string_view event, std::string_view data) {
  const auto frame = Frame::event(id, event, data);
  auto chunk = frame.bytes();
  const auto line = fuzz::take_until(chunk, "\r\n");
  require(chunk.ends_with("\r\n") && std::stoul(std::string(line), nullptr, 16) == chunk.size() - 2,
          "an event is one chunk");
  chunk.remove_suffix(2);
  require(wire::chunk_border(frame.bytes(), 1) == frame.bytes().size(), "a chunk's borders are its ends");

  std::string got_data, got_id, got_event;
  bool dispatched = false;
  while (!chunk.empty()) {
    require(!dispatched, "an event ends once");
    const auto field = take_line(chunk);
    if (field.empty()) {
      dispatched = true;
      continue;
    }
    const auto colon = field.find(": ");
    require(colon != field.npos, "a line is a field");
    const auto name = field.substr(0, colon);
    const auto value = field.substr(colon + 2);
    if (name == "data")
      got_data.append(value).push_back('\n');
    else if (name == "id")
      got_id = value;
    else if (name == "event")
      got_event = value;
    else
      require(false, "a field is one of ours", field);
  }
  require(dispatched, "an event ends");
  std::string lines;
  for (auto rest = data;;) {
    const bool last = rest.find_first_of("\r\n") == rest.npos;
    lines.append(take_line(rest)).push_back('\n');
    if (last) break;
  }
  require(got_data == lines, "the data arrives", got_data);
  const auto one_line = [](std::string_view value) {
    std::string out;
    for (const char c : value)
      if (c != '\r' && c != '\n' && c != '\0') out.push_back(c);
    return out;
  };
  require(got_id == one_line(id) && got_event == one_line(event), "id and type arrive");
}

// Any bytes at all: the tracker in pieces, the borders, and the decoder must agree.
void check_borders(std::string_view bytes) {
  FrameTracker whole, cut;
  whole.follow(bytes);
  fuzz::Pieces pieces(bytes);
  for (auto rest = bytes; !rest.empty();) {
    const auto length = pieces.next(rest.size());
    cut.follow(rest.substr(0, length));
    rest.remove_prefix(length);
  }
  require(whole.at_border() == cut.at_border() && whole.closed() == cut.closed(),
          "pieces make the same frames");

  bool fragmented = false, closed = false;
  std::size_t at = 0;
  for (auto rest = bytes; const auto frame = decode(rest);) {
    rest.remove_prefix(frame->size);
    at += frame->size;
    closed |= frame->opcode == 8;
    if (frame->opcode < 8) fragmented = !frame->fin;
    require(wire::frame_border(bytes, at) == at && wire::frame_border(bytes, at - 1) == at,
            "a border is the end of a frame");
    if (rest.empty()) require(whole.at_border() == !fragmented, "the tracker knows a border");
  }
  require(!closed || whole.closed(), "the tracker sees a close");
  for (std::size_t sent = 0; sent <= bytes.size(); ++sent) {
    require(wire::frame_border(bytes, sent) >= sent && wire::frame_border(bytes, sent) <= bytes.size(),
            "a frame's border lies behind what was sent");
    require(wire::chunk_border(bytes, sent) >= sent && wire::chunk_border(bytes, sent) <= bytes.size(),
            "a chunk's border lies behind what was sent");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 4096) return 0;
  const auto text = fuzz::text_of(data, size);
  check_borders(text);
  check_message(Frame::text(text), 1, text);
  check_message(Frame::binary(text), 2, text);
  if (size >= 2) check_close(static_cast<std::uint16_t>(data[0] << 8 | data[1]), text.substr(2));

  // "id|type|data"
  auto rest = text;
  const auto id = fuzz::take_until(rest, "|");
  const auto event = fuzz::take_until(rest, "|");
  check_event(id, event, rest);
  return 0;
}
