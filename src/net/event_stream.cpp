#include "frame_body.hpp"
#include "guarded.hpp"
#include "live_connection.hpp"

#include <parley/net/event_stream.hpp>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <netinet/tcp.h>

namespace parley::net {
namespace {

constexpr std::string_view kHeartbeat = "4\r\n: \n\n\r\n";  // a comment, so that proxies see life
constexpr std::string_view kLastChunk = "0\r\n\r\n";        // RFC 9112 section 7.1
constexpr std::size_t kMaxInput = 64 << 10;  // a client has nothing to say on this connection any more

class EventStreamConnection final : public LivePeer<EventStream> {
 public:
  EventStreamConnection(LongLivedHost& host, Socket socket, std::unique_ptr<Response::Streaming> streaming)
      : LivePeer(host, std::move(socket)), streaming_(std::move(streaming)) {}

  void start(std::string_view head, std::size_t unread) {
    stage_ = Stage::open;
    ++host_.statistics.event_streams;
    // Heartbeats are swallowed by the kernel: it alone knows that nobody acknowledges them. Later than our
    // own limit, which can still tell the client why.
    using UserTimeout = asio::detail::socket_option::integer<IPPROTO_TCP, TCP_USER_TIMEOUT>;
    error_code ignored;
    outbox_.socket().set_option(UserTimeout(static_cast<int>(2 * host_.limits.write_timeout.count())),
                                ignored);
    outbox_.send_copy(head);
    outbox_.protect();
    next_heartbeat_ = now() + host_.limits.heartbeat;
    watch(now());
    discard_input(unread < kMaxInput ? kMaxInput - unread : 1);
    asio::post(outbox_.socket().get_executor(), [this, self = shared_from_this()] { open_to_application(); });
  }

  void close() override {
    if (stage_ != Stage::open) return;
    hang_up(kLastChunk);
  }
  void restart() override { say_last("restart", streaming_ ? streaming_->options.restart_event : ""); }

 private:
  void open_to_application() {
    if (stage_ != Stage::open || !streaming_ || !streaming_->opened) return;
    if (!guarded("sse", "handler failed", [&] { streaming_->opened(*this); })) close();
  }

  void say_last(std::string_view event, std::string_view data) {
    if (stage_ == Stage::ended || outbox_.dead() || hangs_up_) return;
    const auto frame = Frame::event({}, event, data);
    std::string last(frame.bytes());
    last.append(kLastChunk);
    hang_up(last);
  }

  // LiveConnection
  void say_slow() override { say_last("overflow", streaming_->options.slow_event); }
  Outbox::Border border() const noexcept override { return wire::chunk_border; }
  bool reading() const noexcept override { return false; }
  void loop_gone() noexcept override {}

  SteadyTime keep_up(SteadyTime now) override {
    if (now >= next_heartbeat_) {
      next_heartbeat_ = now + host_.limits.heartbeat;
      // A client that has something to take sees that we live.
      if (outbox_.backlog() == 0) outbox_.send_copy(kHeartbeat);
    }
    return next_heartbeat_;
  }

  void on_end() override {
    --host_.statistics.event_streams;
    const auto streaming = std::move(streaming_);
    streaming->closed();
  }

  std::unique_ptr<Response::Streaming> streaming_;
  SteadyTime next_heartbeat_{};
};

}  // namespace

std::shared_ptr<LongLived> open_event_stream(LongLivedHost& host, Takeover from,
                                             std::unique_ptr<Response::Streaming> streaming) {
  auto connection =
      std::make_shared<EventStreamConnection>(host, std::move(from.socket), std::move(streaming));
  connection->start(from.head, from.unread.size());
  return connection;
}

}  // namespace parley::net
