// One HTTP/2 connection of a gRPC client.
#pragma once

#include "answer_turn.hpp"
#include "grpc_call.hpp"
#include "grpc_core.hpp"
#include "http2_session.hpp"
#include "loop_impl.hpp"
#include "timer_wheel.hpp"

#include <array>
#include <string>

namespace parley::net {

// Reads as long as the client sends; what a turn of the loop produces for it leaves in one write
// (AnswerTurn). Kept by the core, by its pending operations and by the turn. Loop thread only.
class GrpcConnection final : public AnswerTurn::Member,
                             public TimerWheel::Entry,
                             private Http2Session::Owner {
 public:
  GrpcConnection(GrpcCore& core, Socket socket, std::string remote);
  ~GrpcConnection() override;

  void start();
  // Takes no new calls; closes when those that run have ended.
  void stop();
  void cut();
  // The server is being destroyed.
  void detach();

  Http2Session& session() noexcept { return session_; }
  const std::string& remote() const noexcept { return remote_; }
  std::size_t index = 0;  // in the core

 private:
  using Ptr = boost::intrusive_ptr<GrpcConnection>;

  // Http2Session::Owner
  Http2Stream* begin_stream() override;
  void has_output() override;
  void drained(Http2Stream& stream) override;
  void ping_answered() override { pinged_ = false; }

  // AnswerTurn::Member
  void send_answers() override;
  void go_on() override;

  void read();
  void on_read(const error_code& error, std::size_t size);
  bool flush();
  void wait_writable();
  void close(Http2Error error);
  void refuse_http1();
  void due(SteadyTime now) override;
  static SteadyTime now() noexcept { return std::chrono::steady_clock::now(); }

  GrpcCore* core_;  // null once detached
  Socket socket_;
  const std::string remote_;
  Http2Session session_;
  std::string out_;
  std::size_t sent_ = 0;
  SteadyTime heard_{}, progress_{};
  bool in_turn_ = false;  // output waits for the end of the turn
  bool reading_ = false, writing_ = false;
  bool over_ = false;  // closes when what waits is sent
  bool pinged_ = false;
  bool seen_ = false;  // anything from the client
  bool closed_ = false;
  std::array<char, 4096> input_;
};

}  // namespace parley::net
