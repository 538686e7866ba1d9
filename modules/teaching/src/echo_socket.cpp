// WebSocket /echo.
#include <parley/docs/route.hpp>
#include <parley/net/websocket.hpp>
#include <parley/teaching/teaching.hpp>

namespace parley::teaching {
namespace {

// A client that sends without reading needs no care here: the server itself stops reading from it while much
// of its echo waits (net.send_buffer).
class EchoSocket final : public net::WebSocketHandler {
 public:
  void on_open(net::WebSocket& socket) override { socket_ = &socket; }

  void on_message(std::string_view message, bool text) override {
    if (text)
      socket_->send_text(message);
    else
      socket_->send_binary(message);
  }

  void on_close(std::uint16_t) override { socket_ = nullptr; }

 private:
  net::WebSocket* socket_ = nullptr;
};

net::WebSocketAcceptor accept(EchoDependencies dependencies) {
  return [deps = std::move(dependencies)](net::Request& request, net::WebSocketOptions& options,
                                          net::Response& refusal) -> std::unique_ptr<net::WebSocketHandler> {
    if (deps.admits_origin && !deps.admits_origin(request)) {
      const Error error{Code::permission_denied, "pages of this origin may not open an echo here"};
      deps.error_writer(request, refusal, error);
      return nullptr;
    }
    options.max_message = deps.max_message;
    options.slow_reason = "too slow: read what you are sent";
    return std::make_unique<EchoSocket>();
  };
}

docs::Channel echo_channel() {
  using Direction = docs::Flow::Direction;
  const docs::Message frame{
      .name = "EchoFrame",
      .about = "Any frame, text or binary, that is not larger than the server is configured to take.",
      .content = {.media_type = "text/plain", .example = "Hello"}};
  return {.id = "echo",
          .title = "Echo",
          .details = "Every frame comes back as it is. Nobody is greeted and nothing is kept.",
          .flows = {{.id = "echoFrame",
                     .summary = "A frame, and the same frame in answer.",
                     .direction = Direction::from_client,
                     .messages = {frame},
                     .replies = {frame}}},
          .errors = code_bits(Code::permission_denied)};
}

}  // namespace

void mount_echo(net::Router& router, EchoDependencies dependencies) {
  router.add_websocket("/echo", accept(std::move(dependencies))).channel = docs::share(echo_channel());
}

}  // namespace parley::teaching
