#include "compare/pieces.hpp"

#include "compare/cursor.hpp"

#include <algorithm>
#include <charconv>

namespace parley::app::compare {
namespace {

std::unexpected<Error> broken(const std::string& what) {
  return fail(Code::data_loss, "the captured bytes are no " + what);
}

// The field's value if the line is of that field.
std::string_view value_of(std::string_view line, std::string_view name) {
  const auto equal = [](char a, char b) { return (a | 0x20) == (b | 0x20); };
  if (line.size() <= name.size() || line[name.size()] != ':' ||
      !std::ranges::equal(line.substr(0, name.size()), name, equal))
    return {};
  line.remove_prefix(name.size() + 1);
  while (line.starts_with(' ')) line.remove_prefix(1);
  return line;
}

std::size_t number_in(std::string_view text, int base) {
  std::size_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number, base);
  return number;
}

struct Head {
  std::size_t length = 0;
  bool chunked = false;
};

// Start line, fields and the empty line, as pieces of `part`.
Result<Head> add_head(Cursor& in, Part part, Pieces& out) {
  Head head;
  for (bool first = true;; first = false) {
    const auto line = in.line();
    if (!line.ends_with("\r\n")) return broken("HTTP/1.1");
    const auto text = line.substr(0, line.size() - 2);
    add(out, part, first ? 0 : 1, line, text.empty() ? "the head ends" : readable(text));
    if (text.empty()) return head;
    if (const auto length = value_of(text, "Content-Length"); !length.empty())
      head.length = number_in(length, 10);
    if (value_of(text, "Transfer-Encoding") == "chunked") head.chunked = true;
  }
}

Result<void> add_chunks(Cursor& in, Pieces& out) {
  for (;;) {
    const auto line = in.line();
    if (!line.ends_with("\r\n")) return broken("chunked body");
    const auto size = number_in(line, 16);
    add(out, Part::framing, 0, line, "a chunk of " + std::to_string(size) + " bytes");
    if (size > in.left()) return broken("chunked body");
    if (size > 0) {
      const auto chunk = in.take(size);
      add(out, Part::payload, 1, chunk, readable(chunk));
    }
    add(out, Part::framing, 0, in.take(std::min<std::size_t>(2, in.left())), "the chunk ends");
    if (size == 0) return {};
  }
}

}  // namespace

Bytes sum(const Pieces& pieces) {
  Bytes bytes;
  for (const auto& piece : pieces) {
    switch (piece.part) {
      case Part::payload:
        bytes.payload += piece.size;
        break;
      case Part::headers:
        bytes.headers += piece.size;
        break;
      case Part::framing:
        bytes.framing += piece.size;
        break;
      case Part::connection:
        bytes.connection += piece.size;
        break;
    }
    bytes.total += piece.size;
  }
  return bytes;
}

Result<Pieces> Http1Reader::read(std::string_view bytes) {
  Pieces out;
  for (Cursor in(bytes); in.left() > 0;) {
    const auto head = add_head(in, Part::headers, out);
    if (!head) return std::unexpected(head.error());
    if (head->chunked) {
      if (auto chunks = add_chunks(in, out); !chunks) return std::unexpected(chunks.error());
    } else if (head->length > 0) {
      if (head->length > in.left()) return broken("whole body");
      const auto body = in.take(head->length);
      add(out, Part::payload, 0, body, readable(body));
    }
  }
  return out;
}

Result<Pieces> WebSocketReader::read(std::string_view bytes) {
  Pieces out;
  Cursor in(bytes);
  if (!open_) {
    const auto head = add_head(in, Part::connection, out);
    if (!head) return std::unexpected(head.error());
    open_ = true;
  }
  while (in.left() > 0) {
    const auto start = in.rest();
    const auto byte = [&](std::size_t i) {
      return i < start.size() ? static_cast<unsigned char>(start[i]) : 0u;
    };
    const unsigned opcode = byte(0) & 0x0f, reserved = byte(0) >> 4 & 7, code = byte(1) & 0x7f;
    const bool masked = (byte(1) & 0x80) != 0;
    const std::size_t extended = code == 127 ? 8 : code == 126 ? 2 : 0;
    std::uint64_t length = extended == 0 ? code : 0;
    for (std::size_t i = 0; i < extended; ++i) length = length << 8 | byte(2 + i);
    const auto header = 2 + extended + (masked ? 4 : 0);
    if (header > in.left() || length > in.left() - header) return broken("whole WebSocket frame");
    constexpr const char* names[] = {"continuation", "text", "binary"};
    const std::string kind = opcode <= 2    ? names[opcode]
                             : opcode == 8  ? "close"
                             : opcode == 9  ? "ping"
                             : opcode == 10 ? "pong"
                                            : "reserved";
    // Control frames are of the connection.
    const auto framing = opcode >= 8 ? Part::connection : Part::framing;
    add(out, framing, 0, in.take(1),
        "FIN " + std::to_string(byte(0) >> 7) + ", RSV " + std::to_string(reserved >> 2) +
            std::to_string(reserved >> 1 & 1) + std::to_string(reserved & 1) + ", opcode " +
            std::to_string(opcode) + " (" + kind + ")");
    add(out, framing, 0, in.take(1 + extended),
        "MASK " + std::to_string(masked) + ", length " +
            (extended ? std::to_string(code) + ": in the next " + std::to_string(extended) + " bytes, "
                      : "") +
            std::to_string(length));
    const auto mask = in.take(masked ? 4 : 0);
    if (masked) add(out, framing, 0, mask, "masking key, drawn anew for each frame");
    const auto content = in.take(static_cast<std::size_t>(length));
    std::string plain(content);
    for (std::size_t i = 0; masked && i < plain.size(); ++i)
      plain[i] = static_cast<char>(plain[i] ^ mask[i % 4]);
    if (!content.empty())
      add(out, opcode >= 8 ? Part::connection : Part::payload, 1, content,
          (masked ? "unmasked: " : "") + readable(plain));
  }
  return out;
}

}  // namespace parley::app::compare
