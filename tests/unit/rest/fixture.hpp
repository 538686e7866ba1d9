// A whole gateway over fakes, asked as the server would ask it.
#pragma once

#include "fake_notifications.hpp"
#include "fakes.hpp"
#include "manual_time.hpp"

#include <parley/calculator/calculator.hpp>
#include <parley/net/loop.hpp>
#include <parley/rest/gateway.hpp>

#include <nlohmann/json.hpp>

namespace parley::test {

class GatewayFixture {
 public:
  explicit GatewayFixture(rest::Options options = {}) {
    users.user.id = "018bcfe5-6800-7c1e-a4f1-9b4f6d2c8e37";
    users.user.name = "John Doe";
    users.user.email = "john@example.com";
    users.user.phone = "+1-555-123-4567";
    users.user.created_at = users.user.updated_at = Timestamp(std::chrono::seconds(1'700'000'000));
    health.status = "healthy";
    health.version = "0.1.0";
    health.uptime = "1h2m3s";
    health.dependencies = {{"database", "healthy"}};
    rest::Dependencies dependencies{
        .loop = loop,
        .clock = time,
        .random = *random,
        .metrics = metrics,
        .services = {bind_service<users::UserService>("users", users),
                     bind_service<chat::ChatService>("chat", chat),
                     bind_service<notifications::NotificationService>("notifications", notifications),
                     bind_service<calculator::Calculator>("calculator", *calculator)},
        .chat = chat,
        .notifications = notifications,
        .health = [this] { return health; },
        .metrics_text = [] { return Task<std::string>(std::string("up 1\n")); },
        .version = "0.1.0",
        .authorize =
            [this](const CallContext& context, std::string_view permission) {
              return authorize ? authorize(context, permission) : Result<void>{};
            }};
    gateway = rest::make_gateway(std::move(dependencies), std::move(options));
    gateway->mount(router);
  }

  // The route's answer, or the error of a request that no route takes.
  net::Response ask(TestRequest& request) {
    net::Response response;
    request.context.clock = &time;
    request.context.cancellation = std::make_shared<Cancellation>();
    if (gateway->before()(request, response)) return response;
    const auto match = router.find(request);
    request.route = match.route;
    if (!match.route) {
      response.status = match.allow.empty() ? 404 : 405;
      gateway->error_writer()(request, response, Error{Code::not_found, "there is nothing at this address"});
      return response;
    }
    time.wait(match.route->handler(request, response));
    return response;
  }
  net::Response get(std::string target) {
    TestRequest request(net::Method::get, std::move(target));
    return ask(request);
  }
  net::Response send(net::Method method, std::string target, std::string body) {
    TestRequest request(method, std::move(target), std::move(body));
    return ask(request);
  }
  // Opens a WebSocket; null when the handshake is refused.
  std::unique_ptr<net::WebSocketHandler> connect(TestRequest& request) {
    request.context.clock = &time;
    const auto match = router.find(request);
    refusal.clear();
    options = {};
    return match.route->websocket(request, options, refusal);
  }
  std::unique_ptr<net::WebSocketHandler> connect(std::string target) {
    TestRequest request(net::Method::get, std::move(target));
    return connect(request);
  }

  // Runs what was posted to the gateway's loop.
  void run_loop() {
    loop.post([this] { loop.stop(); });
    loop.run();
  }
  // Runs the loop, timers included, until `done`; throws when that takes longer than ten seconds.
  void run_until(const std::function<bool()>& done) {
    const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (!done()) {
      if (std::chrono::steady_clock::now() > limit) throw std::runtime_error("the loop takes too long");
      const auto look = loop.after(std::chrono::milliseconds(5), [this] { loop.stop(); });
      loop.run();
    }
  }

  net::Loop loop;
  ManualTime time;
  std::unique_ptr<Random> random = make_random(1);
  FakeMetrics metrics;
  FakeUsers users;
  FakeChat chat;
  FakeNotifications notifications{time};
  std::unique_ptr<calculator::Calculator> calculator = calculator::make_calculator();
  rest::HealthReport health;
  std::function<Result<void>(const CallContext&, std::string_view)> authorize;
  net::WebSocketOptions options;
  net::Response refusal;
  std::unique_ptr<rest::Gateway> gateway;
  net::Router router;
};

inline nlohmann::json parse(const std::string& text) {
  return nlohmann::json::parse(text);
}

// The value of a response's header field; empty for none.
inline std::string field_of(const net::Response& response, std::string_view name) {
  const auto headers = response.headers();
  const auto key = std::string(name) + ": ";
  auto at = headers.find(key);
  while (at != std::string_view::npos && at != 0 && headers[at - 1] != '\n') at = headers.find(key, at + 1);
  if (at == std::string_view::npos) return {};
  const auto begin = at + key.size();
  return std::string(headers.substr(begin, headers.find("\r\n", begin) - begin));
}

}  // namespace parley::test
