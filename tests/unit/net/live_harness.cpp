#include "live_harness.hpp"

#include "outbox.hpp"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <stdexcept>

namespace parley::net::test {
namespace {

[[noreturn]] void fail(const char* what) {
  throw std::runtime_error(what);
}

void set_buffer(int fd, int which, int size) {
  if (size > 0) ::setsockopt(fd, SOL_SOCKET, which, &size, sizeof size);
}

}  // namespace

std::uint16_t WireFrame::close_code() const {
  if (payload.size() < 2) return 1005;
  return static_cast<std::uint16_t>(static_cast<unsigned char>(payload[0]) << 8 |
                                    static_cast<unsigned char>(payload[1]));
}

std::string masked(unsigned first, std::string_view payload) {
  std::string out(1, static_cast<char>(first));
  const auto size = payload.size();
  int length_bytes = 0;
  if (size < 126) {
    out.push_back(static_cast<char>(0x80 | size));
  } else {
    out.push_back(static_cast<char>(0x80 | (size < 65536 ? 126 : 127)));
    length_bytes = size < 65536 ? 2 : 8;
  }
  for (int i = length_bytes - 1; i >= 0; --i)
    out.push_back(static_cast<char>(std::uint64_t{size} >> (8 * i)));
  const char key[4] = {0x11, 0x22, static_cast<char>(0xa3), 0x44};
  out.append(key, 4);
  const auto begin = out.size();
  out.append(payload);
  for (std::size_t i = 0; i < size; ++i) out[begin + i] = static_cast<char>(out[begin + i] ^ key[i % 4]);
  return out;
}

std::string masked_close(std::uint16_t code, std::string_view reason) {
  std::string payload{static_cast<char>(code >> 8), static_cast<char>(code)};
  payload.append(reason);
  return masked(0x88, payload);
}

void RawClient::send(std::string_view bytes) {
  harness_.run_until([&] {
    const auto n = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n < 0 && errno != EAGAIN) return true;  // the server has closed; what it said is read later
    if (n > 0) bytes.remove_prefix(static_cast<std::size_t>(n));
    if (!bytes.empty()) receive();
    return bytes.empty();
  });
}

bool RawClient::receive() {
  if (ended_) return true;
  char buffer[65536];
  const auto n = ::recv(fd_, buffer, sizeof buffer, MSG_DONTWAIT);
  if (n > 0) received.append(buffer, static_cast<std::size_t>(n));
  if (n == 0) ended_ = true;
  if (n < 0 && errno != EAGAIN) ended_ = reset_ = true;
  return n >= 0 || ended_;
}

void RawClient::expect_bytes(std::size_t bytes) {
  harness_.run_until([&] {
    receive();
    return received.size() >= bytes || ended_;
  });
  if (received.size() < bytes) fail("the stream ended early");
}

std::string RawClient::until(std::string_view text) {
  std::size_t at = received.npos;
  harness_.run_until([&] {
    receive();
    at = received.find(text);
    return at != received.npos || ended_;
  });
  if (at == received.npos) fail("the stream ended before the expected text");
  auto out = received.substr(0, at + text.size());
  received.erase(0, out.size());
  return out;
}

std::optional<WireFrame> RawClient::parse() {
  if (received.size() < 2) return std::nullopt;
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(received[i]); };
  if (byte(1) & 0x80) fail("a server's frame is masked");
  std::uint64_t size = byte(1);
  std::size_t header = 2;
  if (size >= 126) {
    const std::size_t extended = size == 126 ? 2 : 8;
    if (received.size() < 2 + extended) return std::nullopt;
    size = 0;
    for (std::size_t i = 0; i < extended; ++i) size = size << 8 | byte(2 + i);
    header += extended;
  }
  if (received.size() < header + size) return std::nullopt;
  WireFrame frame;
  frame.fin = byte(0) & 0x80;
  frame.rsv = byte(0) >> 4 & 7;
  frame.opcode = byte(0) & 15;
  frame.payload = received.substr(header, size);
  received.erase(0, header + size);
  return frame;
}

WireFrame RawClient::frame() {
  std::optional<WireFrame> frame;
  harness_.run_until([&] {
    frame = parse();
    if (frame || ended_) return true;
    while (!ended_ && receive()) {
    }
    return static_cast<bool>(frame = parse()) || ended_;
  });
  if (!frame) fail("the stream ended before a frame");
  return *frame;
}

void RawClient::expect_end() {
  harness_.run_until([&] {
    receive();
    return ended_;
  });
}

void RawClient::shutdown_send() {
  ::shutdown(fd_, SHUT_WR);
}

void RawClient::close() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

LiveHarness::LiveHarness()
    : host{loop, limits, statistics, [this](LongLived* which) {
             ++ended;
             if (connections.erase(which) != 1) fail("ended() for a connection that is not open");
           }} {
  limits.ping_interval = std::chrono::hours(1);
  limits.pong_timeout = std::chrono::hours(2);
  listener_ = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), length) != 0 ||
      ::listen(listener_, 128) != 0 ||
      ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &length) != 0)
    fail("no loopback listener");
  port_ = ntohs(address.sin_port);
}

LiveHarness::~LiveHarness() {
  for (auto& [raw, connection] : connections) connection->cut();
  latest.reset();
  poll();
  ::close(listener_);
}

void LiveHarness::poll() {
  auto& io = loop.impl().io;
  io.restart();
  io.poll();
}

void LiveHarness::run_until(const std::function<bool()>& done) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  auto& io = loop.impl().io;
  for (;;) {
    if (done()) return;
    io.restart();
    if (io.poll() == 0) io.run_one_for(std::chrono::milliseconds(1));
    if (std::chrono::steady_clock::now() > end) fail("what the test waits for did not come");
  }
}

LiveHarness::Pair LiveHarness::connect(int send_buffer, int receive_buffer) {
  const int client = ::socket(AF_INET, SOCK_STREAM, 0);
  set_buffer(client, SO_RCVBUF, receive_buffer ? receive_buffer : send_buffer);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port_);
  if (::connect(client, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) fail("no connection");
  const int on = 1;
  ::setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  const int server = ::accept(listener_, nullptr, nullptr);
  if (server < 0) fail("no connection");
  set_buffer(server, SO_SNDBUF, send_buffer);
  return {Socket(loop.impl().io, Tcp::v4(), server), RawClient(*this, client)};
}

std::vector<Field> Handshake::fields() const {
  std::vector<Field> fields{{"Host", "localhost"}};
  const auto add = [&](std::string_view name, std::string_view value) {
    if (!value.empty()) fields.push_back({name, value});
  };
  add("Upgrade", upgrade);
  add("Connection", connection);
  add("Sec-WebSocket-Key", key);
  add("Sec-WebSocket-Version", version);
  add("Sec-WebSocket-Extensions", extensions);
  return fields;
}

RawClient LiveHarness::open(Recorder::Log& log, WebSocketOptions options, const Handshake& handshake,
                            int send_buffer) {
  auto pair = connect(send_buffer);
  const auto fields = handshake.fields();
  Request request;
  request.method = Method::get;
  request.fields = fields;
  Takeover from{std::move(pair.server), handshake.unread, handshake.head};
  latest =
      open_websocket(host, std::move(from), request, std::make_unique<Recorder>(log), std::move(options));
  connections.emplace(latest.get(), latest);
  return std::move(pair.client);
}

RawClient LiveHarness::opened(Recorder::Log& log, WebSocketOptions options, const Handshake& handshake,
                              int send_buffer) {
  auto client = open(log, std::move(options), handshake, send_buffer);
  const auto head = client.until("\r\n\r\n");
  if (!head.starts_with("HTTP/1.1 101 ")) fail("the handshake was refused");
  return client;
}

RawClient LiveHarness::open_events(Response::Streaming streaming, int send_buffer, std::string unread) {
  auto pair = connect(send_buffer);
  Takeover from{std::move(pair.server), std::move(unread),
                "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"};
  latest =
      open_event_stream(host, std::move(from), std::make_unique<Response::Streaming>(std::move(streaming)));
  connections.emplace(latest.get(), latest);
  return std::move(pair.client);
}

}  // namespace parley::net::test
