// The bytes of a connection: reading, writing, timeouts, closing.
#include "connection.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>

#include <algorithm>
#include <cstring>

namespace parley::net {
namespace {

constexpr std::chrono::milliseconds linger_time{2000};
constexpr int rounds_per_turn = 16;          // reads of one connection before others get their turn
constexpr std::size_t least_room = 4 << 10;  // bytes offered to a read

SteadyTime now() {
  return std::chrono::steady_clock::now();
}

}  // namespace

Connection::Connection(ServerCore& core, Socket socket, std::string remote, AddressKey address)
    : core_(&core), socket_(std::move(socket)), remote_(std::move(remote)), address_(address) {}

Connection::~Connection() = default;

void Connection::start() {
  expire_at(core_->wheel, now() + core_->limits.header_timeout);
  read();
}

void Connection::turn_away(std::string_view answer) {
  turned_away_ = true;
  error_code error;
  socket_.write_some(asio::buffer(answer.data(), answer.size()), error);
  phase_ = Phase::closing;
  linger_ = true;
  if (error)
    close();
  else
    finish_closing();
}

void Connection::stop() {
  // Bytes of a request that have come are its beginning: it may still be finished and answered.
  const bool idle =
      phase_ == Phase::head && !partial_ && held_ == 0 && !writing_ && !running_ && !answers_wait_;
  error_code ignored;
  if (idle && socket_.available(ignored) == 0) close();
}

void Connection::cut() {
  const Ptr self(this);
  if (phase_ == Phase::closed) return;
  if (phase_ != Phase::handling) return close();
  error_code ignored;
  socket_.close(ignored);
  phase_ = Phase::closed;
  keep();
  if (auto cancellation = exchange_->cancellation) cancellation->cancel();
}

void Connection::detach() {
  const Ptr self(this);
  core_ = nullptr;
  phase_ = Phase::closed;
  error_code ignored;
  socket_.close(ignored);
  keep();
  exchange_.reset();  // and with it a handler that waits
  waiting_self_.reset();
}

void Connection::read() {
  if (reading_ || peer_ended_ || held_ == first_.size()) return;
  reading_ = true;
  read_at_ = held_;
  // Asynchronous reads that fill less than their buffer tell the reactor that the socket is drained, which
  // saves the system call that waiting for readability would cost.
  socket_.async_read_some(
      asio::buffer(first_.data() + held_, first_.size() - held_),
      [self = Ptr(this)](const error_code& error, std::size_t size) { self->on_read(error, size); });
}

void Connection::on_read(const error_code& error, std::size_t size) {
  reading_ = false;
  if (phase_ == Phase::closed) return;
  if (phase_ == Phase::lingering) return error ? close() : discard(size);
  if (read_at_ != held_) std::memmove(first_.data() + held_, first_.data() + read_at_, size);
  more_ = read_at_ + size == first_.size();
  held_ = static_cast<std::uint16_t>(held_ + size);
  if (phase_ == Phase::handing_over) return run();
  if (error) return peer_ended(error);
  // While a handler waits, requests that follow wait too; reading goes on to notice when the client leaves.
  if (phase_ == Phase::handling) return read();
  run();
}

void Connection::peer_ended(const error_code& error) {
  peer_ended_ = true;
  if (error != asio::error::eof) return cut();
  if (phase_ != Phase::handling) return run();
  if (!exchange_->match.route || !exchange_->match.route->withdrawn_by_close) return;
  if (auto cancellation = exchange_->cancellation) cancellation->cancel();  // may complete the handler
}

// Moves what was read into `first_` to the exchange.
void Connection::take_held() {
  if (held_ == 0) return;
  if (!exchange_) {
    exchange_ = core_->exchanges.borrow();
    exchange_->connection = this;
  }
  auto& in = exchange_->in;
  exchange_->rebase(in.reserve(held_));
  std::memcpy(in.room().data(), first_.data(), held_);
  in.commit(held_);
  held_ = 0;
}

// Reads more into the exchange, if it can be had at once.
bool Connection::fill() {
  if (reading_ || peer_ended_ || !exchange_) return false;
  auto& in = exchange_->in;
  // Grows with what has come, not with what was announced.
  exchange_->rebase(in.reserve(std::max(least_room, std::min<std::size_t>(in.size(), 256 << 10))));
  const auto room = in.room();
  error_code error;
  const auto size = socket_.read_some(asio::buffer(room.data(), room.size()), error);
  more_ = size == room.size();
  in.commit(size);
  if (error && !would_block(error)) {
    if (error != asio::error::eof) {
      close();
      return false;
    }
    peer_ended_ = true;
    return true;
  }
  return size > 0;
}

// Reads and answers until something has to be waited for, be it the end of the turn.
void Connection::run() {
  const Ptr self(this);
  if (running_) return;  // a handler completed inside: the loop below goes on
  running_ = true;
  for (int rounds = 0;;) {
    if (phase_ == Phase::head || phase_ == Phase::body) take_held();
    answer_buffered();
    if (phase_ == Phase::closed || answers_leave_later() || !flush()) break;
    if (phase_ == Phase::handling) {
      read();
      break;
    }
    if (phase_ == Phase::closing) {
      finish_closing();
      break;
    }
    if (phase_ == Phase::handing_over) {
      hand_over();
      break;
    }
    if (exchange_ && !starved_) continue;  // stopped only because enough output had gathered
    if (more_ && ++rounds < rounds_per_turn) {
      if (fill()) continue;
      if (phase_ == Phase::closed) break;
    }
    park();
    if (phase_ == Phase::closing) continue;
    break;
  }
  running_ = false;
}

// True where run() goes on at the end of the turn.
bool Connection::answers_leave_later() {
  if (answers_wait_) return true;
  if (writing_ || !exchange_ || exchange_->out.empty() || exchange_->out.size() >= much_output) return false;
  answers_wait_ = true;
  core_->turn->add(this);
  return true;
}

void Connection::send_answers() {
  answers_wait_ = false;
  if (phase_ != Phase::closed) flush();
}

void Connection::go_on() {
  if (phase_ != Phase::closed) run();
}

// True when all output has been written; otherwise the wait for it is pending or the connection has ended.
bool Connection::flush() {
  if (!exchange_ || exchange_->out.empty()) return true;
  if (writing_) return false;
  auto& out = exchange_->out;
  auto& sent = exchange_->out_sent;
  while (sent < out.size()) {
    error_code error;
    const auto size = socket_.write_some(asio::buffer(out.data() + sent, out.size() - sent), error);
    sent += size;
    core_->statistics.bytes_out += size;
    if (!error) continue;
    if (!would_block(error)) {
      cut();
      return false;
    }
    writing_ = true;
    expire_at(core_->wheel, now() + core_->limits.write_timeout);
    socket_.async_wait(Socket::wait_write,
                       [self = Ptr(this)](const error_code& failed) { self->on_writable(failed); });
    return false;
  }
  out.clear();
  sent = 0;
  return true;
}

void Connection::on_writable(const error_code& error) {
  writing_ = false;
  if (phase_ == Phase::closed) return;
  if (error) return cut();
  if (phase_ != Phase::handling) return run();
  if (flush()) keep();
}

// Nothing can be done before more input comes.
void Connection::park() {
  if (peer_ended_) {
    // Whoever sends half a request and then closes its side may still want to know.
    if (phase_ == Phase::body || (exchange_ && !exchange_->in.empty()))
      return refuse(400, "the connection ended within the request");
    return close();
  }
  const auto& limits = core_->limits;
  if (phase_ == Phase::body) {
    expire_at(core_->wheel, body_deadline_);
  } else if (!exchange_ || exchange_->in.empty()) {
    if (core_->stopping()) return close();
    partial_ = false;
    expire_at(core_->wheel, now() + limits.idle_timeout);
    if (exchange_) core_->exchanges.give_back(std::move(exchange_));
  } else {
    if (!std::exchange(partial_, true) && served_) expire_at(core_->wheel, now() + limits.header_timeout);
    // A short piece waits where the next one is read to.
    const auto rest = exchange_->in.view();
    if (!reading_ && rest.size() < first_.size()) {
      std::memcpy(first_.data(), rest.data(), rest.size());
      held_ = static_cast<std::uint16_t>(rest.size());
      core_->exchanges.give_back(std::move(exchange_));
    }
  }
  read();
}

void Connection::due(SteadyTime) {
  const Ptr self(this);
  if (phase_ == Phase::closed || answers_wait_ || (phase_ == Phase::handling && !writing_)) return;
  if (phase_ == Phase::lingering) return close();
  ++core_->statistics.timeouts;
  if (writing_ || phase_ == Phase::closing || phase_ == Phase::handing_over) return cut();
  if (phase_ == Phase::head && !partial_) return close();  // idle: nobody waits for an answer
  refuse(408, phase_ == Phase::body ? "the body of the request took too long"
                                    : "the head of the request took too long");
  run();
}

// All answers are sent. A close with unread input would reset the connection and could take the last answer
// from the client (RFC 9112 section 9.6): it gets time to read it.
void Connection::finish_closing() {
  const bool unread = linger_ || held_ || more_ || (exchange_ && !exchange_->in.empty());
  if (exchange_) core_->exchanges.give_back(std::move(exchange_));
  error_code error;
  if (unread && !peer_ended_) socket_.shutdown(Socket::shutdown_send, error);
  if (!unread || peer_ended_ || error) return close();
  phase_ = Phase::lingering;
  held_ = 0;
  expire_at(core_->wheel, now() + linger_time);
  read();
}

// Of a client that lingers: `size` bytes have come.
void Connection::discard(std::size_t size) {
  std::array<char, 16 << 10> rest;
  error_code error;
  for (int rounds = 0;; ++rounds) {
    discarded_ += size;
    if (discarded_ > max_discarded) return close();
    if (rounds == rounds_per_turn) return read();
    size = socket_.read_some(asio::buffer(rest), error);
    if (would_block(error)) return read();
    if (error) return close();
  }
}

void Connection::close() {
  const Ptr self(this);
  if (phase_ == Phase::closed) return;
  const bool handing_over = phase_ == Phase::handing_over;
  phase_ = Phase::closed;
  keep();
  error_code ignored;
  socket_.close(ignored);
  // A stream that was to come after the answers before it.
  if (handing_over && exchange_ && exchange_->response.streaming) exchange_->response.streaming->closed();
  if (exchange_) core_->exchanges.give_back(std::move(exchange_));
  core_->ended(*this);
}

}  // namespace parley::net
