// A client's connection to a gRPC server.
#pragma once

#include "grpc_client_call.hpp"
#include "http2_connection.hpp"

#include <functional>

namespace parley::net {

// Loop thread only.
class GrpcClientConnection final : public Http2Connection {
 public:
  // `gone` runs once, when it is closed or takes no new calls any more.
  GrpcClientConnection(const Environment& environment, Socket socket, std::function<void()> gone)
      : Http2Connection(environment, Http2Session::Role::client, std::move(socket)),
        wheel_(environment.wheel),
        gone_(std::move(gone)) {}

  TimerWheel& wheel() const noexcept { return wheel_; }
  // The channel is gone.
  void forget_owner() { gone_ = nullptr; }

 private:
  Http2Stream* begin_stream() override { return nullptr; }
  void drained(Http2Stream& stream) override { static_cast<ClientCall&>(stream).drained(); }
  void going_away() override {
    tell();
    finish();
  }
  void ended() override { tell(); }
  void tell() {
    if (auto gone = std::exchange(gone_, nullptr)) gone();
  }

  TimerWheel& wheel_;
  std::function<void()> gone_;
};

}  // namespace parley::net
