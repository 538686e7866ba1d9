#include "grpc_connection.hpp"

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

bool would_block(const error_code& error) {
  return error == asio::error::would_block || error == asio::error::try_again;
}

}  // namespace

GrpcConnection::GrpcConnection(GrpcCore& core, Socket socket, std::string remote)
    : core_(&core),
      socket_(std::move(socket)),
      remote_(std::move(remote)),
      session_(Http2Session::Role::server, core.http2, *this) {}

GrpcConnection::~GrpcConnection() = default;

void GrpcConnection::start() {
  heard_ = progress_ = now();
  expire_at(core_->wheel, heard_ + core_->limits.handshake_timeout);
  has_output();  // the settings
  read();
}

void GrpcConnection::stop() {
  if (closed_) return;
  session_.go_away();
}

void GrpcConnection::cut() {
  if (closed_) return;
  const Ptr self(this);
  close(Http2Error::cancel);
}

void GrpcConnection::detach() {
  const Ptr self(this);
  if (!closed_) {
    closed_ = true;
    keep();
    session_.close_all(Http2Error::cancel);
    error_code ignored;
    socket_.close(ignored);
  }
  core_ = nullptr;
}

Http2Stream* GrpcConnection::begin_stream() {
  if (core_->stopping) return nullptr;
  return ServerCall::make(*core_, *this).get();
}

void GrpcConnection::drained(Http2Stream& stream) {
  static_cast<ServerCall&>(stream).drained();
}

void GrpcConnection::has_output() {
  if (closed_ || in_turn_ || writing_) return;
  in_turn_ = true;
  core_->turn->add(this);
}

void GrpcConnection::send_answers() {
  in_turn_ = false;
  if (!closed_) flush();
}

void GrpcConnection::go_on() {
  if (closed_) return;
  if ((over_ || session_.finished()) && sent_ == out_.size() && !in_turn_ && !writing_)
    return close(Http2Error::no_error);
  read();
}

void GrpcConnection::read() {
  if (reading_ || over_) return;
  reading_ = true;
  socket_.async_read_some(
      asio::buffer(input_),
      [self = Ptr(this)](const error_code& error, std::size_t size) { self->on_read(error, size); });
}

void GrpcConnection::on_read(const error_code& error, std::size_t size) {
  reading_ = false;
  if (closed_) return;
  if (error) return close(Http2Error::cancel);
  heard_ = now();
  std::array<char, gathered> more;
  std::string_view bytes(input_.data(), size);
  std::size_t room = input_.size();
  for (int rounds = 0;;) {
    if (!session_.receive(bytes)) {
      if (!seen_) return refuse_http1();
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
void GrpcConnection::refuse_http1() {
  over_ = true;
  out_.assign(not_http2);
  sent_ = 0;
  if (flush()) close(Http2Error::no_error);
}

// True when everything has been written that there is for now.
bool GrpcConnection::flush() {
  for (int rounds = 0; rounds < rounds_per_turn; ++rounds) {
    if (sent_ == out_.size()) {
      out_.clear();
      sent_ = 0;
      session_.gather(out_, gathered);
      if (closed_) return false;
      if (out_.empty()) return true;
    }
    error_code error;
    const auto size = socket_.write_some(asio::buffer(out_.data() + sent_, out_.size() - sent_), error);
    sent_ += size;
    core_->statistics.bytes_out += size;
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

void GrpcConnection::wait_writable() {
  writing_ = true;
  progress_ = now();
  expire_at(core_->wheel, progress_ + core_->limits.write_timeout);
  socket_.async_wait(Socket::wait_write, [self = Ptr(this)](const error_code& error) {
    self->writing_ = false;
    if (self->closed_) return;
    if (error) return self->close(Http2Error::cancel);
    if (self->flush()) self->go_on();
  });
}

void GrpcConnection::close(Http2Error error) {
  if (std::exchange(closed_, true)) return;
  const Ptr self(this);
  keep();
  session_.close_all(error);
  error_code ignored;
  socket_.close(ignored);
  core_->ended(*this);
}

void GrpcConnection::due(SteadyTime) {
  if (closed_) return;
  const Ptr self(this);
  const auto& limits = core_->limits;
  const auto at = now();
  if (!seen_) return close(Http2Error::cancel);
  if (writing_ && at >= progress_ + limits.write_timeout) return close(Http2Error::cancel);
  if (pinged_ && at >= heard_ + limits.ping_interval + limits.ping_timeout) return close(Http2Error::cancel);
  if (!pinged_ && at >= heard_ + limits.ping_interval) {
    pinged_ = true;
    session_.ping();
  }
  auto next = heard_ + limits.ping_interval;
  if (pinged_) next += limits.ping_timeout;
  if (writing_) next = std::min(next, progress_ + limits.write_timeout);
  expire_at(core_->wheel, next);
}

}  // namespace parley::net
