// The way from an edge into a port, the same for every protocol: permission, deadline, the call, its metrics,
// and an exception that became an error. An edge adds what is its protocol's own: how a request is read and
// an answer written.
#pragma once

#include <parley/context.hpp>
#include <parley/metrics.hpp>
#include <parley/operation.hpp>
#include <parley/result.hpp>
#include <parley/task.hpp>

#include <array>
#include <coroutine>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>

namespace parley::calls {  // not rpc: that is an attribute of rows

// Whether a caller may use an operation whose row asks for `permission`; an error is answered as it is.
// Empty: everyone may, as in the demo profile.
using Authorize = std::function<Result<void>(const CallContext&, std::string_view permission)>;

// What the calls of one edge share. What it refers to outlives the operations that are bound with it.
struct Edge {
  std::string_view protocol;  // the metrics label: "rest", "jsonrpc", "grpc"; static storage
  Metrics& metrics;
  const Authorize& authorize;
};

class BoundOperation;

// A call that begins when it is awaited, and gives its outcome. It is the awaiter of the port's own
// coroutine, if there is one: the chain adds neither a frame nor an allocation to a call. An exception that
// leaves the port is logged and comes out as `internal`, which tells nothing of it.
class [[nodiscard]] Call {
 public:
  bool await_ready() noexcept;
  bool await_suspend(std::coroutine_handle<> awaiting) {
    return std::move(task_).operator co_await().await_suspend(awaiting);
  }
  Result<void> await_resume();

 private:
  friend class BoundOperation;
  Call(const BoundOperation& operation, const CallContext& context, Inbound& in, Outbound& out) noexcept
      : operation_(&operation), context_(&context), in_(&in), out_(&out) {}

  Result<void> outcome();
  struct Leave {
    void operator()(Gauge* streams) const { streams->add(-1); }
  };

  const BoundOperation* operation_;
  const CallContext* context_;
  Inbound* in_;
  Outbound* out_;
  SteadyTime begun_{};
  std::optional<Error> refusal_;
  std::exception_ptr failure_;  // of what the port did before it had a task to give
  Task<Result<void>> task_;
  std::unique_ptr<Gauge, Leave> open_;  // counts the stream among those that are open
};

// An operation of a port as one edge calls it. Loop thread only. Calls hold its address.
class BoundOperation {
 public:
  BoundOperation(const Edge& edge, const BoundService& service, const Operation& row) noexcept
      : edge_(edge), service_(service), row_(row) {}
  BoundOperation(const BoundOperation&) = delete;

  const Operation& row() const noexcept { return row_; }
  const BoundService& service() const noexcept { return service_; }

  // What is known before the call: `permission_denied`, `unauthenticated`, or whatever Authorize answers.
  Result<void> authorize(const CallContext& context) const;
  // `context`, `in` and `out` live until the call has completed. One that may not be made, or whose deadline
  // is over, never reaches the port.
  Call call(const CallContext& context, Inbound& in, Outbound& out) const;

 private:
  friend class Call;
  void count(Code code, double seconds) const;
  Gauge& streams() const;

  const Edge& edge_;
  const BoundService service_;
  const Operation& row_;
  // Looked up at their first use, as most operations of most servers are never called.
  mutable std::array<Counter*, code_count> calls_{};
  mutable Histogram* duration_ = nullptr;  // of a unary one: a stream lasts as long as its receiver likes
  mutable Gauge* streams_ = nullptr;       // of a stream
};

}  // namespace parley::calls
