#include "live_connection.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>

#include <array>

namespace parley::net {

LiveConnection::LiveConnection(LongLivedHost& host, Socket socket)
    : Receiver(outbox_),
      host_(host),
      corks_(*host.loop.impl().corks),
      outbox_(corks_, std::move(socket), *this, static_cast<std::size_t>(host.limits.send_buffer),
              host.statistics.bytes_out) {}

void LiveConnection::send_frame(const Frame& frame) {
  if (!frame || stage_ != Stage::open) return;
  catch_up();
  outbox_.send(frame);
}

void LiveConnection::enter_closing() {
  if (stage_ >= Stage::closing) return;
  stage_ = Stage::closing;
  leave(peer());
  deadline_ = now() + std::min(kCloseTimeout, host_.limits.write_timeout);
  watch(deadline_);
}

void LiveConnection::hang_up(std::string_view last) {
  enter_closing();
  outbox_.finish(last);
  hangs_up_ = true;
  if (!outbox_.dead()) outbox_.watch(0);
}

void LiveConnection::drained() {
  if (!hangs_up_ || stage_ != Stage::closing || outbox_.backlog() > 0) return;
  // The peer's answer is its own end of the stream. Closing at once would let the kernel answer bytes that
  // are still under way with a reset, which may take our last ones from the peer.
  error_code error;
  outbox_.socket().shutdown(Socket::shutdown_send, error);
  if (error) end();
}

void LiveConnection::discard_input(std::size_t budget) {
  discard_budget_ = budget;
  outbox_.socket().async_wait(Socket::wait_read, [this, self = shared_from_this()](error_code error) {
    if (stage_ == Stage::ended) return;
    std::array<char, 4096> discarded;
    while (!error) {
      const auto got = outbox_.socket().read_some(asio::buffer(discarded), error);
      if (would_block(error)) return discard_input(discard_budget_);
      if (got >= discard_budget_) break;
      discard_budget_ -= got;
    }
    if (error == asio::error::eof)
      peer_ended();
    else
      end();
  });
}

void LiveConnection::slow() {
  if (stage_ != Stage::open) return;
  ++host_.statistics.slow_consumers;
  // Out of the fan-out first: what it would still get is not for it any more.
  enter_closing();
  if (!outbox_.at_border()) return end();  // its own protocol engine is inside a frame: no frame fits
  outbox_.drop_unsent(border());
  say_slow();
}

void LiveConnection::broken() {
  if (stage_ == Stage::ended) return;
  if (!reading()) return end();
  // What the peer said last may still wait to be read; a dead one ends by the deadline.
  enter_closing();
}

void LiveConnection::due(SteadyTime now) {
  const auto alive = shared_from_this();
  if (stage_ == Stage::ended) return;
  if (stage_ != Stage::open) {
    if (now >= deadline_) return end();
    return watch(deadline_);
  }
  auto next = SteadyTime::max();
  if (const auto stalled = outbox_.stalled_since()) {
    const auto limit = *stalled + host_.limits.write_timeout;
    if (now >= limit) return slow();
    next = limit;
  } else {
    next = now + host_.limits.write_timeout / 2;  // to see a stall that begins meanwhile
  }
  next = std::min(next, keep_up(now));
  if (stage_ == Stage::open) watch(next);
}

void LiveConnection::cut() {
  if (stage_ == Stage::ended) return;
  outbox_.abort();
  asio::post(outbox_.socket().get_executor(), [self = shared_from_this()] { self->end(); });
}

void LiveConnection::end() {
  if (stage_ == Stage::ended) return;
  const auto alive = shared_from_this();
  stage_ = Stage::ended;
  keep();
  leave(peer());
  outbox_.abort();
  on_end();
  host_.ended(this);
}

}  // namespace parley::net
