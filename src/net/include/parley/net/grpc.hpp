// gRPC over HTTP/2 (the project's PROTOCOL-HTTP2.md): calls in all four shapes, as messages in bytes.
#pragma once

#include <parley/context.hpp>
#include <parley/describe.hpp>
#include <parley/ids.hpp>
#include <parley/net/loop.hpp>
#include <parley/result.hpp>
#include <parley/task.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace parley::net {

// How a call ended.
struct GrpcStatus {
  Code code = Code::ok;
  std::string message = {};  // UTF-8
  std::string details = {};  // an encoded google.rpc.Status, sent as grpc-status-details-bin; empty: none
};

// A call as the server sees it. Loop thread only; lives until its handler has completed.
class GrpcCall {
 public:
  virtual std::string_view path() const noexcept = 0;    // "/user.UserService/GetUser"
  virtual std::string_view remote() const noexcept = 0;  // the peer's address without the port
  // The first of the metadata with this name, in lower case, as it was sent: what ends with -bin is base64.
  virtual std::optional<std::string_view> metadata(std::string_view name) const noexcept = 0;
  // Deadline (grpc-timeout), trace (traceparent), the principal, and a cancellation that fires when the
  // client withdraws the call, is gone, or the deadline has passed.
  virtual const CallContext& context() const noexcept = 0;

  // The client's next message; nothing when it has sent all. Good until the next read(). An error ends the
  // call: `cancelled`, or what is wrong with what was sent. One read at a time.
  virtual Task<Result<std::optional<std::string_view>>> read() = 0;
  // A read() that waits ends with `cancelled`, as does every one from then on.
  virtual void stop_reading() = 0;
  // A message to the client. Completes when there is room for more: what a client does not take is bounded by
  // Limits::send_buffer and one message. False when nobody takes it any more, and from then on.
  virtual Task<bool> write(std::string_view message) = 0;

 protected:
  ~GrpcCall() = default;
};

// Configuration section [grpc]. Sizes in bytes.
struct GrpcLimits {
  std::int32_t max_connections = 10000;
  std::int32_t max_connections_per_address = 1000;  // an IPv4 address, or an IPv6 /64
  std::int32_t max_streams = 1000;                  // calls of one connection at a time
  std::int64_t max_message = 4 << 20;
  std::int64_t max_metadata = 16 << 10;
  std::int64_t send_buffer = 256 << 10;  // messages that wait for one client to take them, of one call
  std::int64_t gzip_min = 1 << 10, gzip_max = 1 << 20;  // answers that are compressed; gzip_max 0: none
  std::int64_t connection_buffer = 64 << 20;            // the same, of all calls of one connection
  std::chrono::milliseconds handshake_timeout{10'000};
  std::chrono::milliseconds ping_interval{60'000};  // of silence, after which a client is asked for life
  std::chrono::milliseconds ping_timeout{20'000};
  std::chrono::milliseconds write_timeout{30'000};  // without any progress while a client has bytes to take
};

// Since the server was made. Loop thread only.
struct GrpcStatistics {
  std::uint64_t accepted = 0, refused = 0;  // connections
  std::uint64_t calls = 0;
  std::uint64_t bytes_in = 0, bytes_out = 0;
  std::size_t connections = 0, running = 0;  // now: connections, calls
};

// Loop thread only.
class GrpcServer {
 public:
  struct Dependencies {
    Loop& loop;
    const Clock& clock;
    Random& random;
    // Serves a call; `unimplemented` is for it to say. What it throws is logged and answered with `internal`.
    std::function<Task<GrpcStatus>(GrpcCall&)> handler;
    // Called once per call whose handler has completed, with how the call ended for its client: a deadline or
    // a withdrawal may have come before. Null for nobody.
    std::function<void(const GrpcCall&, const GrpcStatus&, double seconds)> observer = {};
  };
  GrpcServer(Dependencies dependencies, GrpcLimits limits);
  // After stop() has completed, or when the loop will not run again.
  ~GrpcServer();

  // As Server::listen().
  Result<std::uint16_t> listen(const std::string& address, std::uint16_t port);
  void start();
  // Graceful: no new connections, no new calls (GOAWAY); those that run have `grace` to finish and are
  // cancelled then.
  Task<void> stop(std::chrono::milliseconds grace);
  GrpcStatistics statistics() const noexcept;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace parley::net

template <>
const parley::TypeInfo& parley::describe<parley::net::GrpcLimits>();
