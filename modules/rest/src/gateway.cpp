// Puts the edge together: which path is served by what.
#include "chat_edge.hpp"
#include "chat_socket.hpp"
#include "chat_stream.hpp"
#include "cors.hpp"
#include "descriptions.hpp"
#include "errors.hpp"
#include "health_routes.hpp"
#include "notification_edge.hpp"
#include "operation_route.hpp"
#include "room_hub.hpp"
#include "service_rows.hpp"
#include "versions.hpp"

#include <parley/log.hpp>
#include <parley/rest/gateway.hpp>

#include <algorithm>

namespace parley::rest {
namespace {

using net::Method;
using net::Request;
using net::Response;
using Answer = std::function<void(const Request&, Response&)>;

Task<void> run(const Answer& answer, Request& request, Response& response) {
  answer(request, response);
  co_return;
}

// A handler that has nothing to wait for. The closure lives in the router, longer than any call.
net::Handler at_once(Answer answer) {
  return [answer = std::move(answer)](Request& request, Response& response) {
    return run(answer, request, response);
  };
}

class HttpGateway final : public Gateway {
 public:
  HttpGateway(Dependencies dependencies, Options options)
      : deps_(std::move(dependencies)),
        options_(std::move(options)),
        versions_(options_),
        cors_(options_.cors_origins),
        rooms_(deps_.loop, deps_.loop, deps_.clock, deps_.chat, backlog()),
        inboxes_(deps_.loop, deps_.loop, deps_.clock, deps_.chat, backlog()),
        visits_(deps_.loop, deps_.clock, deps_.chat),
        posts_(log_failures("rest", "a chat message's delivery broke off")),
        chat_{.rooms = rooms_,
              .inboxes = inboxes_,
              .visits = visits_,
              .chat = deps_.chat,
              .clock = deps_.clock,
              .random = deps_.random,
              .cors = cors_,
              .authorize = deps_.authorize,
              .max_message = static_cast<std::size_t>(options_.max_chat_message),
              .max_refused = static_cast<std::size_t>(options_.max_refused_message),
              .posts_in_flight = options_.posts_in_flight,
              .posts = posts_,
              .refused_frames = deps_.metrics.counter("chat_frames_refused_total",
                                                      "Chat frames answered with an error frame."),
              .chat_connections = connections("/chat"),
              .lab_connections = connections("/ws"),
              .event_streams = deps_.metrics.gauge("chat_event_streams", "Open Server-Sent Events streams.")},
        notification_hubs_(deps_.loop, deps_.loop, deps_.clock, deps_.notifications, backlog()),
        notifications_{
            .hubs = notification_hubs_,
            .clock = deps_.clock,
            .random = deps_.random,
            .cors = cors_,
            .authorize = deps_.authorize,
            .max_refused = static_cast<std::size_t>(options_.max_refused_message),
            .refused_frames = deps_.metrics.counter("notification_frames_refused_total",
                                                    "Frames of listeners answered with an error frame."),
            .sockets = deps_.metrics.gauge("notification_sockets", "Open WebSockets for notifications."),
            .event_streams = deps_.metrics.gauge("notification_event_streams",
                                                 "Open Server-Sent Events streams of notifications.")},
        routes_(deps_.metrics, versions_, deps_.authorize),
        sources_{deps_.health, deps_.metrics_text, deps_.clock, chat_.sockets},
        descriptions_(deps_.version) {}

  void mount(net::Router& router) override {
    for (auto& service : deps_.services) routes_.mount(router, service);
    if (shows<chat::ChatService>()) mount_chat(router);
    if (shows<notifications::NotificationService>()) mount_notifications(router);
    mount_server(router);
  }

  net::ErrorWriter error_writer() const override {
    return [](const Request& request, Response& response, const Error& error) {
      write_problem(request, response, error, response.status >= 400 ? response.status : 0);
    };
  }

  std::function<bool(const Request&, Response&)> before() const override {
    return [this](const Request& request, Response& response) { return cors_.before(request, response); };
  }

  std::function<bool(const Request&)> admits_origin() const override {
    return [this](const Request& request) { return cors_.admits(request); };
  }

  Task<void> stop() override {
    auto posted = posts_.when_empty();
    co_await std::move(posted);
    auto gone = visits_.stop();
    co_await std::move(gone);
    auto left = rooms_.stop();
    co_await std::move(left);
    auto closed = inboxes_.stop();
    co_await std::move(closed);
    auto told = notification_hubs_.stop();
    co_await std::move(told);
  }

 private:
  template <class Port>
  bool shows() const {
    return std::ranges::any_of(deps_.services, [](const BoundService& service) {
      return service.operations.data() == operations<Port>().data();
    });
  }

  std::size_t backlog() const { return std::min(catch_up_backlog, deps_.send_buffer / 2); }

  Gauge& connections(std::string_view endpoint) {
    return deps_.metrics.gauge("chat_connections", "Open chat WebSockets.", {{"endpoint", endpoint}});
  }

  void mount_chat(net::Router& router) {
    const auto tag = tag_of<chat::ChatService>(deps_.services);
    for (const auto& [path, dialect] : {std::pair{"/chat", Dialect::lecture}, std::pair{"/ws", Dialect::lab}})
      router.add_websocket(path, accept_chat(chat_, dialect)).channel =
          docs::share(chat_channel(dialect, tag));
    auto& stream = router.add(Method::get, "/api/messages/stream", stream_chat(chat_));
    stream.endpoint = docs::share(chat_stream_endpoint(tag));
    stream.channel = docs::share(chat_stream_channel(tag));
  }

  void mount_notifications(net::Router& router) {
    const auto tag = tag_of<notifications::NotificationService>(deps_.services);
    const std::string path(notifications_path());
    auto& route = router.add(Method::get, path, stream_notifications(notifications_));
    router.add_websocket(path, accept_notifications(notifications_));
    route.endpoint = docs::share(notifications_endpoint(tag));
    route.channel = docs::share(notifications_channel(tag));
  }

  void mount_server(net::Router& router) {
    const auto get = [&router](const char* path, docs::Endpoint endpoint, net::Handler handler) {
      router.add(Method::get, path, std::move(handler)).endpoint = docs::share(std::move(endpoint));
    };
    get("/api/versions", versions_endpoint(), at_once([this](const Request& request, Response& response) {
          response.body = codec::to_json(versions_.matrix(request.context.now()));
        }));
    get("/health", health_endpoint(),
        at_once([this](const Request&, Response& response) { answer_health(sources_, response); }));
    get("/health/live", live_endpoint(),
        at_once([](const Request&, Response& response) { answer_live(response); }));
    get("/health/ready", ready_endpoint(),
        at_once([this](const Request&, Response& response) { answer_ready(sources_, response); }));
    get("/api/v1/health", lab_health_endpoint(),
        at_once([this](const Request&, Response& response) { answer_lab_health(sources_, response); }));
    get("/stats", stats_endpoint(),
        at_once([this](const Request&, Response& response) { answer_stats(sources_, response); }));
    get("/metrics", metrics_endpoint(),
        [this](Request&, Response& response) { return answer_metrics(sources_, response); });
    descriptions_.mount(router);
  }

  Dependencies deps_;
  const Options options_;
  const Versions versions_;
  const Cors cors_;
  Rooms rooms_;
  Inboxes inboxes_;
  Visits visits_;
  TaskGroup posts_;
  ChatEdge chat_;
  NotificationHubs notification_hubs_;
  NotificationEdge notifications_;
  OperationRoutes routes_;
  const HealthSources sources_;
  Descriptions descriptions_;
};

}  // namespace

std::unique_ptr<Gateway> make_gateway(Dependencies dependencies, Options options) {
  return std::make_unique<HttpGateway>(std::move(dependencies), std::move(options));
}

}  // namespace parley::rest
