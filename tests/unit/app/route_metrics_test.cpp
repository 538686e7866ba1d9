// What the routes measure of themselves.
#include "route_metrics.hpp"

#include "catch.hpp"
#include "recording_metrics.hpp"

using namespace parley;
using net::Method;

TEST_CASE("each route of the server's router counts its answers by method and status") {
  test::RecordingMetrics metrics;
  auto router = app::make_router(metrics);
  auto& route =
      router.add(Method::get, "/users/{id}", [](net::Request&, net::Response&) -> Task<void> { co_return; });
  REQUIRE(route.observer);
  net::Request request;
  request.method = Method::get;
  for (const std::uint16_t status : {200, 404, 200}) route.observer->answered(request, status, 0.5, 10);
  CHECK(metrics["http_requests_total GET /users/{id} 200"].value == 2);
  CHECK(metrics["http_requests_total GET /users/{id} 404"].value == 1);
  CHECK(metrics["http_request_duration_seconds GET /users/{id}"].observations.size() == 3);

  REQUIRE(router.unmatched);
  router.unmatched->answered(request, 404, 0.5, 10);
  CHECK(metrics["http_requests_total GET unmatched 404"].value == 1);
}
