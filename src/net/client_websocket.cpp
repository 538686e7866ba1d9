#include "base64.hpp"
#include "client_wire.hpp"
#include "frame_body.hpp"

#include <sys/random.h>

namespace parley::net::client {
namespace {

// The masks need not be secret here (RFC 6455 section 10.3 guards browsers), but they must vary.
void fill_random(char* to, std::size_t size) {
  for (std::size_t done = 0; done < size;) {
    const auto got = ::getrandom(to + done, size - done, 0);
    if (got > 0) done += static_cast<std::size_t>(got);
  }
}

std::string masked(wire::Opcode opcode, std::string_view payload) {
  std::string frame;
  wire::append_header(frame, opcode, payload.size());
  frame[1] = static_cast<char>(frame[1] | 0x80);
  char mask[4];
  fill_random(mask, sizeof mask);
  frame.append(mask, sizeof mask);
  for (std::size_t i = 0; i < payload.size(); ++i)
    frame.push_back(static_cast<char>(payload[i] ^ mask[i % 4]));
  return frame;
}

}  // namespace

struct WebSocket::Impl {
  Target target;
  Connection connection;
  std::string input;

  struct Received {
    unsigned char first;  // FIN, reserved bits, opcode
    std::string payload;
  };

  Result<void> need(std::size_t bytes, SteadyTime deadline) {
    while (input.size() < bytes) {
      const auto more = connection.read(input, deadline);
      if (!more) return std::unexpected(more.error());
      if (!*more)
        return fail(Code::unavailable, "the server closed the connection without a close frame (1006)");
    }
    return {};
  }

  Result<Received> frame(SteadyTime deadline) {
    if (auto have = need(2, deadline); !have) return std::unexpected(have.error());
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(input[i]); };
    if ((byte(0) & 0x70) != 0 || (byte(1) & 0x80) != 0)
      return fail(Code::data_loss, "the server sent a frame that RFC 6455 does not allow");
    std::uint64_t size = byte(1) & 0x7f;
    std::size_t header = 2;
    if (size >= 126) {
      const std::size_t extended = size == 126 ? 2 : 8;
      if (auto have = need(header + extended, deadline); !have) return std::unexpected(have.error());
      size = 0;
      for (std::size_t i = 0; i < extended; ++i) size = size << 8 | byte(header + i);
      header += extended;
    }
    if (size > max_answer) return fail(Code::data_loss, "the message is larger than 16 MiB");
    if (auto have = need(header + size, deadline); !have) return std::unexpected(have.error());
    Received received{byte(0), input.substr(header, size)};
    input.erase(0, header + size);
    return received;
  }
};

WebSocket::WebSocket(std::unique_ptr<Impl> impl) noexcept : impl_(std::move(impl)) {}
WebSocket::WebSocket(WebSocket&&) noexcept = default;
WebSocket& WebSocket::operator=(WebSocket&&) noexcept = default;
WebSocket::~WebSocket() = default;

Result<WebSocket> WebSocket::open(const Target& target, const std::string& path) {
  char random[16];
  fill_random(random, sizeof random);
  const auto key = base64({random, sizeof random});
  auto head = request_head(target, {.path = path,
                                    .headers = {{"Upgrade", "websocket"},
                                                {"Connection", "Upgrade"},
                                                {"Sec-WebSocket-Version", "13"},
                                                {"Sec-WebSocket-Key", key}}});
  if (!head) return std::unexpected(head.error());
  auto connection = Connection::open(target);
  if (!connection) return std::unexpected(connection.error());
  const auto deadline = deadline_of(target);
  if (auto sent = connection->write(*head + "\r\n", deadline); !sent) return std::unexpected(sent.error());
  AnswerReader reader;
  while (!reader.has_head()) {
    const auto more = reader.more(*connection, deadline);
    if (!more) return std::unexpected(more.error());
  }
  const auto answer = reader.head();
  if (answer.status != 101)
    return fail(Code::failed_precondition,
                path + " answers no WebSocket but status " + std::to_string(answer.status));
  if (answer.header("Sec-WebSocket-Accept") != websocket_accept(key))
    return fail(Code::data_loss, "the server's Sec-WebSocket-Accept does not belong to this handshake");
  return WebSocket(std::make_unique<Impl>(Impl{target, std::move(*connection), reader.rest()}));
}

Result<void> WebSocket::send_text(std::string_view text) {
  return impl_->connection.write(masked(wire::Opcode::text, text), deadline_of(impl_->target));
}

Result<std::string> WebSocket::next() {
  const auto deadline = deadline_of(impl_->target);
  std::string message;
  bool begun = false;
  for (;;) {
    auto frame = impl_->frame(deadline);
    if (!frame) return std::unexpected(frame.error());
    const bool last = (frame->first & 0x80) != 0;
    switch (frame->first & 0x0f) {
      case 0x0:
      case 0x1:
      case 0x2:
        if (begun == ((frame->first & 0x0f) != 0))
          return fail(Code::data_loss, "the server sent a fragment out of its order");
        begun = true;
        message += frame->payload;
        if (message.size() > max_answer) return fail(Code::data_loss, "the message is larger than 16 MiB");
        if (last) return message;
        break;
      case 0x8: {
        const auto& payload = frame->payload;
        const int code = payload.size() < 2 ? 1005
                                            : static_cast<unsigned char>(payload[0]) << 8 |
                                                  static_cast<unsigned char>(payload[1]);
        close();
        return fail(Code::unavailable,
                    "the server closed with " + std::to_string(code) +
                        (payload.size() > 2 ? " (" + payload.substr(2) + ")" : std::string()));
      }
      case 0x9:
        if (auto sent = impl_->connection.write(masked(wire::Opcode::pong, frame->payload), deadline); !sent)
          return std::unexpected(sent.error());
        break;
      case 0xa:
        break;
      default:
        return fail(Code::data_loss, "the server sent a frame of an unknown kind");
    }
  }
}

void WebSocket::close() noexcept {
  constexpr std::string_view normal = "\x03\xe8";  // 1000
  static_cast<void>(impl_->connection.write(masked(wire::Opcode::close, normal), deadline_of(impl_->target)));
}

}  // namespace parley::net::client
