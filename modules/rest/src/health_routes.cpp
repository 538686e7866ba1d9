#include "health_routes.hpp"

#include <parley/codec/json.hpp>

namespace parley::rest {
namespace {

void append_report(const HealthReport& report, std::string& out) {
  out += R"("status":)";
  codec::append_json_string(report.status, out);
  out += R"(,"version":)";
  codec::append_json_string(report.version, out);
  out += R"(,"uptime":)";
  codec::append_json_string(report.uptime, out);
  out += R"(,"dependencies":{)";
  for (auto& [name, state] : report.dependencies) {
    if (&name != &report.dependencies.front().first) out += ',';
    codec::append_json_string(name, out);
    out += ':';
    codec::append_json_string(state, out);
  }
  out += '}';
}

// An answer about now is never taken from a cache.
void begin(net::Response& response, bool good) {
  response.status = good ? 200 : 503;
  response.header("Cache-Control", "no-store");
}

bool works(const HealthReport& report) {
  return report.status != "unhealthy";
}

}  // namespace

void answer_health(const HealthSources& sources, net::Response& response) {
  const auto report = sources.health();
  begin(response, works(report));
  response.body = "{";
  append_report(report, response.body);
  response.body += '}';
}

void answer_live(net::Response& response) {
  begin(response, true);
  response.body = R"({"status":"alive"})";
}

void answer_ready(const HealthSources& sources, net::Response& response) {
  const auto report = sources.health();
  const bool ready = report.ready && works(report);
  begin(response, ready);
  response.body = ready ? R"({"status":"ready"})" : R"({"status":"not ready"})";
}

void answer_lab_health(const HealthSources& sources, net::Response& response) {
  const auto report = sources.health();
  begin(response, works(report));
  response.body = "{";
  append_report(report, response.body);
  response.body += R"(,"service":"calculator-gateway","timestamp":)";
  response.body += std::to_string(to_unix_seconds(sources.clock.now()));
  response.body += '}';
}

void answer_stats(const HealthSources& sources, net::Response& response) {
  begin(response, true);
  response.body = R"({"active_connections":)" + std::to_string(sources.sockets) +
                  R"(,"service":"websocket","timestamp":)" +
                  std::to_string(to_unix_seconds(sources.clock.now())) + '}';
}

void answer_metrics(const HealthSources& sources, net::Response& response) {
  begin(response, true);
  response.content_type = "text/plain; version=0.0.4; charset=utf-8";
  response.body = sources.metrics_text();
}

}  // namespace parley::rest
