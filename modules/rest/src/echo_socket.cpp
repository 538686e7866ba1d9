#include "echo_socket.hpp"

#include "errors.hpp"

namespace parley::rest {
namespace {

constexpr std::size_t high_water = 1 << 20, low_water = 256 << 10;
constexpr std::chrono::milliseconds first_look{2}, last_look{64};

class EchoSocket final : public net::WebSocketHandler {
 public:
  explicit EchoSocket(Scheduler& scheduler) : scheduler_(scheduler) {}

  void on_open(net::WebSocket& socket) override { socket_ = &socket; }

  void on_message(std::string_view message, bool text) override {
    if (text)
      socket_->send_text(message);
    else
      socket_->send_binary(message);
    if (socket_->backlog() > high_water && !paused_) {
      paused_ = true;
      socket_->pause();
      look_ = first_look;
      look_later();
    }
  }

  void on_close(std::uint16_t) override {
    timer_.cancel();
    socket_ = nullptr;
  }

 private:
  void look_later() {
    timer_ = scheduler_.after(look_, [this] {
      look_ = std::min(look_ * 2, last_look);
      if (socket_->backlog() > low_water) return look_later();
      paused_ = false;
      socket_->resume();
    });
  }

  Scheduler& scheduler_;
  net::WebSocket* socket_ = nullptr;
  Scheduler::Timer timer_;
  std::chrono::milliseconds look_{};
  bool paused_ = false;
};

}  // namespace

net::WebSocketAcceptor accept_echo(const Cors& cors, Scheduler& scheduler, std::size_t max_message) {
  return [&cors, &scheduler, max_message](net::Request& request, net::WebSocketOptions& options,
                                          net::Response& refusal) -> std::unique_ptr<net::WebSocketHandler> {
    if (!cors.admits(request)) {
      write_problem(request, refusal,
                    {Code::permission_denied, "pages of this origin may not open an echo here"});
      return nullptr;
    }
    options.max_message = max_message;
    options.slow_reason = "too slow: read what you are sent";
    return std::make_unique<EchoSocket>(scheduler);
  };
}

docs::Channel echo_channel() {
  using Direction = docs::Flow::Direction;
  const docs::Message frame{.name = "EchoFrame",
                            .about = "Any frame, text or binary, of at most 16 MiB.",
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

}  // namespace parley::rest
