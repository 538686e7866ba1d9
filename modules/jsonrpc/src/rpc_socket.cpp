#include "rpc_socket.hpp"

#include "answers.hpp"
#include "connection.hpp"

namespace parley::jsonrpc {
namespace {

// Takes part in what the socket counts and cancels while its message is at work.
class AtWork {
 public:
  AtWork(Connection& connection, std::size_t calls) : connection_(connection), calls_(calls) {
    connection_.running.push_back(cancellation);
    connection_.begin(calls_);
  }
  AtWork(const AtWork&) = delete;
  // Reading may go on, so this comes last.
  ~AtWork() {
    std::erase(connection_.running, cancellation);
    connection_.end(calls_);
  }

  const std::shared_ptr<Cancellation> cancellation = std::make_shared<Cancellation>();

 private:
  Connection& connection_;
  const std::size_t calls_;
};

Task<void> serve(std::shared_ptr<Connection> connection, std::string text) {
  using Orphans = Dispatcher::Orphans;
  auto& edge = connection->edge;
  const auto& dispatcher = edge.dispatcher;
  std::string out;
  const auto message = read_message(text, static_cast<std::size_t>(edge.options.max_batch));
  const auto& call = message.single;
  if (message.refusal) {
    edge.refused.add();
    write_error({}, message.refusal->code, Code::invalid_argument, message.refusal->detail, connection->trace,
                out);
    connection->send(out);
    co_return;
  }
  if (!message.batch && call.problem.empty()) {
    if (call.method() == unsubscribe) {
      unsubscribe_from(*connection, call);
      co_return;
    }
    const auto* method = dispatcher.methods().find(call.method());
    if (method && method->streams()) {
      subscribe(connection, *method, call);
      co_return;
    }
  }
  const AtWork at_work(*connection, message.batch ? dispatcher.width(message.calls.size()) : 1);
  const auto context = connection->context(at_work.cancellation);
  auto answering = message.batch ? dispatcher.answer(message.calls, context, Orphans::writes_completed, out)
                                 : dispatcher.answer(call, context, Orphans::writes_completed, out);
  co_await std::move(answering);
  if (!out.empty()) connection->send(out);
}

class RpcSocket final : public net::WebSocketHandler {
 public:
  RpcSocket(SocketEdge& edge, const CallContext& handshake) : edge_(edge) {
    handshake_.principal = handshake.principal;
    handshake_.trace = handshake.trace;
  }

  void on_open(net::WebSocket& socket) override {
    connection_ = std::make_shared<Connection>(edge_, socket, handshake_);
    edge_.sockets.add(1);
  }

  void on_message(std::string_view message, bool text) override {
    if (!text) return refuse("A message must be JSON in a text frame, this one is binary");
    edge_.calls.spawn(serve(connection_, std::string(message)));
  }

  void on_oversized(std::size_t bytes, bool) override {
    refuse("A message must have at most " + std::to_string(edge_.options.max_body) + " bytes, this one has " +
           std::to_string(bytes));
  }

  void on_close(std::uint16_t) override {
    if (!connection_) return;
    edge_.sockets.add(-1);
    connection_->closed();
    connection_.reset();
  }

 private:
  void refuse(std::string_view detail) {
    edge_.refused.add();
    std::string out;
    write_error({}, invalid_request, Code::invalid_argument, detail, connection_->trace, out);
    connection_->send(out);
  }

  SocketEdge& edge_;
  CallContext handshake_;                   // who opened it, and the trace of that
  std::shared_ptr<Connection> connection_;  // between on_open() and on_close()
};

}  // namespace

net::WebSocketAcceptor accept_rpc(SocketEdge& edge) {
  return [&edge](net::Request& request, net::WebSocketOptions& options,
                 net::Response& refusal) -> std::unique_ptr<net::WebSocketHandler> {
    if (edge.admits_origin && !edge.admits_origin(request)) {
      refusal.status = 403;
      const Error error{Code::permission_denied, "pages of this origin may not open a WebSocket here"};
      write_error({}, error, request.context.trace, refusal.body);
      return nullptr;
    }
    options.max_message = static_cast<std::size_t>(edge.options.max_body);
    options.max_discarded = static_cast<std::size_t>(edge.options.max_refused_message);
    options.slow_reason = "too slow: reconnect and subscribe again";
    options.restart_reason = "server restarts: reconnect";
    return std::make_unique<RpcSocket>(edge, request.context);
  };
}

}  // namespace parley::jsonrpc
