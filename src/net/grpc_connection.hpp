// One connection of a gRPC client.
#pragma once

#include "grpc_call.hpp"
#include "grpc_core.hpp"
#include "http2_connection.hpp"

#include <string>

namespace parley::net {

// Loop thread only.
class GrpcConnection final : public Http2Connection {
 public:
  GrpcConnection(GrpcCore& core, Socket socket, std::string remote, AddressKey address)
      : Http2Connection(core.environment, Http2Session::Role::server, std::move(socket)),
        core_(core),
        remote_(std::move(remote)),
        address_(address) {}

  const std::string& remote() const noexcept { return remote_; }
  AddressKey address() const noexcept { return address_; }
  std::size_t index = 0;  // in the core

 private:
  Http2Stream* begin_stream() override {
    return core_.stopping || turned_away() ? nullptr : ServerCall::make(core_, *this).get();
  }
  void drained(Http2Stream& stream) override { static_cast<ServerCall&>(stream).drained(); }
  void ended() override { core_.ended(*this); }

  GrpcCore& core_;
  const std::string remote_;
  const AddressKey address_;
};

}  // namespace parley::net
