#include "dispatcher.hpp"

#include "answers.hpp"

#include <parley/log.hpp>

#include <memory>
#include <vector>

namespace parley::jsonrpc {
namespace {

constexpr std::string_view call_failed = "a call of a batch failed";

// Hands the cancellation of a batch on to those who work on it. Loop thread only.
class Relay {
 public:
  // `to` lives until the batch is done.
  Relay(const CallContext& context, const std::vector<std::shared_ptr<Cancellation>>& to)
      : from_(context.cancellation) {
    if (!from_) return;
    from_->on_cancel([&to] {
      const auto all = to;  // a cancelled call may end at once, and the batch with it
      for (auto& cancellation : all) cancellation->cancel();
    });
  }
  Relay(const Relay&) = delete;
  ~Relay() {
    if (from_) from_->on_cancel(nullptr);
  }

 private:
  const std::shared_ptr<Cancellation> from_;
};

}  // namespace

// Each worker takes the next call when it is done with one.
struct Dispatcher::Batch {
  std::span<const Envelope> calls;
  const CallContext& context;
  Orphans orphans;
  std::size_t next = 0;
  std::vector<std::string> answers;                          // in the order of `calls`
  std::vector<std::shared_ptr<Cancellation>> cancellations;  // one per worker: each has one waiter at a time
};

Task<void> Dispatcher::answer(const Envelope& call, const CallContext& context, Orphans orphans,
                              std::string& out) const {
  const auto name = call.method();
  if (!call.problem.empty()) {
    write_error(call.id, invalid_request, Code::invalid_argument, call.problem, context.trace, out);
    co_return;
  }
  if (const auto* method = methods_.find(name)) {
    auto running = this->call(*method, call, context, orphans, out);
    co_await std::move(running);
    co_return;
  }
  if (call.notification()) co_return;
  if (name == echo || name == discover) {
    begin_result(out);
    out += name == discover ? std::string_view(document_()) : call.params.empty() ? "null" : call.params;
    end_response(call.id, out);
  } else if (name == unsubscribe) {
    const Error error{Code::failed_precondition,
                      "rpc.unsubscribe is called over the WebSocket that follows the stream, by itself"};
    write_error(call.id, error, context.trace, out);
  } else {
    write_error(call.id, method_not_found, Code::unimplemented,
                "there is no method of this name; rpc.discover tells which there are", context.trace, out);
  }
}

Task<void> Dispatcher::call(const Method& method, const Envelope& call, const CallContext& context,
                            Orphans orphans, std::string& out) const {
  const auto begin = out.size();
  if (method.streams()) {
    const Error error{Code::failed_precondition, method.name +
                                                     " is a stream: call it over the WebSocket at "
                                                     "/rpc, by itself"};
    if (!call.notification()) write_error(call.id, error, context.trace, out);
    co_return;
  }
  CallContext own;
  const CallContext* used = &context;
  if (orphans == Orphans::writes_completed && !method.only_reads()) {
    own = context;
    own.cancellation = nullptr;
    used = &own;
  }
  begin_result(out);
  ParamsReader params(call.params);
  ResultWriter result(out);
  auto running = method.operation.call(*used, params, result);
  const auto outcome = co_await std::move(running);
  if (call.notification()) {
    out.resize(begin);
  } else if (outcome) {
    end_response(call.id, out);
  } else {
    out.resize(begin);
    write_error(call.id, outcome.error(), context.trace, out);
  }
}

Task<void> Dispatcher::answer(std::span<const Envelope> calls, const CallContext& context, Orphans orphans,
                              std::string& out) const {
  Batch batch{calls, context, orphans, 0, std::vector<std::string>(calls.size()), {}};
  const Relay relay(context, batch.cancellations);
  TaskGroup workers(log_failures("jsonrpc", call_failed));
  for (auto left = width(calls.size()); left > 0 && batch.next < calls.size(); --left)
    workers.spawn(work(batch));
  auto done = workers.when_empty();
  co_await std::move(done);

  char separator = '[';
  for (auto& answer : batch.answers) {
    if (answer.empty()) continue;
    out += separator;
    out += answer;
    separator = ',';
  }
  if (separator == ',') out += ']';  // section 6: no answer at all rather than an empty array
}

Task<void> Dispatcher::work(Batch& batch) const {
  auto context = batch.context;
  context.cancellation = batch.cancellations.emplace_back(std::make_shared<Cancellation>());
  if (batch.context.cancelled()) context.cancellation->cancel();
  while (batch.next < batch.calls.size()) {
    const auto index = batch.next++;
    const auto& call = batch.calls[index];
    auto& out = batch.answers[index];
    try {
      auto running = answer(call, context, batch.orphans, out);
      co_await std::move(running);
    } catch (...) {
      log::error("jsonrpc", call_failed, {{"reason", reason_of(std::current_exception())}});
      out.clear();
      const Error error{Code::internal, "the server failed to answer this call"};
      if (!call.notification()) write_error(call.id, error, context.trace, out);
    }
    context.cancellation->on_cancel(nullptr);
  }
}

}  // namespace parley::jsonrpc
