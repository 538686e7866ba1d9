// What the server says of itself: /health, /health/live, /health/ready, the lab's /api/v1/health and /stats,
// and /metrics.
#pragma once

#include <parley/docs/route.hpp>
#include <parley/net/http.hpp>
#include <parley/rest/gateway.hpp>

#include <functional>
#include <string>

namespace parley::rest {

struct HealthSources {
  const std::function<HealthReport()>& health;
  const std::function<Task<std::string>()>& metrics_text;
  const Clock& clock;
  const std::int64_t& sockets;  // of the chat
};

// Each fills in a whole answer; beside it what the descriptions say of that.
void answer_health(const HealthSources& sources, net::Response& response);
docs::Endpoint health_endpoint();
void answer_live(net::Response& response);
docs::Endpoint live_endpoint();
void answer_ready(const HealthSources& sources, net::Response& response);
docs::Endpoint ready_endpoint();
void answer_lab_health(const HealthSources& sources, net::Response& response);
docs::Endpoint lab_health_endpoint();
void answer_stats(const HealthSources& sources, net::Response& response);
docs::Endpoint stats_endpoint();
Task<void> answer_metrics(const HealthSources& sources, net::Response& response);
docs::Endpoint metrics_endpoint();

}  // namespace parley::rest
