// Puts the edge together.
#include "answers.hpp"
#include "descriptions.hpp"
#include "dispatcher.hpp"
#include "openrpc.hpp"
#include "rpc_socket.hpp"

#include <parley/auth/access.hpp>
#include <parley/docs/documents.hpp>
#include <parley/jsonrpc/edge.hpp>
#include <parley/log.hpp>
#include <parley/rpc/media_type.hpp>

namespace parley::jsonrpc {
namespace {

using net::Method;
using net::Request;
using net::Response;

constexpr const char* path = "/rpc";

// What never became a call. A client of JSON-RPC reads the body, whatever the status. "Invalid Request" is
// said of the message alone: whoever is told so does not try again.
void refuse(const Request& request, Response& response, std::uint16_t status, const Error& error) {
  response.status = status;
  response.content_type = "application/json";
  response.body.clear();
  if (status == 401)
    response.header("WWW-Authenticate", auth::challenge(request.header("Authorization"), error.message));
  const bool of_message = error.code == Code::invalid_argument || status == 405 || status == 413;
  if (of_message)
    write_error({}, invalid_request, error.code, error.message, request.context.trace, response.body);
  else
    write_error({}, error, request.context.trace, response.body);
}

class JsonRpcEdge final : public Edge {
 public:
  JsonRpcEdge(Dependencies dependencies, const Options& options)
      : deps_(std::move(dependencies)),
        options_(options),
        calls_edge_{"jsonrpc", deps_.metrics, deps_.authorize},
        methods_(calls_edge_, deps_.services),
        document_([this]() -> const std::string& {
          if (openrpc_.empty()) {
            const auto address = deps_.address ? deps_.address() : std::string();
            openrpc_ = address.empty() ? openrpc_document(methods_, deps_.version, {})
                                       : docs::with_host(openrpc_anywhere(), address);
          }
          return openrpc_;
        }),
        dispatcher_(methods_, document_, static_cast<std::size_t>(options_.batch_in_flight)),
        calls_(log_failures("jsonrpc", "a call over a WebSocket broke off")),
        refused_(deps_.metrics.counter("jsonrpc_messages_refused_total",
                                       "Messages that were no JSON, or no JSON-RPC.")),
        sockets_{.dispatcher = dispatcher_,
                 .options = options_,
                 .loop = deps_.loop,
                 .clock = deps_.clock,
                 .admits_origin = deps_.admits_origin,
                 .calls = calls_,
                 .sockets = deps_.metrics.gauge("jsonrpc_connections", "Open JSON-RPC WebSockets."),
                 .subscriptions =
                     deps_.metrics.gauge("jsonrpc_subscriptions", "Streams that JSON-RPC WebSockets follow."),
                 .refused = refused_} {}

  void mount(net::Router& router) override {
    auto& post = router.add(Method::post, path, [this](Request& request, Response& response) {
      return serve(request, response);
    });
    post.max_body = static_cast<std::size_t>(options_.max_body);
    post.error_writer = [](const Request& request, Response& response, const Error& error) {
      refuse(request, response, response.status, error);
    };
    post.endpoint = docs::share(rpc_endpoint());
    router.add_websocket(path, accept_rpc(sockets_)).channel = docs::share(rpc_channel());
    auto& get = router.add(Method::get, path, [](Request& request, Response& response) {
      const Error error{Code::unimplemented, "this address takes a POST, or a WebSocket"};
      refuse(request, response, 405, error);
      response.header("Allow", "POST, OPTIONS");
      return done();
    });
    get.endpoint = docs::share(no_get_endpoint());
    auto& document = router.add(Method::get, "/openrpc.json", [this](Request& request, Response& response) {
      // Where this client reaches the server, be it behind a proxy or on the other port.
      const auto host = request.header("Host").value_or(std::string_view());
      response.body = host.empty() ? document_() : docs::with_host(openrpc_anywhere(), host);
      return done();
    });
    document.endpoint = docs::share(openrpc_endpoint());
  }

  Task<void> stop() override {
    auto ended = calls_.when_empty();
    co_await std::move(ended);
  }

 private:
  static Task<void> done() { co_return; }

  const std::string& openrpc_anywhere() {
    if (anywhere_.empty()) anywhere_ = openrpc_document(methods_, deps_.version, docs::host_mark);
    return anywhere_;
  }

  // The status is 200 whenever JSON-RPC could be spoken, as HTTP did its work; 204 when there is no answer to
  // give.
  Task<void> serve(Request& request, Response& response) {
    if (!calls::may_be_json(request.header("Content-Type"))) {
      refuse(request, response, 415,
             {Code::invalid_argument, "the body must be JSON, with Content-Type: application/json"});
      co_return;
    }
    auto& out = response.body;
    out.clear();
    const auto& context = request.context;
    const auto message = read_message(request.body, static_cast<std::size_t>(options_.max_batch));
    if (message.refusal) {
      refused_.add();
      write_error({}, message.refusal->code, Code::invalid_argument, message.refusal->detail, context.trace,
                  out);
      co_return;
    }
    auto answering = message.batch
                         ? dispatcher_.answer(message.calls, context, Dispatcher::Orphans::cancelled, out)
                         : dispatcher_.answer(message.single, context, Dispatcher::Orphans::cancelled, out);
    co_await std::move(answering);
    if (!out.empty()) co_return;
    response.status = 204;
    response.content_type = {};
  }

  Dependencies deps_;
  const Options options_;
  const calls::Edge calls_edge_;
  const Methods methods_;
  std::string anywhere_, openrpc_;  // with docs::host_mark, and where the server is reached; once asked for
  const std::function<const std::string&()> document_;
  const Dispatcher dispatcher_;
  TaskGroup calls_;
  Counter& refused_;
  SocketEdge sockets_;
};

}  // namespace

std::unique_ptr<Edge> make_edge(Dependencies dependencies, const Options& options) {
  return std::make_unique<JsonRpcEdge>(std::move(dependencies), options);
}

}  // namespace parley::jsonrpc
