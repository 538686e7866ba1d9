// What becomes of requests because of faults.
#include "catch.hpp"
#include "in_process.hpp"

using namespace parley;
using namespace parley::test;
using faults::SetFault;

namespace {

constexpr std::string_view users = "/api/v1/users/{id}";

void set(FaultsInProcess& faults, SetFault request) {
  REQUIRE(faults.run(faults.service().set_fault(faults.context(), std::move(request))));
}

SetFault fault(std::string_view route) {
  SetFault request;
  request.route = route;
  return request;
}

std::int64_t injected(FaultsInProcess& faults) {
  const auto list = faults.run(faults.service().list_faults(faults.context(), Empty{}));
  return list->faults.at(0).injected;
}

}  // namespace

TEST_CASE("a fault concerns its route, the star all that have none of their own") {
  FaultsInProcess faults;
  auto& injector = *faults.module;
  CHECK_FALSE(injector.concerns(users));
  auto request = fault(users);
  request.delay = std::chrono::milliseconds(100);
  set(faults, request);
  CHECK(injector.concerns(users));
  CHECK_FALSE(injector.concerns("/echo"));
  CHECK(injector.draw("/echo").delay.count() == 0);

  request.route = "*";
  request.delay = std::chrono::milliseconds(7);
  set(faults, request);
  CHECK(injector.draw("/echo").delay.count() == 7);
  CHECK(injector.draw(users).delay.count() == 100);
  for (const auto* spared : {"/health", "/health/live", "/health/ready", "/metrics", "/api/admin/faults"})
    CHECK_FALSE(injector.concerns(spared));
}

TEST_CASE("errors and resets come as often as they were asked for") {
  FaultsInProcess faults;
  auto request = fault("/echo");
  request.error_rate = 0.5;
  request.error_status = 418;
  request.reset_rate = 0.25;
  set(faults, request);
  int errors = 0, resets = 0, spared = 0;
  for (int i = 0; i < 4000; ++i) {
    const auto injection = faults.module->draw("/echo");
    CHECK_FALSE((injection.error_status && injection.reset));
    if (injection.error_status) CHECK(injection.error_status == 418);
    (injection.reset ? resets : injection.error_status ? errors : spared) += 1;
  }
  CHECK(std::abs(errors - 2000) < 200);
  CHECK(std::abs(resets - 1000) < 200);
  CHECK(injected(faults) == errors + resets);
  CHECK(faults.metrics["faults_injected_total /echo error"].value == errors);
  CHECK(faults.metrics["faults_injected_total /echo reset"].value == resets);
}

TEST_CASE("rates of one and zero are certain") {
  FaultsInProcess faults;
  auto request = fault("/echo");
  request.error_rate = 1;
  set(faults, request);
  for (int i = 0; i < 100; ++i) CHECK(faults.module->draw("/echo").error_status == 503);
  request.error_rate = 0;
  request.reset_rate = 1;
  set(faults, request);
  for (int i = 0; i < 100; ++i) CHECK(faults.module->draw("/echo").reset);
}

TEST_CASE("a delay has its jitter on top") {
  FaultsInProcess faults;
  auto request = fault("/echo");
  request.delay = std::chrono::milliseconds(100);
  request.jitter = std::chrono::milliseconds(10);
  set(faults, request);
  std::int64_t least = 1000, most = 0;
  for (int i = 0; i < 500; ++i) {
    const auto delay = faults.module->draw("/echo").delay.count();
    least = std::min(least, delay), most = std::max(most, delay);
  }
  CHECK(least == 100);
  CHECK(most == 110);
}

TEST_CASE("a fault ends after its requests, or its time") {
  FaultsInProcess faults;
  auto request = fault("/echo");
  request.delay = std::chrono::milliseconds(1);
  request.remaining = 3;
  set(faults, request);
  for (int i = 0; i < 3; ++i) CHECK(faults.module->draw("/echo").delay.count() == 1);
  CHECK_FALSE(faults.module->concerns("/echo"));

  request.remaining = std::nullopt;
  request.expires_in = std::chrono::milliseconds(5000);
  set(faults, request);
  faults.time.advance(std::chrono::milliseconds(4999));
  CHECK(faults.module->concerns("/echo"));
  faults.time.advance(std::chrono::milliseconds(1));
  CHECK_FALSE(faults.module->concerns("/echo"));

  set(faults, request);  // one that is replaced does not end its successor
  faults.time.advance(std::chrono::milliseconds(3000));
  set(faults, request);
  faults.time.advance(std::chrono::milliseconds(3000));
  CHECK(faults.module->concerns("/echo"));
}

TEST_CASE("what is injected is seen in the gauge, the summary and the call of changes") {
  FaultsInProcess faults;
  CHECK(faults.module->summary().empty());
  CHECK(faults.metrics["faults_active"].value == 0);
  auto request = fault(users);
  request.delay = std::chrono::milliseconds(200);
  request.error_rate = 0.125;
  set(faults, request);
  request = fault("*");
  request.jitter = std::chrono::milliseconds(30);
  request.reset_rate = 1;
  set(faults, request);
  CHECK(faults.module->summary() ==
        "*: delay 0 to 30 ms, resets 100 %; /api/v1/users/{id}: delay 200 ms, errors 12.5 % (503)");
  CHECK(faults.metrics["faults_active"].value == 2);
  CHECK(faults.changes == std::vector<bool>{true, true});
  REQUIRE(faults.run(faults.service().clear_faults(faults.context(), {})));
  CHECK(faults.changes.back() == false);
  CHECK(faults.metrics["faults_active"].value == 0);
}

TEST_CASE("the faults' rows need the administrator") {
  for (const auto& row : operations<faults::FaultService>()) {
    CHECK(row.permission == "admin:faults");
    CHECK(row.path == "/api/admin/faults");
  }
}
