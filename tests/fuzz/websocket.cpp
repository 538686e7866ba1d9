// What a WebSocket client may send after its handshake. The first byte of an input says how: '0' to '9' plain
// (the number: how many bytes came with the handshake, times eight), 'd' with permessage-deflate offered; the
// rest are the client's bytes. A decoder of this file, written after RFC 6455 alone, says which messages the
// application must get and with what the server may end it.
#include "fuzz.hpp"
#include "long_lived.hpp"
#include "socket_pair.hpp"

#include <parley/net/websocket.hpp>
#include <parley/utf8.hpp>

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

using namespace parley;
using namespace parley::net;
using fuzz::require;

namespace {

constexpr std::size_t max_message = 600;

// Whether what is there of a character can become one.
bool begins_character(std::string_view part) {
  for (const char second : {'\x80', '\x90', '\xa0', '\xbf'}) {
    std::string whole(part);
    if (part.size() == 1) whole += second;
    whole += "\x80\x80\x80";
    const auto step = utf8_step(whole);
    if (step.well_formed && step.length > part.size()) return true;
  }
  return false;
}

struct Message {
  bool text;
  std::string bytes;
  bool operator==(const Message&) const = default;
};

// What RFC 6455 makes of a client's bytes.
struct Expected {
  std::vector<Message> messages;
  std::vector<std::string> pings;
  std::optional<std::uint16_t> closed;  // by the peer; 1005 without a code
  std::set<std::uint16_t> violation;    // codes the server may close with
  bool unseen = false;                  // the input ends before the violating header does
};

// 1014 was registered later than Beast, which refuses it.
bool is_close_code(std::uint16_t code) {
  return (code >= 1000 && code <= 1013 && code != 1004 && code != 1005 && code != 1006) ||
         (code >= 3000 && code <= 4999);
}

Expected expect(std::string_view bytes) {
  Expected out;
  std::optional<Message> open;
  while (bytes.size() >= 2) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
    const bool fin = byte(0) & 0x80;
    const unsigned opcode = byte(0) & 15;
    const unsigned coded = byte(1) & 0x7f;
    const std::size_t whole_header = 2u +
                                     (coded < 126    ? 0u
                                      : coded == 126 ? 2u
                                                     : 8u) +
                                     (byte(1) & 0x80 ? 4u : 0u);
    const auto present = bytes.size();
    const auto broken = [&](std::set<std::uint16_t> codes) {
      out.unseen = present < whole_header;
      out.violation = std::move(codes);
      return out;
    };
    const bool control = opcode >= 8;
    if (byte(0) & 0x70 || (opcode > 2 && opcode < 8) || opcode > 10 || !(byte(1) & 0x80))
      return broken({1002});
    std::uint64_t length = byte(1) & 0x7f;
    if (control && (!fin || length > 125)) return broken({1002});
    if (!control && (opcode == 0) != open.has_value()) return broken({1002});
    std::size_t header = 2;
    if (length >= 126) {
      const std::size_t extended = length == 126 ? 2 : 8;
      if (bytes.size() < header + extended) return out;
      const std::uint64_t least = length == 126 ? 126 : 65536;
      length = 0;
      for (std::size_t i = 0; i < extended; ++i) length = length << 8 | byte(2 + i);
      if (length < least || length >> 63) return broken({1002, 1009});
      header += extended;
    }
    const auto before = open ? open->bytes.size() : 0;
    if (!control && length > max_message - std::min(before, max_message)) {
      // Too large; but text that is broken before may be said first.
      return broken({1009, 1007});
    }
    if (bytes.size() < header + 4) return out;
    const char* const key = bytes.data() + header;
    std::string payload(bytes.substr(header + 4, static_cast<std::size_t>(length)));
    for (std::size_t i = 0; i < payload.size(); ++i) payload[i] = static_cast<char>(payload[i] ^ key[i % 4]);
    const bool whole = payload.size() == length;
    bytes.remove_prefix(std::min(bytes.size(), header + 4 + static_cast<std::size_t>(length)));

    if (!control) {
      if (!open) open = Message{opcode == 1, {}};
      open->bytes += payload;
      if (open->text && !is_utf8(open->bytes)) {
        // Broken for good, or cut inside a character.
        std::string_view rest = open->bytes;
        while (!rest.empty() && utf8_step(rest).well_formed) rest.remove_prefix(utf8_step(rest).length);
        const bool may_go_on = begins_character(rest) && !(fin && whole);
        if (!may_go_on) return broken({1007});
      }
      if (whole && fin) {
        out.messages.push_back(std::move(*open));
        open.reset();
      }
      continue;
    }
    if (!whole) return out;
    if (opcode == 9) out.pings.push_back(payload);
    if (opcode != 8) continue;
    if (payload.size() == 1) return broken({1002});
    if (payload.empty()) {
      out.closed = 1005;
      return out;
    }
    const auto code = static_cast<std::uint16_t>(static_cast<unsigned char>(payload[0]) << 8 |
                                                 static_cast<unsigned char>(payload[1]));
    if (!is_close_code(code)) return broken({1002});
    if (!is_utf8(std::string_view(payload).substr(2))) return broken({1002, 1007});
    out.closed = code;
    return out;
  }
  return out;
}

struct Log {
  std::vector<Message> messages;
  std::vector<std::uint16_t> closes;
};

// Echoes, as chat and echo do.
struct Echo final : WebSocketHandler {
  explicit Echo(Log& to) : log(to) {}
  void on_open(WebSocket& opened) override { socket = &opened; }
  void on_message(std::string_view message, bool text) override {
    log.messages.push_back({text, std::string(message)});
    require(!text || is_utf8(message), "text is UTF-8");
    if (text)
      socket->send_text(message);
    else
      socket->send_binary(message);
  }
  void on_close(std::uint16_t code) override { log.closes.push_back(code); }
  Log& log;
  WebSocket* socket = nullptr;
};

struct Sent {
  std::vector<Message> messages;
  std::vector<std::string> pongs;
  std::optional<std::uint16_t> closed;
};

// The server's frames, which must be in order.
Sent read_answer(std::string_view bytes) {
  Sent out;
  require(bytes.starts_with("HTTP/1.1 101 "), "the handshake is answered", bytes);
  fuzz::take_until(bytes, "\r\n\r\n");
  while (!bytes.empty()) {
    require(!out.closed, "nothing follows a close");
    require(bytes.size() >= 2, "a frame is whole");
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
    require((byte(0) & 0x80) && !(byte(0) & 0x30) && !(byte(1) & 0x80), "a frame is final and unmasked");
    std::size_t length = byte(1), header = 2;
    require(length < 127, "no answer is that long");
    if (length == 126) {
      require(bytes.size() >= 4, "a frame is whole");
      length = static_cast<std::size_t>(byte(2)) << 8 | byte(3);
      header = 4;
    }
    require(bytes.size() >= header + length, "a frame is whole");
    const auto payload = bytes.substr(header, length);
    switch (byte(0) & 15) {
      case 1:
      case 2:
        out.messages.push_back({(byte(0) & 15) == 1, std::string(payload)});
        break;
      case 8:
        out.closed = length < 2 ? std::uint16_t{1005}
                                : static_cast<std::uint16_t>(static_cast<unsigned char>(payload[0]) << 8 |
                                                             static_cast<unsigned char>(payload[1]));
        break;
      case 10:
        out.pongs.emplace_back(payload);
        break;
      default:
        require(false, "a frame is a message, a pong or a close");
    }
    bytes.remove_prefix(header + length);
  }
  return out;
}

void compare(const Expected& expected, const Log& log, const Sent& sent) {
  require(log.messages == expected.messages, "the application gets the messages");
  require(log.closes.size() == 1, "the application is told of the end once");
  require(sent.messages == log.messages, "what is echoed arrives");
  // A ping right before a violation need not be answered.
  require(sent.pongs.size() <= expected.pings.size() &&
              std::equal(sent.pongs.begin(), sent.pongs.end(), expected.pings.begin()),
          "pongs answer pings");
  if (!expected.violation.empty()) {
    if (expected.unseen && !sent.closed) return;
    require(sent.closed && expected.violation.contains(*sent.closed), "a violation closes with its code",
            sent.closed ? std::to_string(*sent.closed) : "no close");
    require(log.closes[0] == 1006, "no close came");
  } else if (expected.closed) {
    require(sent.closed.has_value(), "a close is answered");
    require(log.closes[0] == *expected.closed, "the application learns the code",
            std::to_string(log.closes[0]));
    require(sent.pongs == expected.pings, "pings are answered");
  } else {
    require(log.closes[0] == 1006, "no close came");
    require(sent.pongs == expected.pings, "pings are answered");
  }
}

struct Harness {
  Loop loop;
  Limits limits;
  ServerStatistics statistics;
  std::map<LongLived*, std::shared_ptr<LongLived>> connections;
  LongLivedHost host{loop, limits, statistics, [this](LongLived* which) {
                       require(connections.erase(which) == 1, "a connection ends once");
                     }};
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1 || size > 4096) return 0;
  const auto text = fuzz::text_of(data, size);
  const char how = text[0];
  const bool deflate = how == 'd';
  if (!deflate && (how < '0' || how > '9')) return 0;
  const auto bytes = text.substr(1);

  // One for all inputs: a loop is costly to make, and connections must not disturb each other.
  static Harness server;
  server.limits.deflate = deflate;
  server.limits.max_message = max_message;
  Log log;
  fuzz::SocketPair pair(server.loop);
  const Field fields[] = {{"Host", "localhost"},
                          {"Upgrade", "websocket"},
                          {"Connection", "Upgrade"},
                          {"Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="},
                          {"Sec-WebSocket-Version", "13"},
                          {"Sec-WebSocket-Extensions", "permessage-deflate; client_max_window_bits"}};
  Request request;
  request.method = Method::get;
  request.fields = std::span(fields, deflate ? 6 : 5);
  const auto early =
      deflate ? 0 : std::min<std::size_t>(bytes.size(), static_cast<std::size_t>(how - '0') * 8);
  Takeover from{pair.server(), std::string(bytes.substr(0, early)), {}};
  auto connection =
      open_websocket(server.host, std::move(from), request, std::make_unique<Echo>(log), WebSocketOptions{});
  auto* const key = connection.get();
  server.connections.emplace(key, std::move(connection));
  pair.run();
  fuzz::Pieces pieces(bytes);
  for (auto rest = bytes.substr(early); !rest.empty();) {
    // Long pieces mostly: each one is a turn of the loop.
    const auto length = std::min(rest.size(), pieces.next(rest.size()) * 16);
    pair.send(rest.substr(0, length));
    rest.remove_prefix(length);
  }
  pair.end_input();
  require(server.connections.empty(), "a connection ends when its client does");
  if (!deflate) compare(expect(bytes), log, read_answer(pair.received));
  return 0;
}
