// The requests of a connection: from parsed heads to answers.
#include "connection.hpp"
#include "guarded.hpp"
#include "handshake.hpp"
#include "incoming_trace.hpp"
#include "text.hpp"

#include <parley/net/websocket.hpp>

#include <exception>

namespace parley::net {
namespace {

std::string bytes_text(std::size_t bytes) {
  return std::to_string(bytes) + (bytes == 1 ? " byte" : " bytes");
}

constexpr Refusal refused[] = {
    {400, Code::invalid_argument, "The request is not HTTP as it is specified.", true},
    {401, Code::unauthenticated, "The token in Authorization is not valid.", true},
    {404, Code::not_found, "There is nothing at this address."},
    {405, Code::unimplemented, "The address does not take this method."},
    {408, Code::deadline_exceeded, "The request took too long to arrive.", true},
    {413, Code::resource_exhausted, "The body is larger than the limit.", true},
    {414, Code::invalid_argument, "The request target is too long.", true},
    {417, Code::failed_precondition, "An expectation that the server does not know.", true},
    {426, Code::failed_precondition, "The address speaks WebSocket only."},
    {431, Code::invalid_argument, "The header is larger than the limit.", true},
    {500, Code::internal, "The server failed.", true},
    {501, Code::unimplemented, "A method or a coding that the server does not know.", true},
    {503, Code::unavailable, "Too busy, or about to stop.", true},
    {505, Code::unimplemented, "Not HTTP/1.", true},
};

Code code_of(std::uint16_t status) {
  for (const auto& refusal : refused)
    if (refusal.status == status) return refusal.code;
  return Code::invalid_argument;
}

}  // namespace

std::span<const Refusal> refusals() noexcept {
  return refused;
}

void Connection::answer_buffered() {
  starved_ = false;
  while (exchange_ && exchange_->out.size() - exchange_->out_sent < much_output) {
    if (phase_ == Phase::head) {
      if (!read_head()) return;
    } else if (phase_ == Phase::body) {
      if (!read_body()) return;
    } else {
      return;
    }
  }
}

// False when more input is needed, or none will be read.
bool Connection::read_head() {
  auto& x = *exchange_;
  if (x.in.empty()) {
    starved_ = true;
    return false;
  }
  const auto parsed = parse_head(x.in.view(), core_->head_limits, seen_, x.request, x.fields, x.head);
  empty_lines_ = static_cast<std::uint8_t>(empty_lines_ + parsed.empty_lines);
  if (empty_lines_ > max_empty_lines) {
    refuse(400, "too many empty lines before the request");
    return false;
  }
  switch (parsed.status) {
    case HeadStatus::incomplete:
      x.in.consume(parsed.size);  // empty lines alone are no request that has begun
      starved_ = true;
      return false;
    case HeadStatus::refused:
      refuse(parsed.refusal, parsed.why);
      return false;
    case HeadStatus::complete:
      break;
  }
  partial_ = false;
  empty_lines_ = 0;
  x.head_size = parsed.size;
  x.body_size = 0;
  identify();
  x.match = core_->deps.router.find(x.request);
  x.request.route = x.match.route;
  if (x.head.chunked || x.head.content_length > 0) return accept_body();
  dispatch();
  return true;
}

// Ids and the context of the call.
void Connection::identify() {
  auto& x = *exchange_;
  auto& request = x.request;
  const auto& deps = core_->deps;
  x.started = deps.clock.steady();
  request.remote = remote_;

  if (x.head.request_id.empty()) {
    std::array<std::uint8_t, 8> id;
    put_random(deps.random, id.data());
    write_hex(std::span(std::as_const(id)), x.own_id.data());
    request.request_id = {x.own_id.data(), x.own_id.size()};
  } else {
    request.request_id = x.head.request_id;
  }

  auto& context = request.context;
  context.trace = incoming_trace(x.head.traceparent, deps.random);
  context.clock = &deps.clock;
  context.deadline = x.started + core_->limits.request_timeout;
  // Allocated before the handler runs, which may copy the context at once; reused while nobody kept it.
  if (!x.cancellation || x.cancellation.use_count() > 1 || x.cancellation->cancelled())
    x.cancellation = std::make_shared<Cancellation>();
  else
    x.cancellation->on_cancel(nullptr);
  context.cancellation = x.cancellation;
}

// Decides whether the body that the head announces is read. False when none will be.
bool Connection::accept_body() {
  auto& x = *exchange_;
  const auto* route = x.match.route;
  const auto limit =
      route && route->max_body ? route->max_body : static_cast<std::size_t>(core_->limits.max_body);
  if (x.head.content_length > limit) {
    refuse(413, "the body has " + std::to_string(x.head.content_length) + " bytes, the limit is " +
                    bytes_text(limit));
    return false;
  }
  if (x.head.expects_continue) {
    if (!route) {  // RFC 9110 section 10.1.1: the final answer instead of the body
      answer_unrouted_and_close();
      return false;
    }
    if (x.in.size() == x.head_size) x.out.append("HTTP/1.1 100 Continue\r\n\r\n");
  }
  if (x.head.chunked) x.chunks.reset(limit);
  phase_ = Phase::body;
  body_deadline_ = std::chrono::steady_clock::now() + core_->limits.body_timeout;
  return true;
}

bool Connection::read_body() {
  auto& x = *exchange_;
  if (!x.head.chunked) {
    const auto size = static_cast<std::size_t>(x.head.content_length);
    if (x.in.size() - x.head_size < size) {
      starved_ = true;
      return false;
    }
    x.body_size = size;
    dispatch();
    return true;
  }
  const auto decoded = x.head_size + x.body_size;
  char* const raw = x.in.data() + decoded;
  const auto progress = x.chunks.decode(raw, raw, x.in.size() - decoded);
  x.body_size += progress.produced;
  x.in.cut(decoded + progress.produced, progress.consumed - progress.produced);
  switch (progress.status) {
    case ChunkedBody::Status::done:
      dispatch();
      return true;
    case ChunkedBody::Status::more:
      starved_ = true;
      return false;
    case ChunkedBody::Status::malformed:
      refuse(400, x.chunks.problem());
      return false;
    case ChunkedBody::Status::too_large: {
      const auto* route = x.match.route;
      refuse(413,
             "the body is larger than the limit of " +
                 bytes_text(route && route->max_body ? route->max_body
                                                     : static_cast<std::size_t>(core_->limits.max_body)));
      return false;
    }
  }
  return false;
}

// The request is complete.
void Connection::dispatch() {
  auto& x = *exchange_;
  x.request.body = x.in.view().substr(x.head_size, x.body_size);
  x.response.clear();
  bool answered;
  try {
    answered = produce_answer();
  } catch (...) {
    handler_failed(std::current_exception());
    answered = true;
  }
  if (answered) finish();
}

// False when a handler waits, or the connection is to be handed over.
bool Connection::produce_answer() {
  auto& x = *exchange_;
  const auto& deps = core_->deps;
  if (deps.before && deps.before(x.request, x.response)) return true;
  if (x.head.authorization && deps.authenticate) {
    auto caller = deps.authenticate(*x.head.authorization);
    if (!caller) {
      prepare_error(caller.error());
      return true;
    }
    x.request.context.principal = std::move(*caller);
  }
  if (!x.match.route) {
    answer_unrouted();
    return true;
  }
  auto* const interceptor = deps.interception ? deps.interception->active : nullptr;
  if (!interceptor || !interceptor->concerns(x.request)) return route_answer();
  if (!run_handler(intercepted(*interceptor))) return false;
  return !std::exchange(x.goes_on_upgrading, false) || !upgrade();
}

bool Connection::route_answer() {
  auto& x = *exchange_;
  const auto& route = *x.match.route;
  if (route.websocket && x.head.wants_websocket && x.request.method == Method::get) return !upgrade();
  return handle();
}

// An interceptor, and behind it what it comes before; an upgrade is left to the caller.
Task<void> Connection::intercepted(Interceptor& interceptor) {
  auto& x = *exchange_;
  auto intercepting = interceptor.intercept(x.request, x.response);
  const bool answered = co_await std::move(intercepting);
  if (answered || phase_ == Phase::closed) co_return;
  const auto& route = *x.match.route;
  x.goes_on_upgrading = route.websocket && x.head.wants_websocket && x.request.method == Method::get;
  if (x.goes_on_upgrading) co_return;
  if (!route.handler) {
    prepare_error(426, "this address speaks WebSocket only");
    x.response.header("Upgrade", "websocket");
    co_return;
  }
  auto handling = route.handler(x.request, x.response);
  co_await std::move(handling);
}

bool Connection::handle() {
  auto& x = *exchange_;
  const auto& route = *x.match.route;
  if (route.handler) return run_handler(route.handler(x.request, x.response));
  prepare_error(426, "this address speaks WebSocket only");
  x.response.header("Upgrade", "websocket");
  return true;
}

// Runs the handler. Most complete at once; one that waits (false) continues in handler_completed().
bool Connection::run_handler(Task<void> task) {
  auto& x = *exchange_;
  x.task = std::move(task);
  auto running = std::move(x.task).operator co_await();
  if (!running.await_ready() && running.await_suspend(x.continuation.handle())) {
    phase_ = Phase::handling;
    waiting_self_ = this;
    if (!writing_) keep();
    return false;
  }
  running.await_resume();  // throws what the handler threw
  x.task = {};
  return true;
}

void Connection::handler_completed() {
  const Ptr self = std::move(waiting_self_);
  auto& x = *exchange_;
  std::exception_ptr failure;
  try {
    std::move(x.task).operator co_await().await_resume();
  } catch (...) {
    failure = std::current_exception();
  }
  x.task = {};
  if (phase_ == Phase::closed) {  // the client has gone meanwhile
    core_->exchanges.give_back(std::move(exchange_));
    core_->ended(*this);
    return;
  }
  phase_ = Phase::head;
  bool answered = true;
  try {
    if (failure) std::rethrow_exception(failure);
    if (std::exchange(x.goes_on_upgrading, false)) answered = !upgrade();
  } catch (...) {
    handler_failed(std::current_exception());
  }
  if (answered) finish();
  run();
}

// Fills in the answer for a request without a route.
void Connection::answer_unrouted() {
  auto& x = *exchange_;
  const auto& request = x.request;
  if (request.method == Method::other)
    return prepare_error(501,
                         "the method " + std::string(request.method_name.substr(0, 32)) + " is not known");
  if (request.method == Method::options && (!x.match.allow.empty() || request.path == "*")) {
    x.response.status = 204;
    x.response.header("Allow", x.match.allow.empty() ? "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"
                                                     : std::string_view(x.match.allow));
    return;
  }
  if (x.match.allow.empty()) return prepare_error(404, "there is nothing at this address");
  prepare_error(405, "this address takes " + x.match.allow);
  x.response.header("Allow", x.match.allow);
}

void Connection::prepare_error(std::uint16_t status, std::string message) {
  prepare_error(status, Error{code_of(status), std::move(message)});
}

void Connection::prepare_error(const Error& error) {
  prepare_error(info(error.code).http_status, error);
}

// Turns the response into that error, keeping the header fields it has.
void Connection::prepare_error(std::uint16_t status, const Error& error) {
  auto& x = *exchange_;
  x.response.status = status;
  x.response.streaming.reset();
  x.response.producing.reset();
  x.response.body.clear();
  core_->write_error(x, error);
}

void Connection::handler_failed(std::exception_ptr failure) {
  auto& x = *exchange_;
  const auto what = reason_of(failure);
  log::error("http", "a handler failed",
             {{"request_id", x.request.request_id},
              {"route", x.request.route ? std::string_view(x.request.route->pattern) : std::string_view()},
              {"error", std::string_view(what)}});
  restart_response();
  prepare_error(500, "the server failed to answer this request");
}

// An empty response with the fields that every answer carries.
void Connection::restart_response() {
  auto& x = *exchange_;
  x.task = {};
  core_->begin_response(x);
}

// Answers with an error and closes: the rest of the input cannot be made sense of, or is not wanted.
void Connection::refuse(std::uint16_t status, std::string message) {
  ++core_->statistics.bad_requests;
  take_held();
  if (!exchange_) return close();
  auto& x = *exchange_;
  if (x.request.request_id.empty()) identify();
  restart_response();
  prepare_error(status, std::move(message));
  answer_last();
}

void Connection::answer_unrouted_and_close() {
  restart_response();
  answer_unrouted();
  answer_last();
}

void Connection::answer_last() {
  linger_ = true;
  exchange_->head.keep_alive = false;
  finish();
}

// The response is there: appends it and goes on to the next request.
void Connection::finish() {
  auto& x = *exchange_;
  if (x.response.reset) return reset();
  if (x.response.producing) return finish_stream();
  if (x.response.streaming) {
    if (!x.request.http_1_0) return finish_stream();
    prepare_error(505, "a stream of events needs HTTP/1.1");
  }
  const bool keep_alive = x.head.keep_alive && !core_->stopping();
  const auto now = core_->deps.clock.steady();
  const auto bytes = append_answer(x, common_fields(now), core_->gzip, keep_alive);
  observe(now, bytes);
  end_request(keep_alive);
}

std::string_view Connection::common_fields(SteadyTime now) {
  return core_->common_fields.at(now, exchange_->response.content_type);
}

// In place of an answer: nobody observes one.
void Connection::reset() {
  error_code ignored;
  socket_.set_option(asio::socket_base::linger(true, 0), ignored);
  close();
}

void Connection::finish_stream() {
  auto& x = *exchange_;
  const auto now = core_->deps.clock.steady();
  if (x.request.method != Method::head) {
    observe(now, 0);
    phase_ = Phase::handing_over;
    return;
  }
  append_stream_head(x, common_fields(now), x.out);
  observe(now, 0);
  const auto streaming = std::move(x.response.streaming);
  end_request(false);
  if (streaming) streaming->closed();
}

void Connection::observe(SteadyTime now, std::size_t bytes) {
  const auto& x = *exchange_;
  const auto& access_log = core_->deps.access_log;
  const auto* route = x.request.route;
  auto* const observer = route ? route->observer.get() : core_->deps.router.unmatched.get();
  if (!observer && !access_log) return;
  const double seconds = std::chrono::duration<double>(now - x.started).count();
  guarded("http", "observing an answer failed", [&] {
    if (observer) observer->answered(x.request, x.response.status, seconds, bytes);
    if (access_log) access_log(x.request, x.response.status, seconds, bytes);
  });
}

void Connection::end_request(bool keep_alive) {
  auto& x = *exchange_;
  x.in.consume(x.head_size + x.body_size);
  x.clear_request();
  served_ = true;
  phase_ = keep_alive ? Phase::head : Phase::closing;
}

// Looks at the handshake, asks the route's acceptor; false when one refuses, and the response is filled in.
bool Connection::upgrade() {
  auto& x = *exchange_;
  if (const auto check = check_handshake(x.request); check.status != 101) {
    ++core_->statistics.bad_requests;
    prepare_error(check.status, check.problem);
    if (check.status == 426) {
      x.response.header("Upgrade", "websocket");
      x.response.header("Sec-WebSocket-Version", "13");
    }
    // What follows may be meant as frames.
    linger_ = true;
    x.head.keep_alive = false;
    return false;
  }
  auto options = std::make_unique<WebSocketOptions>();
  auto handler = x.match.route->websocket(x.request, *options, x.response);
  if (!handler) return false;
  x.upgrade = std::move(handler);
  x.upgrade_options = std::move(options);
  x.response.status = 101;
  observe(core_->deps.clock.steady(), 0);
  phase_ = Phase::handing_over;
  return true;
}

// The socket leaves for a WebSocket or an event stream; the answers before it have been written.
void Connection::hand_over() {
  if (reading_) {
    error_code ignored;
    socket_.cancel(ignored);  // what it has read by now still arrives in on_read(), which comes back here
    return;
  }
  keep();
  auto& x = *exchange_;
  std::string unread(x.in.view().substr(x.head_size + x.body_size));
  unread.append(first_.data(), held_);
  held_ = 0;
  std::string head;
  const auto common = common_fields(core_->deps.clock.steady());
  if (x.upgrade) {
    head.append(common);
    append_own_fields(x.request, x.response, head);
  } else {
    append_stream_head(x, common, head);
  }
  Takeover from{std::move(socket_), std::move(unread), std::move(head)};
  std::shared_ptr<LongLived> successor;
  try {
    if (x.upgrade)
      successor = open_websocket(core_->host, std::move(from), x.request, std::move(x.upgrade),
                                 std::move(*x.upgrade_options));
    else if (x.response.producing)
      successor = open_body_stream(core_->host, std::move(from), std::move(x.response.producing),
                                   x.cancellation, !x.request.http_1_0);
    else
      successor = open_event_stream(core_->host, std::move(from), std::move(x.response.streaming));
  } catch (...) {
    const auto what = reason_of(std::current_exception());
    log::error("http", "a connection could not be handed over", {{"error", std::string_view(what)}});
  }
  phase_ = Phase::closed;
  core_->exchanges.give_back(std::move(exchange_));
  if (successor)
    core_->became(*this, std::move(successor));
  else
    core_->ended(*this);
}

}  // namespace parley::net
