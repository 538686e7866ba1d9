#include "health_routes.hpp"

#include "server_types.hpp"

#include <parley/codec/json.hpp>

namespace parley::rest {
namespace {

constexpr std::string_view metrics_type = "text/plain; version=0.0.4; charset=utf-8";

void fill(Health& health, HealthReport&& report) {
  health.status = std::move(report.status);
  health.version = std::move(report.version);
  health.uptime = std::move(report.uptime);
  for (auto& [name, state] : report.dependencies) health.dependencies.emplace(name, std::move(state));
}

// An answer about now is never taken from a cache.
void begin(net::Response& response, bool good) {
  response.status = good ? 200 : 503;
  response.header("Cache-Control", "no-store");
}

bool works(const HealthReport& report) {
  return report.status != "unhealthy";
}

const docs::HeaderField no_store{"Cache-Control", "It is about now.", "no-store"};

// 503 tells the same in the same shape.
template <class T>
docs::Endpoint probe(const char* id, std::string_view summary, std::string_view when_bad) {
  docs::Endpoint endpoint{.id = id, .summary = summary};
  endpoint.answers.push_back({.contents = {docs::json_of<T>()}, .headers = {no_store}});
  if (!when_bad.empty())
    endpoint.answers.push_back(
        {.status = 503, .about = when_bad, .contents = {docs::json_of<T>()}, .headers = {no_store}});
  return endpoint;
}

}  // namespace

void answer_health(const HealthSources& sources, net::Response& response) {
  auto report = sources.health();
  begin(response, works(report));
  Health health;
  fill(health, std::move(report));
  response.body = codec::to_json(health);
}
docs::Endpoint health_endpoint() {
  return probe<Health>("GetHealth", "Health, with that of the dependencies", "Unhealthy.");
}

void answer_live(net::Response& response) {
  begin(response, true);
  response.body = codec::to_json(Probe{"alive"});
}
docs::Endpoint live_endpoint() {
  return probe<Probe>("GetLiveness", "Whether the process runs", {});
}

void answer_ready(const HealthSources& sources, net::Response& response) {
  const auto report = sources.health();
  const bool ready = report.ready && works(report);
  begin(response, ready);
  response.body = codec::to_json(Probe{ready ? "ready" : "not ready"});
}
docs::Endpoint ready_endpoint() {
  return probe<Probe>("GetReadiness", "Whether the server takes requests", "Not ready.");
}

void answer_lab_health(const HealthSources& sources, net::Response& response) {
  auto report = sources.health();
  begin(response, works(report));
  LabHealth health;
  fill(health, std::move(report));
  health.timestamp = to_unix_seconds(sources.clock.now());
  response.body = codec::to_json(health);
}
docs::Endpoint lab_health_endpoint() {
  return probe<LabHealth>("GetLabHealth", "Health, for the lab's client", "Unhealthy.");
}

void answer_stats(const HealthSources& sources, net::Response& response) {
  begin(response, true);
  response.body = codec::to_json(
      Stats{.active_connections = sources.sockets, .timestamp = to_unix_seconds(sources.clock.now())});
}
docs::Endpoint stats_endpoint() {
  return probe<Stats>("GetChatStats", "How many sockets of the chat are open", {});
}

Task<void> answer_metrics(const HealthSources& sources, net::Response& response) {
  auto asking = sources.metrics_text();
  auto text = co_await std::move(asking);
  begin(response, true);
  response.content_type = metrics_type;
  response.body = std::move(text);
}
docs::Endpoint metrics_endpoint() {
  docs::Endpoint endpoint{.id = "GetMetrics", .summary = "Metrics, in the text format of Prometheus"};
  endpoint.answers.push_back(
      {.contents = {{.media_type = metrics_type,
                     .example = "# TYPE active_users_total gauge\nactive_users_total 2\n"}},
       .headers = {no_store}});
  return endpoint;
}

}  // namespace parley::rest
