// A call of gRPC as the client runs it.
#pragma once

#include "grpc_wire.hpp"
#include "http2_session.hpp"
#include "timer_wheel.hpp"

#include <parley/net/grpc_client.hpp>

#include <memory>
#include <optional>
#include <string>

namespace parley::net {

class GrpcClientConnection;

// Kept by whoever made the call, and by itself while its stream is open. Loop thread only.
class ClientCall final : public Http2Stream,
                         public TimerWheel::Entry,
                         public std::enable_shared_from_this<ClientCall> {
 public:
  using Next = std::expected<std::optional<std::string_view>, GrpcFailure>;

  ClientCall(CallContext context, const GrpcClientOptions& options);
  ~ClientCall() override;

  // Sends the header. False when the connection takes no more calls.
  bool start(GrpcClientConnection& connection, std::string_view authority, std::string_view path,
             const GrpcMetadata& metadata);
  Task<bool> write(std::string_view message);
  void end_writing();
  Task<Next> read();
  // Nobody is interested any more.
  void abandon();
  void drained();

 private:
  // Http2Stream
  void field(std::string_view name, std::string_view value) override;
  void fields_complete() override;
  void data(std::string_view bytes) override;
  void peer_ended() override {}
  void closed(Http2Error error) override;
  // TimerWheel::Entry: the deadline
  void due(SteadyTime now) override;

  void withdraw(Error error);
  GrpcFailure outcome(Http2Error error) const;
  std::optional<Next> next();
  Task<Next> wait_for_message();
  void give_back();
  void wake();
  bool write_now(std::string_view message);
  Task<bool> write_later(std::string_view message);

  const CallContext context_;
  const GrpcClientOptions& options_;
  GrpcClientConnection* connection_ = nullptr;  // while the stream is open
  std::shared_ptr<ClientCall> on_wire_;
  grpc::Deframer input_;
  std::size_t unconsumed_ = 0;
  std::uint16_t http_status_ = 0;
  bool grpc_ = false;  // the answer's content-type
  std::optional<int> status_;
  std::string message_, details_;
  bool header_complete_ = false;
  bool holds_message_ = false;
  bool over_ = false;                   // the stream has closed, or is not waited for any more
  std::optional<GrpcFailure> failure_;  // of one that is over; none: OK
  std::optional<Resume<bool>> reader_, writer_;
};

}  // namespace parley::net
