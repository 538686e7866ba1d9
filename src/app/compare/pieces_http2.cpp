// HTTP/2 (RFC 9113) and gRPC's messages in it.
#include "compare/cursor.hpp"

#include <iterator>

namespace parley::app::compare {
namespace {

constexpr std::string_view preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
constexpr std::size_t frame_header = 9, prefix_size = 5;

enum Type : std::uint32_t {
  data,
  headers,
  priority,
  reset,
  settings,
  push,
  ping,
  goaway,
  window,
  continuation
};
constexpr const char* type_names[] = {"DATA",         "HEADERS", "PRIORITY", "RST_STREAM",    "SETTINGS",
                                      "PUSH_PROMISE", "PING",    "GOAWAY",   "WINDOW_UPDATE", "CONTINUATION"};
constexpr std::uint32_t end_stream = 0x1, ack = 0x1, end_headers = 0x4, padded = 0x8, with_priority = 0x20;
constexpr const char* setting_names[] = {"",
                                         "HEADER_TABLE_SIZE",
                                         "ENABLE_PUSH",
                                         "MAX_CONCURRENT_STREAMS",
                                         "INITIAL_WINDOW_SIZE",
                                         "MAX_FRAME_SIZE",
                                         "MAX_HEADER_LIST_SIZE",
                                         "",
                                         "ENABLE_CONNECT_PROTOCOL",
                                         "NO_RFC7540_PRIORITIES"};

std::string flag_names(std::uint32_t type, std::uint32_t flags) {
  std::string out;
  const auto name = [&](std::uint32_t bit, const char* text) {
    if (flags & bit) out += (out.empty() ? "" : " ") + std::string(text);
  };
  if (type == data || type == headers) name(end_stream, "END_STREAM");
  if (type == settings || type == ping) name(ack, "ACK");
  if (type == headers || type == continuation) name(end_headers, "END_HEADERS");
  if (type == data || type == headers) name(padded, "PADDED");
  if (type == headers) name(with_priority, "PRIORITY");
  return out.empty() ? "none" : out;
}

// How a field stands in its block (RFC 7541 section 6).
const char* form_of(unsigned char first) {
  if (first & 0x80) return "from the table";
  if (first & 0x40) return "literal, kept";
  if (first & 0x20) return "the table's size, then a field";
  return first & 0x10 ? "literal, never kept" : "literal, not kept";
}

void add_settings(std::string_view content, Pieces& out) {
  for (Cursor in(content); in.left() > 0;) {
    const auto bytes = in.take(6);
    Cursor entry(bytes);
    const auto id = entry.number(2), value = entry.number(4);
    const std::string name = id < std::size(setting_names) && *setting_names[id]
                                 ? setting_names[id]
                                 : "setting " + std::to_string(id);
    add(out, Part::connection, 1, bytes, name + " = " + std::to_string(value));
  }
}

}  // namespace

struct GrpcReader::Frame {
  std::uint32_t type, flags, stream;
};

Result<void> GrpcReader::add_header_block(const Frame& frame, std::string_view content, Pieces& out) {
  block_ += content;
  if (!(frame.flags & end_headers)) return {};
  const auto block = std::exchange(block_, {});
  const auto fields = hpack_.read(block);
  if (!fields) return std::unexpected(fields.error());
  Cursor in(block);
  for (const auto& field : *fields) {
    const auto bytes = in.take(field.size);
    add(out, Part::headers, 1, bytes,
        readable(field.name + ": " + field.value) + " (" + form_of(static_cast<unsigned char>(bytes[0])) +
            ")");
  }
  if (in.left() > 0) add(out, Part::headers, 1, in.rest(), "the table's size");
  return {};
}

void GrpcReader::add_data(std::string_view content, Pieces& out) {
  for (Cursor in(content); in.left() > 0;) {
    if (missing_ > 0) {
      const auto more = in.take(missing_);
      missing_ -= more.size();
      add(out, Part::payload, 1, more, "the message goes on");
      continue;
    }
    const auto bytes = in.take(prefix_size - prefix_.size());
    prefix_ += bytes;
    if (prefix_.size() < prefix_size) {
      add(out, Part::framing, 1, bytes, "part of gRPC's prefix");
      return;
    }
    const auto whole = std::exchange(prefix_, {});
    Cursor prefix(whole);
    const bool compressed = prefix.number(1) != 0;
    const auto length = prefix.number(4);
    add(out, Part::framing, 1, bytes,
        std::string("gRPC's prefix: ") + (compressed ? "compressed" : "not compressed") + ", a message of " +
            std::to_string(length) + " bytes");
    const auto message = in.take(length);
    missing_ = length - message.size();
    if (missing_ == 0 && !compressed) {
      add_protobuf(message, message_, 1, out);
    } else if (!message.empty()) {
      add(out, Part::payload, 2, message, compressed ? "compressed" : "the message begins");
    }
  }
}

Result<Pieces> GrpcReader::read(std::string_view bytes) {
  Pieces out;
  Cursor in(bytes);
  if (preface_) {
    if (!bytes.starts_with(preface)) return fail(Code::data_loss, "the captured bytes are no HTTP/2");
    add(out, Part::connection, 0, in.take(preface.size()), "the client's preface: PRI * HTTP/2.0");
    preface_ = false;
  }
  while (in.left() > 0) {
    const auto start = in.take(frame_header);
    Cursor head(start);
    const auto length = head.number(3);
    const Frame frame{head.number(1), head.number(1), head.number(4) & 0x7fffffff};
    if (start.size() < frame_header || length > in.left())
      return fail(Code::data_loss, "the captured bytes end within a frame of HTTP/2");
    const bool of_call =
        frame.type == data || frame.type == headers || frame.type == continuation || frame.type == reset;
    const auto framing = of_call ? Part::framing : Part::connection;
    add(out, framing, 0, start,
        (frame.type < std::size(type_names) ? type_names[frame.type] : "type " + std::to_string(frame.type)) +
            (", length " + std::to_string(length)) + ", flags " + flag_names(frame.type, frame.flags) +
            ", stream " + std::to_string(frame.stream));
    auto content = in.take(length);
    if (frame.type == settings) {
      add_settings(content, out);
    } else if (frame.type == window && length == 4) {
      add(out, framing, 1, content, "window + " + std::to_string(Cursor(content).number(4)));
    } else if (frame.type == data || frame.type == headers || frame.type == continuation) {
      std::string_view padding;
      if ((frame.flags & padded) && frame.type != continuation && !content.empty()) {
        const auto size = static_cast<unsigned char>(content[0]);
        add(out, framing, 1, content.substr(0, 1), "padding of " + std::to_string(size) + " bytes");
        content.remove_prefix(1);
        if (size > content.size())
          return fail(Code::data_loss, "a frame of HTTP/2 is shorter than its padding");
        padding = content.substr(content.size() - size);
        content.remove_suffix(size);
      }
      if (frame.type == headers && (frame.flags & with_priority)) {
        add(out, framing, 1, content.substr(0, 5), "priority");
        content.remove_prefix(std::min<std::size_t>(5, content.size()));
      }
      if (frame.type == data) {
        add_data(content, out);
      } else if (auto block = add_header_block(frame, content, out); !block) {
        return std::unexpected(block.error());
      }
      if (!padding.empty()) add(out, framing, 1, padding, "padding");
    } else if (!content.empty()) {
      add(out, framing, 1, content, of_call ? "error code" : "content");
    }
  }
  return out;
}

}  // namespace parley::app::compare
