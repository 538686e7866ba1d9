#include "frame_body.hpp"
#include "guarded.hpp"
#include "handshake.hpp"
#include "live_connection.hpp"
#include "message_buffer.hpp"
#include "websocket_stream.hpp"

#include <parley/log.hpp>
#include <parley/net/websocket.hpp>

#include <boost/asio/post.hpp>

namespace parley::net {
namespace {

constexpr std::size_t kFirstRead = 64;         // kept by an idle connection
constexpr std::size_t kDiscardRead = 4096;     // while what comes is thrown away
constexpr std::uint16_t kNoCloseFrame = 1006;  // RFC 6455 section 7.1.5

bool sendable(std::uint16_t code) noexcept {
  return (code >= 1000 && code <= 1014 && (code < 1004 || code > 1006)) || (code >= 3000 && code <= 4999);
}

// Of text that is UTF-8 up to there.
bool ends_inside_character(std::string_view text) noexcept {
  for (std::size_t back = 1; back <= std::min<std::size_t>(text.size(), 3); ++back) {
    const auto byte = static_cast<unsigned char>(text[text.size() - back]);
    if ((byte & 0xc0) != 0x80) return back < (byte >= 0xf0 ? 4u : byte >= 0xe0 ? 3u : byte >= 0xc0 ? 2u : 1u);
  }
  return false;
}

// The connections of a route have the same options: one copy serves all that were opened in a row.
std::shared_ptr<const WebSocketOptions> shared_options(WebSocketOptions&& options) {
  thread_local std::weak_ptr<const WebSocketOptions> latest;
  if (auto same = latest.lock();
      same && same->max_message == options.max_message && same->max_discarded == options.max_discarded &&
      same->slow_reason == options.slow_reason && same->restart_reason == options.restart_reason)
    return same;
  auto fresh = std::make_shared<const WebSocketOptions>(std::move(options));
  latest = fresh;
  return fresh;
}

class WebSocketConnection final : public LivePeer<WebSocket>, private WebSocketStream::Owner {
 public:
  WebSocketConnection(LongLivedHost& host, Takeover from, std::unique_ptr<WebSocketHandler> handler,
                      WebSocketOptions options)
      : LivePeer(host, std::move(from.socket)),
        stream_(outbox_, *this, std::move(from.unread)),
        handler_(std::move(handler)),
        options_(shared_options(std::move(options))) {}

  void start(HandshakeCheck check, std::string head) {
    deadline_ = now() + host_.limits.header_timeout;
    watch(deadline_);
    const auto max = std::max(max_message(), options_->max_discarded);
    stream_.accept({check.key, std::move(check.extensions), std::move(head), max, host_.limits.deflate});
  }

  void send_text(std::string_view payload) override { send_message(wire::Opcode::text, payload); }
  void send_binary(std::string_view payload) override { send_message(wire::Opcode::binary, payload); }

  void close(std::uint16_t code, std::string_view reason) override {
    if (stage_ != Stage::open) return;
    enter_closing();
    outbox_.finish(wire::close_frame(sendable(code) ? code : 1000, reason));
    read_next();
  }

  void pause() override { ++pauses_; }
  void resume() override {
    if (pauses_ == 0 || --pauses_ > 0) return;
    heard_ = now();  // it could not be heard meanwhile
    read_next();
  }

  void restart() override {
    if (stage_ == Stage::opening)
      restarts_ = true;
    else
      close(1012, options_->restart_reason);
  }

 private:
  void send_message(wire::Opcode opcode, std::string_view payload) {
    if (stage_ != Stage::open) return;
    catch_up();
    std::string header;
    wire::append_header(header, opcode, payload.size());
    outbox_.send_copy(header, payload);
  }

  // Calls into the application. What it throws closes the connection.
  template <class Call>
  void guarded(Call call) noexcept {
    if (!net::guarded("websocket", "handler failed", call))
      close(info(Code::internal).close_code, "internal error");
  }

  // WebSocketStream::Owner
  std::shared_ptr<void> keep_alive() override { return shared_from_this(); }

  void accepted(error_code error) override {
    if (stage_ != Stage::opening) return;
    if (error || outbox_.dead()) return end();
    stage_ = Stage::open;
    ++host_.statistics.websockets;
    opened_ = true;
    heard_ = now();
    next_ping_ = heard_ + host_.limits.ping_interval;
    watch(heard_);
    delivering_ = true;
    guarded([&] { handler_->on_open(*this); });
    delivering_ = false;
    if (restarts_) close(1012, options_->restart_reason);
    read_next();
  }

  void read_next() {
    if (reading_ || delivering_ || stage_ == Stage::ended || stage_ == Stage::opening || hangs_up_) return;
    if (stage_ == Stage::open) {
      if (pauses_ > 0) return;
      // A peer that takes nothing is not listened to either, so that answers to it do not overflow its
      // budget. In the middle of a message there is nothing to answer yet.
      held_back_ = outbox_.backlog() > hold_mark();
      if (held_back_) return outbox_.watch(hold_mark() / 2);
    }
    if (stage_ == Stage::open && message_.empty() && !stream_.deflated()) {
      reading_ = true;
      return stream_.read(first_, sizeof first_);
    }
    if (discarding_) {  // over and over into the same room
      const auto scratch = message_.scratch();
      reading_ = true;
      return stream_.read(scratch.data, scratch.size);
    }
    const auto least = stage_ == Stage::closing ? kDiscardRead
                       : stream_.deflated()     ? WebSocketStream::kDeflateChunk
                                                : kFirstRead;
    try {
      const auto room = message_.room(least);
      reading_ = true;
      stream_.read(room.data, room.size);
    } catch (const std::bad_alloc&) {
      log::error("websocket", "no memory for a message", {{"bytes", message_.view().size()}});
      cut();
    }
  }

  void read_done(error_code error, std::size_t size) override {
    reading_ = false;
    if (stage_ == Stage::ended) return;
    if (error) return read_failed(error);
    heard_ = now();
    if (stage_ == Stage::open) received(size);
    read_next();
  }

  void received(std::size_t size) {
    const bool in_first = message_.empty() && !stream_.deflated();
    const bool done = stream_.message_done();
    if (in_first && !done)
      message_.append({first_, size});
    else if (!in_first)
      message_.filled(size);
    const auto bytes = in_first && done ? size : message_.size();
    if (bytes > max_message()) discarding_ = true;  // what has come of it so far was within the limit
    if (!done) return;
    ++host_.statistics.websocket_messages_in;
    host_.loop.impl().corks->touch();
    delivering_ = true;
    if (std::exchange(discarding_, false)) {
      message_.release();
      guarded([&] { handler_->on_oversized(bytes, stream_.text()); });
    } else {
      const auto message = in_first ? std::string_view(first_, size) : message_.view();
      // Beast does not look at the end of a text whose last fragment is empty.
      if (stream_.text() && ends_inside_character(message)) {
        delivering_ = false;
        message_.release();
        return violated("the text ends inside a character");
      }
      guarded([&] { handler_->on_message(message, stream_.text()); });
      message_.release();
    }
    delivering_ = false;
  }

  void read_failed(error_code error) {
    if (!WebSocketStream::is_bad_deflate(error) || stage_ != Stage::open) return end();
    violated("compressed data is broken");
  }

  // What Beast does not refuse by itself.
  void violated(std::string_view why) {
    hang_up(wire::close_frame(1007, why));
    discard_input(max_discarded);
  }

  void heard() noexcept override { heard_ = now(); }
  void peer_closed(std::uint16_t code) noexcept override {
    if (code < 5000) {
      close_code_ = code;
    } else {  // outside the ranges of RFC 6455 section 7.4.2, which the stream does not refuse
      enter_closing();
      outbox_.finish(wire::close_frame(1002, {}));
    }
  }
  void closing() noexcept override { enter_closing(); }

  // Outbox::Owner
  void drained() override {
    if (hangs_up_) return LiveConnection::drained();
    stream_.release();
    if (!std::exchange(held_back_, false)) return;
    heard_ = now();
    read_next();
  }
  void broken() override {
    stream_.release();  // what waits for output to drain would wait for ever
    LiveConnection::broken();
  }
  void loop_gone() noexcept override { stream_.drop(); }

  // LiveConnection
  void say_slow() override {
    outbox_.finish(wire::close_frame(info(Code::resource_exhausted).close_code, options_->slow_reason));
    read_next();
  }
  Outbox::Border border() const noexcept override { return wire::frame_border; }
  bool reading() const noexcept override { return reading_; }

  SteadyTime keep_up(SteadyTime now) override {
    const bool listening = reading_;
    // Since it was last heard; before the first ping this is the time of the opening. Silence says nothing
    // about a peer that was not asked, as when the loop was late for the ping and the end at once.
    const bool asked = next_ping_ - host_.limits.ping_interval > heard_;
    if (now >= next_ping_) {
      next_ping_ = now + host_.limits.ping_interval;
      outbox_.send_copy(std::string_view("\x89\0", 2));
    }
    if (listening && asked && now - heard_ >= host_.limits.pong_timeout) {
      ++host_.statistics.timeouts;
      end();
      return SteadyTime::max();
    }
    return std::min(next_ping_, (listening ? heard_ : now) + host_.limits.pong_timeout);
  }

  void on_end() override {
    stream_.release();
    message_.release();
    if (opened_) {
      --host_.statistics.websockets;
      guarded([&] { handler_->on_close(close_code_); });
    }
    handler_.reset();
  }

  std::size_t max_message() const noexcept {
    return options_->max_message ? options_->max_message : static_cast<std::size_t>(host_.limits.max_message);
  }
  std::size_t hold_mark() const noexcept { return static_cast<std::size_t>(host_.limits.send_buffer) / 2; }

  WebSocketStream stream_;
  std::unique_ptr<WebSocketHandler> handler_;
  std::shared_ptr<const WebSocketOptions> options_;
  MessageBuffer message_;  // what does not fit into first_
  SteadyTime heard_{}, next_ping_{};
  std::uint32_t pauses_ = 0;
  std::uint16_t close_code_ = kNoCloseFrame;
  bool opened_ = false, restarts_ = false;
  bool reading_ = false, delivering_ = false, held_back_ = false;
  bool discarding_ = false;  // the message that is coming is too large
  char first_[kFirstRead];
};

}  // namespace

std::shared_ptr<LongLived> open_websocket(LongLivedHost& host, Takeover from, const Request& request,
                                          std::unique_ptr<WebSocketHandler> handler,
                                          WebSocketOptions options) {
  auto check = check_handshake(request);
  auto head = std::exchange(from.head, {});
  auto connection =
      std::make_shared<WebSocketConnection>(host, std::move(from), std::move(handler), std::move(options));
  connection->start(std::move(check), std::move(head));
  return connection;
}

}  // namespace parley::net
