#include "catch.hpp"

#include <parley/observe/observe.hpp>

#include <stdexcept>

using namespace parley;

TEST_CASE("health is the worst of its checks") {
  auto health = observe::make_health();
  bool critical = true, other = true;
  health->add({"database", true, [&] { return critical; }});
  health->add({"mail", false, [&] { return other; }});

  CHECK(health->report().status == "healthy");
  other = false;
  CHECK(health->report().status == "degraded");
  critical = false;
  CHECK(health->report().status == "unhealthy");
  other = true;
  CHECK(health->report().status == "unhealthy");

  const auto report = health->report();
  REQUIRE(report.dependencies.size() == 2);
  CHECK(report.dependencies[0] == std::pair<std::string, std::string>("database", "failed"));
  CHECK(report.dependencies[1] == std::pair<std::string, std::string>("mail", "healthy"));
}

TEST_CASE("health without checks is healthy, a check that throws has failed") {
  auto health = observe::make_health();
  CHECK(health->report().status == "healthy");
  health->add({"broken", true, []() -> bool { throw std::runtime_error("no"); }});
  health->add({"absent", false, {}});
  const auto report = health->report();
  CHECK(report.status == "unhealthy");
  CHECK(report.dependencies[0].second == "failed");
  CHECK(report.dependencies[1].second == "failed");
}
