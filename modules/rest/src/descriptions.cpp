#include "descriptions.hpp"

namespace parley::rest {
namespace {

constexpr std::string_view default_host = "localhost:8080";

constexpr std::string_view http_text =
    "REST over the modules of one process. Made from the routes that the server has mounted, so it names "
    "what is served and nothing else.\n\n"
    "HEAD is served wherever GET is; OPTIONS is answered everywhere with `Allow`, and a CORS preflight with "
    "what it may do. Bad input is answered with every problem at once, as `application/problem+json` (RFC "
    "9457).";
constexpr std::string_view channel_text =
    "The WebSockets and the streams of Server-Sent Events of this server, made from the routes that it has "
    "mounted. A stream is a cursor into a log: it resumes behind the position that the client names, and "
    "what the log no longer has is told as a gap.";

// A handler that has nothing to wait for.
template <class Answer>
Task<void> run(const Answer& answer, const net::Request& request, net::Response& response) {
  answer(request, response);
  co_return;
}

docs::Endpoint document(const char* id, std::string_view summary) {
  docs::Endpoint endpoint{.id = id, .summary = summary};
  endpoint.answers.push_back({.contents = {{.schema = R"({"type":"object"})"}}});
  return endpoint;
}

}  // namespace

Descriptions::Descriptions(std::string version) : version_(std::move(version)) {}

docs::About Descriptions::about() const {
  return {.version = version_, .text = http_text};
}

void Descriptions::mount(net::Router& router) {
  const auto open = [this, &router](const net::Request&, net::Response& response) {
    if (openapi_.empty()) openapi_ = docs::openapi(router, about());
    response.body = openapi_;
  };
  router
      .add(net::Method::get, "/openapi.json",
           [open](net::Request& request, net::Response& response) { return run(open, request, response); })
      .endpoint = docs::share(document("GetOpenApi", "This document"));

  const auto async = [this, &router](const net::Request& request, net::Response& response) {
    if (asyncapi_.empty()) {
      auto channels = about();
      channels.text = channel_text;
      asyncapi_ = docs::asyncapi(router, channels, docs::host_mark);
    }
    const auto host = request.header("Host").value_or(default_host);
    response.body = docs::with_host(asyncapi_, host.empty() ? default_host : host);
  };
  router
      .add(net::Method::get, "/asyncapi.json",
           [async](net::Request& request, net::Response& response) { return run(async, request, response); })
      .endpoint = docs::share(document("GetAsyncApi", "The WebSockets and event streams, as AsyncAPI 3.0"));
}

}  // namespace parley::rest
