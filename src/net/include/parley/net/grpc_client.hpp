// The client's side of gRPC: calls in all four shapes, as messages in bytes.
#pragma once

#include <parley/context.hpp>
#include <parley/describe.hpp>
#include <parley/net/grpc.hpp>
#include <parley/net/loop.hpp>
#include <parley/net/tap.hpp>
#include <parley/result.hpp>
#include <parley/task.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace parley::net {

using GrpcMetadata = std::vector<std::pair<std::string, std::string>>;  // names in lower case

// How calls ended that did not end well, beyond what an Error has.
struct GrpcFailure {
  Error error;
  std::string details = {};  // google.rpc.Status, as the server encoded it
  // The server has not begun the call, so that it may be made again, whatever it does.
  bool not_begun = false;
};

// One call. Dropping it withdraws it. Loop thread only.
class GrpcClientCall {
 public:
  virtual ~GrpcClientCall() = default;

  // Completes when there is room for more; false when nobody takes it any more: read() then says why.
  virtual Task<bool> write(std::string_view message) = 0;
  // No more messages.
  virtual void end_writing() = 0;
  // Withdraws the call: what waits ends, a write() with false and a read() with `cancelled`.
  virtual void cancel() = 0;
  // The server's next message, good until the next read(); nothing when the call has ended with OK. One read
  // at a time.
  virtual Task<std::expected<std::optional<std::string_view>, GrpcFailure>> read() = 0;
};

// Sizes in bytes.
struct GrpcClientOptions {
  std::chrono::milliseconds connect_timeout{2'000};
  std::chrono::milliseconds keepalive_time{10'000};  // a ping after as much silence, also without calls
  std::chrono::milliseconds keepalive_timeout{1'000};
  std::chrono::milliseconds first_backoff{100}, last_backoff{5'000};  // between attempts to connect
  std::int64_t max_message = 4 << 20;
  std::int64_t send_buffer = 256 << 10;
  std::int32_t max_waiting = 1'000;  // calls that wait for a connection
  Tap* tap = nullptr;                // may be null
};

// One address, one connection, made when it is first needed and again when it has broken. Loop thread only.
class GrpcChannel {
 public:
  enum class State : std::uint8_t { idle, connecting, ready, broken };

  // `host` is numeric or `localhost`; names are resolved by whoever makes channels. Loop and clock outlive
  // it.
  GrpcChannel(Loop& loop, std::string host, std::uint16_t port, const GrpcClientOptions& options);
  ~GrpcChannel();  // close()
  GrpcChannel(const GrpcChannel&) = delete;
  GrpcChannel& operator=(const GrpcChannel&) = delete;

  // Begins a call: waits for the connection, no longer than the deadline of `context`, which travels as
  // grpc-timeout, as does its trace. `unavailable` when there is no connection; resource_exhausted when too
  // many wait for one.
  Task<std::expected<std::unique_ptr<GrpcClientCall>, GrpcFailure>> begin(CallContext context,
                                                                          std::string path,
                                                                          GrpcMetadata metadata = {});
  // A call with one message each way.
  Task<std::expected<std::string, GrpcFailure>> unary(CallContext context, std::string path,
                                                      std::string message, GrpcMetadata metadata = {});
  // Calls that run, and those that wait for the connection, end with `unavailable`; no more begin.
  void close();
  State state() const noexcept;
  const std::string& authority() const noexcept;

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace parley::net

template <>
const parley::TypeInfo& parley::describe<parley::net::GrpcClientOptions>();
