#include "fixture.hpp"

#include <stdexcept>

using namespace parley::test;

template <>
const parley::TypeInfo& parley::describe<Subtract>() {
  static constexpr Row rows[] = {
      field<&Subtract::minuend>("minuend", example("42")),
      field<&Subtract::subtrahend>("subtrahend", range(0, 100), example("23")),
  };
  static const TypeInfo type = object<Subtract>("Subtract", rows);
  return type;
}
template <>
const parley::TypeInfo& parley::describe<Difference>() {
  static constexpr Row rows[] = {
      field<&Difference::difference>("difference", example("19")),
      field<&Difference::at>("at"),
  };
  static const TypeInfo type = object<Difference>("Difference", rows);
  return type;
}
template <>
const parley::TypeInfo& parley::describe<Wait>() {
  static constexpr Row rows[] = {
      field<&Wait::name>("name", length(1, 20)),
      field<&Wait::limit>("limit"),
  };
  static const TypeInfo type = object<Wait>("Wait", rows);
  return type;
}
template <>
const parley::TypeInfo& parley::describe<Tick>() {
  static constexpr Row rows[] = {field<&Tick::name>("name")};
  static const TypeInfo type = object<Tick>("Tick", rows);
  return type;
}

namespace parley::test {
namespace {

constexpr Operation rows[] = {
    operation<&Desk::subtract>("Subtract", summary("a - b"), permission("desk:use"),
                               fails(Code::out_of_range)),
    operation<&Desk::update>("Update"),
    operation<&Desk::wait>("Wait", http(Verb::get, "/wait")),
    operation<&Desk::store>("Store", http(Verb::post, "/store")),
    operation<&Desk::refuse>("Refuse"),
    operation<&Desk::watch>("Watch"),
};
static_assert(distinct(rows));

}  // namespace

Task<Result<Difference>> Desk::subtract(CallContext context, Subtract request) {
  if (request.minuend == 666) throw std::runtime_error("secret");
  co_return Difference{request.minuend - request.subtrahend, context.now()};
}

Task<Result<void>> Desk::update(CallContext, Wait request) {
  updated.push_back(request.name);
  co_return Result<void>{};
}

Task<Result<Tick>> Desk::hold(const CallContext& context, std::string name) {
  begun.push_back(name);
  most_at_once = std::max(most_at_once, ++at_once);
  auto waiter = std::make_shared<Waiter>(Waiter{name, {}});
  waiters_.push_back(waiter);
  if (context.cancellation) context.cancellation->on_cancel([waiter] { waiter->wake(false); });
  const bool done =
      co_await callback<bool>([&](Resume<bool> resume) { waiter->resume.emplace(std::move(resume)); });
  --at_once;
  (done ? completed : cancelled).push_back(name);
  if (!done) co_return fail(Code::cancelled, "the caller went away");
  co_return Tick{name};
}

Task<Result<Tick>> Desk::wait(CallContext context, Wait request) {
  auto holding = hold(context, request.name);
  auto tick = co_await std::move(holding);
  co_return tick;
}

Task<Result<Tick>> Desk::store(CallContext context, Wait request) {
  auto holding = hold(context, request.name);
  auto tick = co_await std::move(holding);
  co_return tick;
}

Task<Result<Tick>> Desk::refuse(CallContext, Wait) {
  Error error{Code::resource_exhausted, "too many"};
  error.retry_after = std::chrono::milliseconds(1500);
  co_return std::unexpected(error);
}

Task<Result<void>> Desk::watch(CallContext context, Wait request, Sink<Tick> sink) {
  if (request.name == "nobody") co_return fail(Code::not_found, "there is nobody to watch");
  ++following;
  auto waiter = std::make_shared<Waiter>(Waiter{request.name, {}});
  followers_.push_back(waiter);
  if (context.cancellation) context.cancellation->on_cancel([waiter] { waiter->wake(false); });
  for (;;) {
    const bool more =
        co_await callback<bool>([&](Resume<bool> resume) { waiter->resume.emplace(std::move(resume)); });
    if (!more || !text_) break;
    const Tick tick{*text_};
    auto sending = sink.send(tick);
    const bool taken = co_await std::move(sending);
    if (!taken) break;
  }
  --following;
  if (context.cancelled()) co_return fail(Code::cancelled, "the caller went away");
  if (error_) co_return std::unexpected(*error_);
  co_return Result<void>{};
}

void Desk::go(const std::string& name) {
  for (auto& waiter : std::vector(waiters_))
    if (waiter->name == name) waiter->wake(true);
}

void Desk::tick(std::optional<std::string> text, std::optional<Error> error) {
  text_ = std::move(text);
  error_ = std::move(error);
  for (auto& follower : std::vector(followers_)) follower->wake(true);
}

EdgeFixture::EdgeFixture(jsonrpc::Options options) {
  edge = jsonrpc::make_edge({.loop = loop,
                             .clock = time,
                             .metrics = metrics,
                             .services = {BoundService{"desk", rows, &desk}},
                             .version = "0.1.0",
                             .authorize =
                                 [this](const CallContext& context, std::string_view permission) {
                                   return authorize ? authorize(context, permission) : Result<void>{};
                                 }},
                            options);
  edge->mount(router);
}

std::string EdgeFixture::post(std::string body, std::string_view content_type) {
  net::Request request;
  const net::Field fields[] = {{"Content-Type", content_type}};
  request.method = net::Method::post;
  request.path = "/rpc";
  request.fields = fields;
  request.body = body;
  request.context.clock = &time;
  request.context.trace.trace_id[0] = request.context.trace.span_id[0] = 0xab;
  request.route = router.find(request).route;
  response.clear();
  time.wait(request.route->handler(request, response));
  return response.body;
}

Json EdgeFixture::error_of(const std::string& method, const std::string& params) {
  const auto answer = ask(R"({"jsonrpc":"2.0","id":1,"method":")" + method + "\"" +
                          (params.empty() ? "" : ",\"params\":") + params + "}");
  return answer.contains("error") ? answer["error"] : Json();
}

std::unique_ptr<net::WebSocketHandler> EdgeFixture::connect(FakeSocket& socket) {
  net::Request request;
  request.method = net::Method::get;
  request.path = "/rpc";
  request.context.clock = &time;
  net::Response refusal;
  auto handler = router.find(request).route->websocket(request, socket_options, refusal);
  handler->on_open(socket);
  return handler;
}

void EdgeFixture::turn() {
  loop.post([this] { loop.stop(); });
  loop.run();
}

}  // namespace parley::test
