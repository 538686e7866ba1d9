// Bodies that are produced while they are sent.
#include "guarded.hpp"
#include "live_connection.hpp"

#include <boost/asio/post.hpp>

#include <array>
#include <charconv>
#include <exception>

namespace parley::net {
namespace {

constexpr std::string_view kLastChunk = "0\r\n\r\n";  // RFC 9112 section 7.1
constexpr std::size_t kMaxInput = 64 << 10;  // a client has nothing to say on this connection any more
constexpr std::size_t kHighWater = 128 << 10, kLowWater = 32 << 10;  // bytes that wait for the client

class BodyStream final : public LivePeer<Peer>, private BodyWriter {
 public:
  BodyStream(LongLivedHost& host, Socket socket, std::unique_ptr<Response::Producing> producing,
             std::shared_ptr<Cancellation> cancellation, bool chunked)
      : LivePeer(host, std::move(socket)),
        producing_(std::move(producing)),
        cancellation_(std::move(cancellation)),
        remaining_(producing_->length),
        chunked_(chunked && !producing_->length),
        ends_with_close_(!chunked && !producing_->length),
        tasks_([this](std::exception_ptr failure) { failed(failure); }) {}

  void start(std::string_view head, std::size_t unread) {
    stage_ = Stage::open;
    if (ends_with_close_) close_with_reset(true);
    outbox_.write(head);
    watch(now());
    discard_input(unread < kMaxInput ? kMaxInput - unread : 1);
    asio::post(outbox_.socket().get_executor(), [self = shared_from_this()] {
      auto& stream = static_cast<BodyStream&>(*self);
      if (stream.stage_ == Stage::open) stream.tasks_.spawn(stream.run());
    });
  }

  // A body has an end of its own: what runs is finished, within the grace period.
  void restart() override {}

 private:
  Task<void> run() {
    auto producing = producing_->producer(*this);
    co_await std::move(producing);
    complete();
  }

  Task<bool> write(std::string_view bytes) override {
    if (!sends()) co_return false;
    if (remaining_) {
      bytes = bytes.substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(*remaining_, bytes.size())));
      *remaining_ -= bytes.size();
    }
    if (bytes.empty()) co_return wants_more();  // a chunk without bytes would be the last
    if (chunked_) {
      std::array<char, 18> head;
      auto* end = std::to_chars(head.data(), head.data() + 16, bytes.size(), 16).ptr;
      *end++ = '\r', *end++ = '\n';
      outbox_.write({head.data(), static_cast<std::size_t>(end - head.data())});
    }
    outbox_.write(bytes);
    if (chunked_) outbox_.write("\r\n");
    if (outbox_.backlog() <= kHighWater) co_return wants_more();
    auto room = callback<bool>([this](Resume<bool> resume) {
      waiting_.emplace(std::move(resume));
      outbox_.watch(kLowWater);
    });
    const bool go_on = co_await room;
    co_return go_on&& wants_more();
  }

  bool wants_more() const noexcept { return sends() && remaining_ != 0u; }

  // The producer has ended.
  void complete() {
    if (stage_ == Stage::open) {
      if (remaining_.value_or(0) > 0)
        break_off();
      else
        hang_up(chunked_ ? kLastChunk : std::string_view());
    }
    // Not here: this is the producer's own stack.
    if (until_done_) asio::post(outbox_.socket().get_executor(), [self = std::move(until_done_)] {});
  }

  // What was written is sent, but no end of the body: the client sees that something is missing.
  void break_off() {
    if (ends_with_close_)
      cut();
    else
      hang_up({});
  }

  // Where the close is the end of the body, only a reset tells a client that the body is not whole. So the
  // connection ends with one, whatever ends it, until the kernel has the last byte.
  void close_with_reset(bool reset) {
    error_code ignored;
    outbox_.socket().set_option(asio::socket_base::linger(reset, 0), ignored);
  }

  void failed(std::exception_ptr failure) {
    log::error("http", "the producer of a body failed", {{"error", reason_of(failure)}});
    if (stage_ == Stage::open) break_off();
    if (until_done_) asio::post(outbox_.socket().get_executor(), [self = std::move(until_done_)] {});
  }

  void resume_writer(bool go_on) {
    if (auto waiting = std::exchange(waiting_, std::nullopt)) (*waiting)(go_on);
  }

  // LiveConnection
  void drained() override {
    if (waiting_) return resume_writer(stage_ == Stage::open);
    const bool whole = hangs_up_ && outbox_.backlog() == 0;
    if (whole && ends_with_close_) close_with_reset(false);
    LiveConnection::drained();
    if (whole && peer_ended_) end();  // no answer to wait for
  }
  // It has said all that it has to say, and may be waiting for the body. If it has left, writing fails.
  void peer_ended() override {
    peer_ended_ = true;
    if (hangs_up_ && outbox_.backlog() == 0) end();
  }
  void say_slow() override { cut(); }
  Outbox::Border border() const noexcept override {
    return [](std::string_view, std::size_t sent) noexcept { return sent; };
  }
  bool reading() const noexcept override { return false; }
  void loop_gone() noexcept override {}
  SteadyTime keep_up(SteadyTime) override { return SteadyTime::max(); }

  void on_end() override {
    if (cancellation_) cancellation_->cancel();
    resume_writer(false);
    // One that waits for something else still refers to this.
    if (tasks_.size() > 0) until_done_ = shared_from_this();
  }

  std::unique_ptr<Response::Producing> producing_;
  std::shared_ptr<Cancellation> cancellation_;
  std::optional<std::uint64_t> remaining_;  // of an announced length
  const bool chunked_;
  const bool ends_with_close_;  // neither chunks nor a length say where the body ends
  bool peer_ended_ = false;
  std::optional<Resume<bool>> waiting_;  // for room
  std::shared_ptr<LiveConnection> until_done_;
  TaskGroup tasks_;  // the producer
};

}  // namespace

std::shared_ptr<LongLived> open_body_stream(LongLivedHost& host, Takeover from,
                                            std::unique_ptr<Response::Producing> producing,
                                            std::shared_ptr<Cancellation> cancellation, bool chunked) {
  auto stream = std::make_shared<BodyStream>(host, std::move(from.socket), std::move(producing),
                                             std::move(cancellation), chunked);
  stream->start(from.head, from.unread.size());
  return stream;
}

}  // namespace parley::net
