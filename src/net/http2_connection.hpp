// The socket of an HTTP/2 connection, on either side.
#pragma once

#include "answer_turn.hpp"
#include "http2_session.hpp"
#include "loop_impl.hpp"
#include "timer_wheel.hpp"

#include <parley/net/tap.hpp>

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

namespace parley::net {

// Reads as long as the peer sends; what a turn of the loop produces for it leaves in one write (AnswerTurn).
// Kept by its owner, by its pending operations and by the turn. Loop thread only.
class Http2Connection : public AnswerTurn::Member, public TimerWheel::Entry, protected Http2Session::Owner {
 public:
  struct Timeouts {
    std::chrono::milliseconds handshake;      // from the start to the peer's first bytes
    std::chrono::milliseconds ping_interval;  // of silence, after which the peer is asked for life
    std::chrono::milliseconds ping_timeout;
    std::chrono::milliseconds write;  // without any progress while the peer has bytes to take
  };
  // What all connections of one owner share; outlives them.
  struct Environment {
    TimerWheel& wheel;
    std::shared_ptr<AnswerTurn> turn;
    Http2Session::Limits limits;
    Timeouts timeouts;
    std::uint64_t& bytes_out;
    Tap* tap = nullptr;
  };

  void start();
  // Begins no new streams and closes when those that run have ended.
  void finish();
  // Closes now; every stream is told `error`.
  void close(Http2Error error);
  // Instead of start(): tells the peer why this connection is not wanted, and closes once it speaks.
  void turn_away(std::string_view why);

  Http2Session& session() noexcept { return session_; }
  bool closed() const noexcept { return closed_; }
  bool turned_away() const noexcept { return turned_away_; }

 protected:
  Http2Connection(const Environment& environment, Http2Session::Role role, Socket socket);
  ~Http2Connection() override;

  // The last call: the socket is closed, every stream has been told.
  virtual void ended() = 0;

 private:
  using Ptr = boost::intrusive_ptr<Http2Connection>;

  void has_output() override;
  void ping_answered() override { pinged_ = false; }
  void send_answers() override;
  void go_on() override;
  void due(SteadyTime now) override;

  void read();
  void on_read(const error_code& error, std::size_t size);
  bool flush();
  void wait_writable();
  void refuse_http1();
  void expect();
  static SteadyTime now() noexcept { return std::chrono::steady_clock::now(); }

  const Environment& environment_;
  const Http2Session::Role role_;
  Socket socket_;
  Http2Session session_;
  std::string out_;
  std::size_t sent_ = 0;
  SteadyTime heard_{}, progress_{};
  SteadyTime second_{};   // when the one that begin_second() began is over
  SteadyTime looked_{};   // for stalled streams
  bool in_turn_ = false;  // output waits for the end of the turn
  bool reading_ = false, writing_ = false;
  bool over_ = false;  // closes when what waits is sent
  bool pinged_ = false;
  bool looking_ = false;      // there may be stalled streams
  bool turned_away_ = false;  // waits for the peer to have spoken
  bool seen_ = false;         // anything from the peer
  bool closed_ = false;
  std::array<char, 4096> input_;
};

}  // namespace parley::net
