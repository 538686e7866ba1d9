#include "assets.hpp"
#include "page.hpp"
#include "stats_feed.hpp"

#include <parley/codec/json.hpp>
#include <parley/console/console.hpp>
#include <parley/docs/route.hpp>
#include <parley/net/event_stream.hpp>

namespace parley::console {
namespace {

using net::Request;
using net::Response;
using Answer = std::function<void(const Request&, Response&)>;

constexpr std::string_view html = "text/html; charset=utf-8";

docs::Endpoint page_endpoint() {
  docs::Endpoint endpoint{.id = "GetLandingPage", .summary = "What is here, for people"};
  endpoint.answers.push_back({.contents = {{.media_type = html}}});
  return endpoint;
}

docs::Endpoint asset_endpoint(const Asset& asset, std::string_view type) {
  docs::Endpoint endpoint{.id = "GetAsset-" + std::string(asset.file),
                          .summary = "A file of the page at `/`"};
  endpoint.answers.push_back({.contents = {{.media_type = type}}});
  return endpoint;
}

docs::Endpoint stats_endpoint() {
  docs::Endpoint endpoint{.id = "GetLiveFigures",
                          .summary = "The live figures of the page at `/`, as they are now"};
  endpoint.answers.push_back({.contents = {docs::json_of<Stats>()}});
  return endpoint;
}

docs::Endpoint stream_endpoint() {
  return {.id = "StreamLiveFigures",
          .summary = "The live figures as Server-Sent Events",
          .details = "An event `stats` has all figures; the first comes at once.",
          .answers = {docs::events("event: stats\ndata: "
                                   "{\"at\":\"2026-01-01T00:00:00Z\",\"figures\":{\"users\":2}}\n\n")},
          .errors = code_bits(Code::unavailable)};
}

docs::Channel stats_channel() {
  return {.id = "liveFigures",
          .title = "Live figures",
          .details = "Each event `stats` has all figures; the first comes at once.",
          .flows = {{.id = "followLiveFigures",
                     .summary = "The figures, at regular times.",
                     .messages = {docs::message_of<Stats>()}}},
          .errors = code_bits(Code::unavailable)};
}

std::string_view type_of(std::string_view file) {
  if (file.ends_with(".css")) return "text/css; charset=utf-8";
  if (file.ends_with(".js")) return "text/javascript; charset=utf-8";
  if (file.ends_with(".svg")) return "image/svg+xml";
  return html;
}

Task<void> run(const Answer& answer, const Request& request, Response& response) {
  answer(request, response);
  co_return;
}

// A handler that has nothing to wait for. The closure lives in the router, longer than any call.
net::Handler at_once(Answer answer) {
  return [answer = std::move(answer)](Request& request, Response& response) {
    return run(answer, request, response);
  };
}

class HttpConsole final : public Console {
 public:
  HttpConsole(Dependencies dependencies, const Options& options)
      : figures_(std::move(dependencies.figures), dependencies.clock),
        feed_(dependencies.loop, dependencies.loop, figures_, options),
        page_(dependencies.services, dependencies.version),
        grpc_port_(std::move(dependencies.grpc_port)) {}

  void mount(net::Router& router) override {
    const auto get = [&router](std::string_view path, Answer answer) -> net::Route& {
      return router.add(net::Method::get, std::string(path), at_once(std::move(answer)));
    };
    get("/", [this](const Request& request, Response& response) {
      answer_page(request, response);
    }).endpoint = docs::share(page_endpoint());
    for (const auto& asset : assets()) {
      if (asset.file.ends_with(".html")) continue;
      get(asset.path, [&asset](const Request&, Response& response) {
        response.content_type = type_of(asset.file);
        response.body = asset.text;
        response.header("Cache-Control", "public, max-age=31536000, immutable");
      }).endpoint = docs::share(asset_endpoint(asset, type_of(asset.file)));
    }
    get("/api/stats", [this](const Request&, Response& response) {
      response.header("Cache-Control", "no-store");
      response.body = codec::to_json(figures_.read());
    }).endpoint = docs::share(stats_endpoint());
    auto& followed = get("/api/stats/stream",
                         [this](const Request& request, Response& response) { stream(request, response); });
    followed.endpoint = docs::share(stream_endpoint());
    followed.channel = docs::share(stats_channel());
  }

 private:
  // The commands name the server as the client does: behind a proxy, too, they work when pasted.
  void answer_page(const Request& request, Response& response) {
    response.content_type = html;
    response.header("Cache-Control", "no-cache");
    response.body = page_.render(request.header("Host").value_or("localhost:8080"), grpc_port_(), figures_);
  }

  void stream(const Request& request, Response& response) {
    if (!feed_.has_room()) {
      const Error full{
          Code::unavailable, "as many pages follow the figures as may", {}, std::chrono::seconds(5)};
      response.status = info(full.code).http_status;
      response.header("Retry-After", "5");
      response.content_type = "application/problem+json";
      response.body = codec::problem_json(full, request.context.trace.trace_id_hex());
      return;
    }
    auto entered = std::make_shared<bool>(false);
    response.stream(
        {.slow_event = R"({"code":"unavailable","message":"too slow: reconnect"})",
         .restart_event = R"({"code":"unavailable","message":"the server restarts: reconnect"})"},
        [this, entered](net::EventStream& events) {
          *entered = true;
          feed_.enter(events);
        },
        [this, entered] {
          if (*entered) feed_.leave();
        });
  }

  Figures figures_;
  StatsFeed feed_;
  const Page page_;
  const std::function<std::uint16_t()> grpc_port_;
};

}  // namespace

std::unique_ptr<Console> make_console(Dependencies dependencies, Options options) {
  return std::make_unique<HttpConsole>(std::move(dependencies), options);
}

}  // namespace parley::console
