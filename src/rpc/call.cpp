#include <parley/log.hpp>
#include <parley/rpc/call.hpp>

#include <chrono>
#include <exception>

namespace parley::calls {

Result<void> BoundOperation::authorize(const CallContext& context) const {
  if (!edge_.authorize || row_.permission.empty()) return {};
  return edge_.authorize(context, row_.permission);
}

Call BoundOperation::call(const CallContext& context, Inbound& in, Outbound& out) const {
  Call call(*this, context, in, out);
  call.begun_ = context.clock->steady();
  if (auto allowed = authorize(context); !allowed)
    call.refusal_ = std::move(allowed.error());
  else if (call.begun_ >= context.deadline)
    call.refusal_ = Error{Code::deadline_exceeded, "the deadline of the call was over before it began"};
  return call;
}

// The Prometheus series of an operation: as many as there are rows, protocols and codes.
void BoundOperation::count(Code code, double seconds) const {
  const auto index = static_cast<std::size_t>(code) < calls_.size() ? static_cast<std::size_t>(code)
                                                                    : static_cast<std::size_t>(Code::unknown);
  if (!calls_[index])
    calls_[index] = &edge_.metrics.counter("operation_calls_total", "Calls of operations, over any protocol.",
                                           {{"module", service_.module},
                                            {"operation", row_.name},
                                            {"protocol", edge_.protocol},
                                            {"code", info(static_cast<Code>(index)).name}});
  calls_[index]->add();
  if (row_.shape != Shape::unary) return;
  if (!duration_)
    duration_ = &edge_.metrics.histogram("operation_duration_seconds", "Time from a call to its answer.",
                                         {{"module", service_.module}, {"operation", row_.name}});
  duration_->observe(seconds);
}

Gauge& BoundOperation::streams() const {
  if (!streams_)
    streams_ = &edge_.metrics.gauge("operation_streams", "Open streams of operations.",
                                    {{"module", service_.module}, {"operation", row_.name}});
  return *streams_;
}

bool Call::await_ready() noexcept {
  if (refusal_) return true;
  if (operation_->row().shape != Shape::unary) {
    open_.reset(&operation_->streams());
    open_->add(1);
  }
  try {
    task_ = operation_->row().call(operation_->service().port, *context_, *in_, *out_);
  } catch (...) {
    failure_ = std::current_exception();
    return true;
  }
  return task_.ready();
}

Result<void> Call::await_resume() {
  auto result = outcome();
  open_.reset();
  operation_->count(result ? Code::ok : result.error().code,
                    std::chrono::duration<double>(context_->clock->steady() - begun_).count());
  return result;
}

Result<void> Call::outcome() {
  if (refusal_) return std::unexpected(std::move(*refusal_));
  try {
    if (failure_) std::rethrow_exception(failure_);
    return std::move(task_).operator co_await().await_resume();
  } catch (...) {
    failure_ = std::current_exception();
  }
  log::error("rpc", "an operation failed",
             {{"module", operation_->service().module},
              {"operation", operation_->row().name},
              {"trace_id", context_->trace.trace_id_hex()},
              {"reason", reason_of(failure_)}});
  return fail(Code::internal, "the server failed to answer this call");
}

}  // namespace parley::calls
