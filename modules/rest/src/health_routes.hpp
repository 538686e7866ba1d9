// What the server says of itself: /health, /health/live, /health/ready, the lab's /api/v1/health and /stats,
// and /metrics.
#pragma once

#include <parley/net/http.hpp>
#include <parley/rest/gateway.hpp>

#include <functional>
#include <string>

namespace parley::rest {

struct HealthSources {
  const std::function<HealthReport()>& health;
  const std::function<std::string()>& metrics_text;
  const Clock& clock;
  const std::int64_t& sockets;  // of the chat
};

// Each fills in a whole answer.
void answer_health(const HealthSources& sources, net::Response& response);
void answer_live(net::Response& response);
void answer_ready(const HealthSources& sources, net::Response& response);
void answer_lab_health(const HealthSources& sources, net::Response& response);
void answer_stats(const HealthSources& sources, net::Response& response);
void answer_metrics(const HealthSources& sources, net::Response& response);

}  // namespace parley::rest
