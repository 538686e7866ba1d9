// Long-lived connections on a real loop and real loopback sockets, driven by one thread: the test runs the
// loop whenever it waits for something.
#pragma once

#include "long_lived.hpp"
#include "loop_impl.hpp"

#include <parley/net/event_stream.hpp>
#include <parley/net/loop.hpp>
#include <parley/net/websocket.hpp>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace parley::net::test {

struct WireFrame {
  bool fin = true;
  unsigned rsv = 0, opcode = 0;
  std::string payload;
  std::uint16_t close_code() const;  // 1005 for an empty payload
};

// A client frame as bytes; `first` is the first byte (FIN, RSV, opcode).
std::string masked(unsigned first, std::string_view payload);
std::string masked_close(std::uint16_t code, std::string_view reason = {});

class LiveHarness;

// The client's end, a non-blocking socket.
class RawClient {
 public:
  RawClient(LiveHarness& harness, int fd) : harness_(harness), fd_(fd) {}
  RawClient(RawClient&& other) noexcept
      : received(std::move(other.received)), harness_(other.harness_), fd_(std::exchange(other.fd_, -1)) {}
  ~RawClient() { close(); }

  // Sends everything, running the loop while the socket is full.
  void send(std::string_view bytes);
  // Reads what is there; true if something came or the end was met.
  bool receive();
  // Reads until `received` holds this many bytes or more.
  void expect_bytes(std::size_t bytes);
  // Reads until the text has come; gives everything up to its end and removes it.
  std::string until(std::string_view text);
  // The next frame. Fails the test if the stream ends before.
  WireFrame frame();
  // Reads to the end of the stream, throwing away what comes.
  void expect_end();
  void shutdown_send();
  void close();
  bool ended() const noexcept { return ended_; }
  bool reset() const noexcept { return reset_; }
  int fd() const noexcept { return fd_; }

  std::string received;  // not yet consumed

 private:
  std::optional<WireFrame> parse();
  LiveHarness& harness_;
  int fd_;
  bool ended_ = false, reset_ = false;
};

// Calls what the test sets, as long as its log lives.
struct Recorder : WebSocketHandler {
  struct Log {
    Log() = default;
    Log(const Log&) = delete;
    Log& operator=(const Log&) = delete;
    ~Log() { *self = nullptr; }
    WebSocket* socket = nullptr;
    std::vector<std::string> messages;
    std::vector<bool> texts;
    std::vector<std::uint16_t> closes;
    std::function<void(WebSocket&)> on_open;
    std::function<void(WebSocket&, std::string_view, bool)> on_message;
    std::function<void(WebSocket&, std::size_t, bool)> on_oversized;
    std::function<void(std::uint16_t)> on_close;
    int destroyed = 0;
    std::shared_ptr<Log*> self = std::make_shared<Log*>(this);
  };
  explicit Recorder(Log& log) : to(log.self) {}
  ~Recorder() override {
    if (*to) ++(*to)->destroyed;
  }
  void on_open(WebSocket& socket) override {
    if (!*to) return;
    (*to)->socket = &socket;
    if ((*to)->on_open) (*to)->on_open(socket);
  }
  void on_message(std::string_view message, bool text) override {
    if (!*to) return;
    (*to)->messages.emplace_back(message);
    (*to)->texts.push_back(text);
    if ((*to)->on_message) (*to)->on_message(*(*to)->socket, message, text);
  }
  void on_oversized(std::size_t bytes, bool text) override {
    if (*to && (*to)->on_oversized) (*to)->on_oversized(*(*to)->socket, bytes, text);
  }
  void on_close(std::uint16_t code) override {
    if (!*to) return;
    (*to)->closes.push_back(code);
    (*to)->socket = nullptr;
    if ((*to)->on_close) (*to)->on_close(code);
  }
  std::shared_ptr<Log*> to;
};

struct Handshake {
  std::string upgrade = "websocket", connection = "Upgrade", version = "13";
  std::string key = "dGhlIHNhbXBsZSBub25jZQ==";
  std::string extensions = {};
  std::string head = "X-Request-Id: abc\r\n";
  std::string unread = {};
  std::vector<Field> fields() const;  // views of it
};

class LiveHarness {
 public:
  LiveHarness();
  ~LiveHarness();

  // Runs the loop until `done`; throws when that takes longer than ten seconds.
  void run_until(const std::function<bool()>& done);
  void poll();

  // `send_buffer`: the kernel's, of the server's socket; 0 for the default.
  struct Pair {
    Socket server;
    RawClient client;
  };
  Pair connect(int send_buffer = 0, int receive_buffer = 0);

  // A connection whose handshake has been sent; `log` outlives it.
  RawClient open(Recorder::Log& log, WebSocketOptions options = {}, const Handshake& handshake = {},
                 int send_buffer = 0);
  // The same, with the 101 read.
  RawClient opened(Recorder::Log& log, WebSocketOptions options = {}, const Handshake& handshake = {},
                   int send_buffer = 0);
  RawClient open_events(Response::Streaming streaming, int send_buffer = 0, std::string unread = {});

  Loop loop;
  Limits limits;
  ServerStatistics statistics;
  LongLivedHost host;
  std::map<LongLived*, std::shared_ptr<LongLived>> connections;
  std::shared_ptr<LongLived> latest;
  int ended = 0;

 private:
  int listener_ = -1;
  std::uint16_t port_ = 0;
};

}  // namespace parley::net::test
