// http_requests_total and http_request_duration_seconds of each route.
#pragma once

#include <parley/metrics.hpp>
#include <parley/net/http.hpp>

#include <memory>
#include <string>

namespace parley::app {

// An observer that keeps its metric handles: a counter is looked up once per method and status of the route.
// `metrics` outlives it. Loop thread only.
std::shared_ptr<net::RouteObserver> observe_route(Metrics& metrics, std::string route);

// A router without routes that measures those it gets, and what none of them answers.
net::Router make_router(Metrics& metrics);

}  // namespace parley::app
