// A call of gRPC as the server runs it.
#pragma once

#include "grpc_wire.hpp"
#include "http2_session.hpp"
#include "timer_wheel.hpp"

#include <parley/net/grpc.hpp>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace parley::net {

class GrpcConnection;
struct GrpcCore;

// Kept by itself until the stream has closed, and by its handler until that has completed. Loop thread only.
class ServerCall final : public Http2Stream,
                         public GrpcCall,
                         public TimerWheel::Entry,
                         public std::enable_shared_from_this<ServerCall> {
 public:
  static std::shared_ptr<ServerCall> make(GrpcCore& core, GrpcConnection& connection);
  ServerCall(GrpcCore& core, GrpcConnection& connection);  // make() it
  ~ServerCall() override;

  // From the connection, when the client has taken most of what waited.
  void drained();
  // Ends it with `status`, whatever its handler does.
  void withdraw(GrpcStatus status);

  // GrpcCall
  std::string_view path() const noexcept override { return path_; }
  std::string_view remote() const noexcept override { return remote_; }
  std::optional<std::string_view> metadata(std::string_view name) const noexcept override;
  const CallContext& context() const noexcept override { return context_; }
  Task<Result<std::optional<std::string_view>>> read() override;
  void stop_reading() override;
  Task<bool> write(std::string_view message) override;

 private:
  struct Item {  // in text_
    std::uint32_t name, name_size, value, value_size;
  };
  using Next = Result<std::optional<std::string_view>>;

  // Http2Stream
  void field(std::string_view name, std::string_view value) override;
  void fields_complete() override;
  void data(std::string_view bytes) override;
  void peer_ended() override;
  void closed(Http2Error error) override;
  // TimerWheel::Entry: the deadline
  void due(SteadyTime now) override;

  // What stands against the call before it begins: an HTTP status for what is not gRPC at all.
  struct Refusal {
    std::uint16_t http = 200;
    GrpcStatus status;
  };
  std::optional<Refusal> examine() const;
  void begin();
  static Task<void> serve(std::shared_ptr<ServerCall> self);
  std::optional<Next> next();
  Next message();
  Task<Next> wait_for_message();
  void wake_reader();
  bool write_now(std::string_view message);
  Task<bool> write_later(std::string_view message);
  void begin_answer();
  void finish(GrpcStatus status);
  // Settles how the call ends, unless that is settled.
  void end(GrpcStatus status, std::uint16_t http = 200);
  void give_back();

  GrpcCore& core_;
  GrpcConnection* connection_;           // null once the stream has closed
  std::shared_ptr<ServerCall> on_wire_;  // itself, until the stream has closed
  const std::string remote_;

  std::string text_;  // names and values of the metadata
  std::vector<Item> items_;
  std::size_t metadata_size_ = 0;  // as RFC 9113 section 6.5.2 counts
  std::string path_, method_;
  bool header_complete_ = false;
  bool answers_ = false;             // the answer's header is sent
  std::optional<GrpcStatus> ended_;  // how, once that is settled
  bool client_done_ = false;

  CallContext context_;
  SteadyTime started_{};
  grpc::Deframer input_;
  std::size_t unconsumed_ = 0;   // bytes of the window that the client waits for
  bool holds_message_ = false;   // read() has given it out
  bool sends_gzip_ = false;      // the client takes it
  std::string inflated_;         // the message that read() has given out, if it came compressed
  std::optional<Error> broken_;  // why there is nothing more to read
  std::optional<Resume<bool>> reader_, writer_;
};

}  // namespace parley::net
