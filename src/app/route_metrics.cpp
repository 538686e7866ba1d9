#include "route_metrics.hpp"

#include <vector>

namespace parley::app {
namespace {

class RouteMetrics final : public net::RouteObserver {
 public:
  RouteMetrics(Metrics& metrics, std::string route) : metrics_(metrics), route_(std::move(route)) {}

  void answered(const net::Request& request, std::uint16_t status, double seconds, std::size_t) override {
    auto& series = find(request.method, status);
    series.requests->add();
    series.duration->observe(seconds);
  }

 private:
  struct Series {
    net::Method method;
    std::uint16_t status;
    Counter* requests;
    Histogram* duration;
  };

  // A route answers with few statuses, its usual one first: a scan is the cheapest lookup.
  Series& find(net::Method method, std::uint16_t status) {
    for (auto& series : series_)
      if (series.status == status && series.method == method) return series;
    const auto name = net::to_string(method);
    return series_.emplace_back(
        method, status,
        &metrics_.counter("http_requests_total", "Answered HTTP requests.",
                          {{"method", name}, {"route", route_}, {"status", std::to_string(status)}}),
        &metrics_.histogram("http_request_duration_seconds", "Time from the request's head to its answer.",
                            {{"method", name}, {"route", route_}}));
  }

  Metrics& metrics_;
  std::string route_;
  std::vector<Series> series_;
};

}  // namespace

std::shared_ptr<net::RouteObserver> observe_route(Metrics& metrics, std::string route) {
  return std::make_shared<RouteMetrics>(metrics, std::move(route));
}

net::Router make_router(Metrics& metrics) {
  net::Router router([&metrics](const std::string& pattern) { return observe_route(metrics, pattern); });
  router.unmatched = observe_route(metrics, "unmatched");
  return router;
}

}  // namespace parley::app
