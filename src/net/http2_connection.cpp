#include "http2_connection.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>

#include <algorithm>

namespace parley::net {
namespace {

constexpr std::size_t gathered = 64 << 10;  // bytes of one write
constexpr int rounds_per_turn = 16;         // reads or writes of one connection before others get their turn
// Ends with the connection.
constexpr std::string_view not_http2 =
    "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n"
    "This port speaks gRPC over HTTP/2; REST and WebSocket have a port of their own.\n";

}  // namespace

Http2Connection::Http2Connection(const Environment& environment, Http2Session::Role role, Socket socket)
    : environment_(environment),
      role_(role),
      socket_(std::move(socket)),
      session_(role, environment.limits, *this) {}

Http2Connection::~Http2Connection() = default;

void Http2Connection::start() {
  heard_ = progress_ = now();
  expire_at(environment_.wheel, heard_ + environment_.timeouts.handshake);
  // A server's settings wait for the client's first bytes, which tell whether it speaks HTTP/2 at all.
  if (role_ == Http2Session::Role::client) has_output();
  read();
}

void Http2Connection::turn_away(std::string_view why) {
  turned_away_ = true;
  session_.go_away(Http2Error::enhance_your_calm, why);
  start();
}

void Http2Connection::finish() {
  if (!closed_) session_.go_away();
}

void Http2Connection::has_output() {
  if (closed_ || in_turn_ || writing_) return;
  in_turn_ = true;
  environment_.turn->add(this);
}

void Http2Connection::send_answers() {
  in_turn_ = false;
  if (!closed_) flush();
}

void Http2Connection::go_on() {
  if (closed_) return;
  if ((over_ || session_.finished()) && (seen_ || !turned_away_) && sent_ == out_.size() && !in_turn_ &&
      !writing_)
    return close(Http2Error::no_error);
  read();
}

void Http2Connection::read() {
  if (reading_ || over_) return;
  reading_ = true;
  socket_.async_read_some(
      asio::buffer(input_),
      [self = Ptr(this)](const error_code& error, std::size_t size) { self->on_read(error, size); });
}

void Http2Connection::on_read(const error_code& error, std::size_t size) {
  reading_ = false;
  if (closed_) return;
  if (error) return close(Http2Error::cancel);
  heard_ = now();
  if (heard_ >= second_) {
    second_ = heard_ + std::chrono::seconds(1);
    session_.begin_second();
  }
  std::array<char, gathered> more;
  std::string_view bytes(input_.data(), size);
  std::size_t room = input_.size();
  for (int rounds = 0;;) {
    if (environment_.tap) environment_.tap->received(bytes);
    if (!session_.receive(bytes)) {
      if (!seen_ && session_.is_foreign()) return refuse_http1();
      over_ = true;
      break;
    }
    seen_ = true;
    if (bytes.size() < room || ++rounds == rounds_per_turn) break;
    error_code failed;
    const auto got = socket_.read_some(asio::buffer(more), failed);
    if (failed && !would_block(failed)) return close(Http2Error::cancel);
    if (got == 0) break;
    bytes = {more.data(), got};
    room = more.size();
  }
  if (closed_) return;
  if (over_) has_output();
  if (in_turn_) return;  // go_on() reads
  go_on();
}

// What it sent before is not worth a protocol of its own: a browser or curl is told in its own words.
void Http2Connection::refuse_http1() {
  over_ = true;
  out_.assign(not_http2);
  sent_ = 0;
  if (flush()) close(Http2Error::no_error);
}

// True when nothing more is to be written until there is new output.
bool Http2Connection::flush() {
  for (int rounds = 0; rounds < rounds_per_turn; ++rounds) {
    if (sent_ == out_.size()) {
      out_.clear();
      sent_ = 0;
      session_.gather(out_, gathered);
      if (closed_) return false;
      if (out_.empty()) {
        if (session_.backlog() > 0 && !std::exchange(looking_, true)) {
          looked_ = now();
          expect();
        }
        return true;
      }
    }
    error_code error;
    const auto size = socket_.write_some(asio::buffer(out_.data() + sent_, out_.size() - sent_), error);
    if (environment_.tap) environment_.tap->sent({out_.data() + sent_, size});
    sent_ += size;
    environment_.bytes_out += size;
    if (size > 0) progress_ = now();
    if (!error) continue;
    if (would_block(error))
      wait_writable();
    else
      close(Http2Error::cancel);
    return false;
  }
  has_output();
  return false;
}

void Http2Connection::wait_writable() {
  writing_ = true;
  progress_ = now();
  expect();
  socket_.async_wait(Socket::wait_write, [self = Ptr(this)](const error_code& error) {
    self->writing_ = false;
    if (self->closed_) return;
    if (error) return self->close(Http2Error::cancel);
    if (self->flush()) self->go_on();
  });
}

void Http2Connection::close(Http2Error error) {
  if (std::exchange(closed_, true)) return;
  const Ptr self(this);
  keep();
  session_.close_all(error);
  error_code ignored;
  socket_.close(ignored);
  ended();
}

void Http2Connection::due(SteadyTime) {
  if (closed_) return;
  const Ptr self(this);
  const auto& timeouts = environment_.timeouts;
  const auto at = now();
  if (!seen_) return close(Http2Error::cancel);
  if (writing_ && at >= progress_ + timeouts.write) return close(Http2Error::cancel);
  if (pinged_ && at >= heard_ + timeouts.ping_interval + timeouts.ping_timeout)
    return close(Http2Error::cancel);
  if (!pinged_ && at >= heard_ + timeouts.ping_interval) {
    pinged_ = true;
    session_.ping();
  }
  if (looking_ && at >= looked_ + timeouts.write) {
    session_.reset_stalled();
    looked_ = at;
    looking_ = session_.backlog() > 0;
  }
  expect();
}

// What due() looks for next.
void Http2Connection::expect() {
  const auto& timeouts = environment_.timeouts;
  auto next = heard_ + timeouts.ping_interval;
  if (pinged_) next += timeouts.ping_timeout;
  if (!seen_) next = heard_ + timeouts.handshake;
  if (writing_) next = std::min(next, progress_ + timeouts.write);
  if (looking_) next = std::min(next, looked_ + timeouts.write);
  expire_at(environment_.wheel, next);
}

}  // namespace parley::net
