#include "compare/route.hpp"

#include <parley/codec/json.hpp>
#include <parley/docs/route.hpp>
#include <parley/thread.hpp>
#include <parley/validate.hpp>

#include <system_error>

namespace parley::app::compare {
namespace {

constexpr std::chrono::seconds again{2};  // what a client is told that came while one runs

docs::Endpoint endpoint() {
  docs::Endpoint endpoint{
      .id = "CompareProtocols",
      .summary = "The same operations over REST, JSON-RPC, WebSocket and gRPC, in bytes and time",
      .details =
          "The server calls itself over loopback and measures what goes over the sockets, as `parley "
          "compare` does from outside. One comparison runs at a time; it creates the lecture's user where "
          "there is none and adds twelve sums to the calculator's history.",
      .request = &describe<Request>(),
      .answers = {{.contents = {docs::json_of<Comparison>()}, .tagged = false}},
      .errors = code_bits(Code::invalid_argument, Code::resource_exhausted, Code::unavailable,
                          Code::deadline_exceeded, Code::failed_precondition, Code::internal)};
  return endpoint;
}

Result<Comparison> busy() {
  return std::unexpected(
      Error{Code::resource_exhausted, "a comparison is running, and there is one at a time", {}, again});
}

Result<Request> read_request(const net::Request& request) {
  const auto given = request.query_parameters();
  if (!given) return std::unexpected(given.error());
  Request read;
  std::vector<FieldProblem> problems;
  for (const auto& [name, value] : *given) set_from_text(describe<Request>(), &read, name, value, problems);
  if (problems.empty()) conform(describe<Request>(), &read, problems);
  if (!problems.empty()) return std::unexpected(invalid_argument(std::move(problems)));
  return read;
}

}  // namespace

void Route::stop() {
  stopping_ = true;
  if (running_) running_->withdrawn = true;
}

void Route::mount(net::Router& router) {
  auto& route = router.add(
      net::Method::get, "/api/compare",
      [this](net::Request& request, net::Response& response) { return answer(request, response); });
  route.withdrawn_by_close = true;
  route.endpoint = docs::share(endpoint());
}

Task<void> Route::answer(net::Request& request, net::Response& response) {
  const auto asked = read_request(request);
  if (!asked) {
    deps_.error_writer(request, response, asked.error());
    co_return;
  }
  auto comparing = compare_beside(asked->calls, request.context);
  const auto comparison = co_await std::move(comparing);
  if (!comparison) {
    deps_.error_writer(request, response, comparison.error());
    co_return;
  }
  response.header("Cache-Control", "no-store");
  response.body = codec::to_json(*comparison);
}

Task<Result<Comparison>> Route::compare_beside(std::int32_t calls, const CallContext& context) {
  if (stopping_) co_return fail(Code::unavailable, "the server is stopping");
  if (running_) {
    co_return busy();
  }
  const auto run = running_ = std::make_shared<Run>();
  run->deadline = context.deadline;
  if (context.cancellation) context.cancellation->on_cancel([run] { run->withdrawn = true; });
  auto work = [where = deps_.where(), calls, run]() -> Result<Comparison> {
    try {
      return compare(where, {.calls = calls, .stopped = [&] {
                               return run->withdrawn || std::chrono::steady_clock::now() >= run->deadline;
                             }});
    } catch (const std::exception& failure) {
      return fail(Code::internal, failure.what());
    }
  };
  Result<Comparison> compared;
  try {
    auto comparing = run_beside(deps_.loop, "compare", std::move(work));
    compared = co_await std::move(comparing);
  } catch (const std::system_error&) {
    compared = fail(Code::unavailable, "there is no thread to be had for a comparison");
  }
  if (context.cancellation) context.cancellation->on_cancel(nullptr);
  running_.reset();
  if (!compared && compared.error().code == Code::cancelled) {
    if (stopping_) co_return fail(Code::unavailable, "the server is stopping");
    if (!run->withdrawn)
      co_return fail(Code::deadline_exceeded,
                     "the comparison took longer than a request may; ask for fewer `calls`");
  }
  co_return compared;
}

}  // namespace parley::app::compare
