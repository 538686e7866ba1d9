// The layer under Beast's WebSocket stream. Only for websocket_stream.cpp.
#pragma once

#include "frame_tracker.hpp"
#include "hold.hpp"
#include "outbox.hpp"
#include "websocket_stream.hpp"

#include <boost/asio/async_result.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <boost/beast/core/bind_handler.hpp>
#include <boost/beast/core/role.hpp>

#include <array>
#include <memory>
#include <string>

namespace parley::net {

// An AsyncStream that takes every write whole into the connection's outbox and reads from its socket. Beast
// writes the handshake's answer, Pong and Close through it; our frames enter the outbox beside it.
class Cork {
 public:
  using executor_type = Executor;
  using next_layer_type = Socket;

  // Both outlive it while an operation runs.
  Cork(Outbox& outbox, WebSocketStream::Owner& owner, std::string unread)
      : outbox_(outbox),
        owner_(owner),
        unread_(unread.empty() ? nullptr : new std::string(std::move(unread))) {}
  Cork(const Cork&) = delete;
  Cork& operator=(const Cork&) = delete;

  executor_type get_executor() noexcept { return outbox_.socket().get_executor(); }
  next_layer_type& next_layer() noexcept { return outbox_.socket(); }
  const next_layer_type& next_layer() const noexcept { return outbox_.socket(); }

  // The handshake is done: frames from here on.
  void open() {
    open_ = true;
    outbox_.protect();
  }
  // What the outbox was watched for has happened, or it is dead and the held operation ends with an error.
  void release() { held_.run(); }
  void drop() noexcept { held_.drop(); }

  template <class Buffers, class Handler>
  auto async_read_some(const Buffers& buffers, Handler&& handler) {
    return asio::async_initiate<Handler, void(error_code, std::size_t)>(StartRead{}, handler, this, buffers);
  }
  template <class Buffers, class Handler>
  auto async_write_some(const Buffers& buffers, Handler&& handler) {
    return asio::async_initiate<Handler, void(error_code, std::size_t)>(StartWrite{}, handler, this, buffers);
  }
  template <class Handler>
  friend void async_teardown(boost::beast::role_type, Cork& cork, Handler&& handler) {
    cork.teardown(
        [ex = cork.get_executor(), handler = std::forward<Handler>(handler)](error_code error) mutable {
          asio::post(ex, boost::beast::bind_front_handler(std::move(handler), error));
        });
  }

 private:
  // Above this Beast's writes are not completed, so that a peer that sends pings and reads nothing is not
  // read from either.
  static constexpr std::size_t kHighMark = 256 << 10;
  static constexpr std::size_t kLowMark = 128 << 10;
  // What a peer may still send while we wait for it to close the connection.

  struct StartRead {
    template <class Handler, class Buffers>
    void operator()(Handler&& handler, Cork* cork, const Buffers& buffers) const {
      if (!cork->unread_)
        return cork->outbox_.socket().async_read_some(buffers, std::forward<Handler>(handler));
      auto& unread = *cork->unread_;
      const auto copied = asio::buffer_copy(buffers, asio::buffer(unread));
      unread.erase(0, copied);
      if (unread.empty()) cork->unread_.reset();
      asio::post(cork->get_executor(),
                 boost::beast::bind_front_handler(std::forward<Handler>(handler), error_code{}, copied));
    }
  };
  struct StartWrite {
    template <class Handler, class Buffers>
    void operator()(Handler&& handler, Cork* cork, const Buffers& buffers) const {
      std::size_t size = 0;
      for (auto it = asio::buffer_sequence_begin(buffers); it != asio::buffer_sequence_end(buffers); ++it) {
        const asio::const_buffer buffer(*it);
        cork->take({static_cast<const char*>(buffer.data()), buffer.size()});
        size += buffer.size();
      }
      cork->taken();
      const auto dead = cork->outbox_.dead();
      const error_code error = dead ? error_code(asio::error::broken_pipe) : error_code();
      auto done = boost::beast::bind_front_handler(std::forward<Handler>(handler), error, dead ? 0 : size);
      if (dead || cork->outbox_.backlog() <= kHighMark)
        return asio::post(cork->get_executor(), std::move(done));
      cork->held_.emplace(
          [ex = cork->get_executor(), done = std::move(done)]() mutable { asio::post(ex, std::move(done)); });
      cork->outbox_.watch(kLowMark);
    }
  };

  // Half-closed: reads and discards until the peer closes too. The connection's deadline bounds it.
  template <class Done>
  struct Drain {
    Outbox* outbox;
    Done done;
    std::size_t budget = max_discarded;

    void operator()(error_code error) {
      std::array<char, 16 << 10> discarded;
      while (!error) {
        const auto got = outbox->socket().read_some(asio::buffer(discarded), error);
        if (would_block(error)) {
          auto& socket = outbox->socket();
          return socket.async_wait(Socket::wait_read, std::move(*this));
        }
        if (got >= budget) break;
        budget -= got;
      }
      done(error == asio::error::eof ? error_code() : error);
    }
  };

  // Not before the outbox is empty: the Close frame is still in it.
  template <class Done>
  void teardown(Done done) {
    auto go_on = [outbox = &outbox_, done = std::move(done)]() mutable {
      error_code error;
      if (outbox->dead())
        error = asio::error::broken_pipe;
      else
        outbox->socket().shutdown(Socket::shutdown_send, error);
      Drain<Done> drain{outbox, std::move(done)};
      drain(error);
    };
    if (outbox_.dead() || outbox_.backlog() == 0) return go_on();
    held_.emplace(std::move(go_on));
    outbox_.watch(0);
  }
  void take(std::string_view bytes);
  void taken();

  Outbox& outbox_;
  WebSocketStream::Owner& owner_;
  std::unique_ptr<std::string> unread_;  // what came with the handshake
  Hold held_;                            // a write's completion, or the teardown: Beast has one at a time
  FrameTracker tracker_;
  bool open_ = false;
};

}  // namespace parley::net
