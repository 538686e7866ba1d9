#include "grpc_client_call.hpp"
#include "grpc_client_connection.hpp"
#include "outbox.hpp"

#include <parley/net/grpc_client.hpp>

#include <boost/asio/connect.hpp>
#include <boost/asio/ip/address.hpp>

#include <algorithm>
#include <vector>

namespace parley::net {
namespace {

Http2Session::Limits http2_limits() {
  Http2Session::Limits limits;
  limits.max_streams = 0;  // of the server's making: none
  return limits;
}

std::unexpected<GrpcFailure> failed(Code code, std::string message, bool not_begun = true) {
  return std::unexpected(GrpcFailure{{code, std::move(message)}, {}, not_begun});
}

// Withdraws the call when it is dropped.
class CallHandle final : public GrpcClientCall {
 public:
  explicit CallHandle(std::shared_ptr<ClientCall> call) : call_(std::move(call)) {}
  ~CallHandle() override { call_->abandon(); }
  Task<bool> write(std::string_view message) override { return call_->write(message); }
  void end_writing() override { call_->end_writing(); }
  void cancel() override { call_->abandon(); }
  Task<ClientCall::Next> read() override { return call_->read(); }

 private:
  const std::shared_ptr<ClientCall> call_;
};

}  // namespace

// Outlives its channel while an attempt to connect is pending.
struct GrpcChannel::Impl : std::enable_shared_from_this<Impl> {
  struct Waiter {
    std::optional<Resume<bool>> resume;  // true: look again
    void wake() {
      if (auto waiting = std::exchange(resume, std::nullopt)) (*waiting)(true);
    }
  };

  Impl(Loop& the_loop, std::string the_host, std::uint16_t the_port, const GrpcClientOptions& the_options)
      : loop(the_loop),
        host(the_host == "localhost" ? "127.0.0.1" : std::move(the_host)),
        port(the_port),
        options(the_options),
        authority((host.contains(':') ? "[" + host + "]" : host) + ":" + std::to_string(port)),
        environment{.wheel = loop.impl().corks->wheel(),
                    .turn = std::make_shared<AnswerTurn>(loop.impl().io.get_executor()),
                    .limits = http2_limits(),
                    .timeouts = {options.connect_timeout, options.keepalive_time, options.keepalive_timeout,
                                 options.keepalive_time + options.keepalive_timeout},
                    .bytes_out = bytes_out,
                    .tap = options.tap} {}

  bool usable() const { return connection && !connection->closed(); }

  void connect() {
    if (closed || connecting) return;
    error_code error;
    const auto address = asio::ip::make_address(host, error);
    if (error) return broke("'" + host + "' is no IP address");
    connecting = true;
    state = State::connecting;
    auto socket = std::make_shared<Socket>(loop.impl().io);
    timer = loop.after(options.connect_timeout, [socket] {
      error_code ignored;
      socket->close(ignored);
    });
    socket->async_connect({address, port}, [self = shared_from_this(), socket](const error_code& failed) {
      self->connected(*socket, failed);
    });
  }

  void connected(Socket& socket, const error_code& error) {
    connecting = false;
    timer.cancel();
    if (closed) return;
    if (error)
      return broke(error == asio::error::operation_aborted ? "it did not answer in time" : error.message());
    error_code ignored;
    socket.non_blocking(true, ignored);
    socket.set_option(Tcp::no_delay(true), ignored);
    backoff = options.first_backoff;
    state = State::ready;
    connection.reset(new GrpcClientConnection(environment, std::move(socket), [weak = weak_from_this()] {
      if (const auto self = weak.lock()) self->lost();
    }));
    connection->start();
    wake();
  }

  // The next call connects anew.
  void lost() {
    connection.reset();
    if (state == State::ready) state = State::idle;
  }

  // The next attempt is made after a pause, for whoever still waits then.
  void broke(std::string reason) {
    why = std::move(reason);
    state = State::broken;
    timer = loop.after(backoff, [weak = weak_from_this()] {
      if (const auto self = weak.lock()) {
        self->state = State::idle;
        if (!self->waiting.empty()) self->connect();
      }
    });
    backoff = std::min(backoff * 2, options.last_backoff);
    wake();
  }

  void wake() {
    for (const auto& waiter : std::exchange(waiting, {})) waiter->wake();
  }

  Loop& loop;
  const std::string host;
  const std::uint16_t port;
  const GrpcClientOptions options;
  const std::string authority;
  std::uint64_t bytes_out = 0;
  const Http2Connection::Environment environment;
  boost::intrusive_ptr<GrpcClientConnection> connection;
  std::vector<std::shared_ptr<Waiter>> waiting;
  Scheduler::Timer timer;
  std::chrono::milliseconds backoff{options.first_backoff};
  std::string why;  // the last attempt failed
  State state = State::idle;
  bool connecting = false, closed = false;
};

GrpcChannel::GrpcChannel(Loop& loop, std::string host, std::uint16_t port, const GrpcClientOptions& options)
    : impl_(std::make_shared<Impl>(loop, std::move(host), port, options)) {}

GrpcChannel::~GrpcChannel() {
  close();
}

void GrpcChannel::close() {
  const auto impl = impl_;  // whoever is told may drop the channel
  if (std::exchange(impl->closed, true)) return;
  impl->timer.cancel();
  if (const auto connection = std::exchange(impl->connection, nullptr)) {
    connection->forget_owner();
    connection->close(Http2Error::cancel);
  }
  impl->wake();
}

Task<std::expected<std::unique_ptr<GrpcClientCall>, GrpcFailure>> GrpcChannel::begin(CallContext context,
                                                                                     std::string path,
                                                                                     GrpcMetadata metadata) {
  const auto impl = impl_;  // the channel may go while this waits
  while (!impl->usable()) {
    if (impl->closed) co_return failed(Code::unavailable, "the client is stopping");
    if (impl->state == State::broken)
      co_return failed(Code::unavailable, impl->authority + " cannot be reached: " + impl->why);
    if (context.expired()) co_return failed(Code::deadline_exceeded, "the call's time is over");
    if (context.cancelled()) co_return failed(Code::cancelled, "the call was cancelled");
    if (impl->waiting.size() >= static_cast<std::size_t>(impl->options.max_waiting))
      co_return failed(Code::resource_exhausted, "too many calls wait for " + impl->authority +
                                                     ", the limit is " +
                                                     std::to_string(impl->options.max_waiting));
    impl->connect();
    if (impl->state != State::connecting) continue;
    const auto waiter = std::make_shared<Impl::Waiter>();
    Scheduler::Timer deadline;
    if (context.deadline != SteadyTime::max()) {
      const auto left =
          std::chrono::ceil<std::chrono::milliseconds>(context.deadline - context.clock->steady());
      deadline = impl->loop.after(left, [waiter] { waiter->wake(); });
    }
    auto waiting = callback<bool>([&](Resume<bool> resume) {
      waiter->resume = std::move(resume);
      impl->waiting.push_back(waiter);
    });
    if (context.cancellation) context.cancellation->on_cancel([waiter] { waiter->wake(); });
    co_await waiting;
    if (context.cancellation) context.cancellation->on_cancel(nullptr);
  }
  auto call = std::make_shared<ClientCall>(std::move(context), impl->options);
  if (!call->start(*impl->connection, impl->authority, path, metadata))
    co_return failed(Code::unavailable, impl->authority + " takes no more calls");
  co_return std::make_unique<CallHandle>(std::move(call));
}

Task<std::expected<std::string, GrpcFailure>> GrpcChannel::unary(CallContext context, std::string path,
                                                                 std::string message, GrpcMetadata metadata) {
  auto beginning = begin(std::move(context), std::move(path), std::move(metadata));
  auto call = co_await std::move(beginning);
  if (!call) co_return std::unexpected(std::move(call.error()));
  auto writing = (*call)->write(message);
  co_await std::move(writing);
  (*call)->end_writing();
  auto reading = (*call)->read();
  auto answer = co_await std::move(reading);
  if (!answer) co_return std::unexpected(std::move(answer.error()));
  if (!*answer) co_return failed(Code::internal, "the server ended the call without an answer", false);
  std::string bytes(**answer);
  auto ending = (*call)->read();
  auto end = co_await std::move(ending);
  if (!end) co_return std::unexpected(std::move(end.error()));
  co_return bytes;
}

GrpcChannel::State GrpcChannel::state() const noexcept {
  return impl_->state;
}
const std::string& GrpcChannel::authority() const noexcept {
  return impl_->authority;
}

}  // namespace parley::net
