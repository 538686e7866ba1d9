// What every placement of the faults port has to do. Included by a .cpp that defines FAULTS_PLACEMENTS: types with
// service(), context() and run(), whose server has the routes /api/v1/users/{id}, /api/messages and /health, and
// takes four faults.
#pragma once

#include "catch.hpp"

#include <parley/faults/faults.hpp>

namespace parley::test::faults_contract {

using namespace parley::faults;

inline SetFault slow(std::string route) {
  SetFault request;
  request.route = std::move(route);
  request.delay = std::chrono::milliseconds(200);
  return request;
}

template <class Placement>
Result<Fault> set(Placement& placement, SetFault request) {
  return placement.run(placement.service().set_fault(placement.context(), std::move(request)));
}

template <class Placement>
std::vector<std::string> routes(Placement& placement) {
  const auto list = placement.run(placement.service().list_faults(placement.context(), Empty{}));
  REQUIRE(list);
  std::vector<std::string> names;
  for (const auto& fault : list->faults) names.push_back(fault.route);
  return names;
}

template <class Placement>
Result<Cleared> clear(Placement& placement, std::optional<std::string> route = std::nullopt) {
  ClearFaults request;
  request.route = std::move(route);
  return placement.run(placement.service().clear_faults(placement.context(), std::move(request)));
}

template <class Placement>
std::vector<FieldProblem> problems(Placement& placement, SetFault request) {
  const auto refused = set(placement, std::move(request));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == Code::invalid_argument);
  return refused.error().fields;
}

}  // namespace parley::test::faults_contract

TEMPLATE_TEST_CASE("faults are set, listed by route, replaced and cleared", "[contract]", FAULTS_PLACEMENTS) {
  using namespace parley::test::faults_contract;
  TestType placement;
  CHECK(routes(placement).empty());
  auto users = slow("/api/v1/users/{id}");
  users.jitter = std::chrono::milliseconds(50);
  users.error_rate = 0.25;
  users.error_status = 500;
  users.reset_rate = 0.5;
  users.remaining = 7;
  users.expires_in = std::chrono::milliseconds(60'000);
  const auto fault = set(placement, users);
  REQUIRE(fault);
  CHECK(fault->route == users.route);
  CHECK(fault->delay == users.delay);
  CHECK(fault->jitter == users.jitter);
  CHECK(fault->error_rate == users.error_rate);
  CHECK(fault->error_status == 500);
  CHECK(fault->reset_rate == users.reset_rate);
  CHECK(fault->remaining == 7);
  CHECK(fault->expires_at == placement.context().now() + std::chrono::seconds(60));
  CHECK(fault->injected == 0);

  REQUIRE(set(placement, slow("/api/messages")));
  REQUIRE(set(placement, slow("*")));
  CHECK(routes(placement) == std::vector<std::string>{"*", "/api/messages", "/api/v1/users/{id}"});

  const auto replaced = set(placement, slow("/api/v1/users/{id}"));
  REQUIRE(replaced);
  CHECK(replaced->error_rate == 0);
  CHECK_FALSE(replaced->remaining);
  CHECK_FALSE(replaced->expires_at);
  CHECK(routes(placement).size() == 3);

  const auto one = clear(placement, "/api/messages");
  REQUIRE(one);
  CHECK(one->cleared == 1);
  CHECK(routes(placement) == std::vector<std::string>{"*", "/api/v1/users/{id}"});
  const auto again = clear(placement, "/api/messages");
  REQUIRE_FALSE(again);
  CHECK(again.error().code == parley::Code::not_found);
  const auto all = clear(placement);
  REQUIRE(all);
  CHECK(all->cleared == 2);
  CHECK(routes(placement).empty());
  CHECK(clear(placement)->cleared == 0);
}

TEMPLATE_TEST_CASE("a route must be one of the server, and the right one is suggested", "[contract]",
                   FAULTS_PLACEMENTS) {
  using namespace parley::test::faults_contract;
  TestType placement;
  const auto problem_of = [&](const char* route) {
    const auto found = problems(placement, slow(route));
    REQUIRE(found.size() == 1);
    CHECK(found[0].field == "route");
    return found[0].problem;
  };
  CHECK(problem_of("/api/mesages").ends_with("did you mean /api/messages?"));
  CHECK(problem_of("/api/v1/users/42").ends_with("did you mean /api/v1/users/{id}?"));
  CHECK(problem_of("/nothing/like/it").ends_with("as its metrics name it"));
  for (const auto* spared : {"/health", "/health/live", "/metrics", "/api/admin/faults"})
    CHECK(problem_of(spared).contains("never disturbed"));
  CHECK(routes(placement).empty());
}

TEMPLATE_TEST_CASE("every problem of a fault is named", "[contract]", FAULTS_PLACEMENTS) {
  using namespace parley::test::faults_contract;
  TestType placement;
  const auto field_of = [&](auto change) {
    auto request = slow("/api/messages");
    change(request);
    const auto found = problems(placement, std::move(request));
    return found.empty() ? std::string() : found[0].field;
  };
  CHECK(field_of([](SetFault& f) { f.delay = std::chrono::milliseconds(60'001); }) == "delay");
  CHECK(field_of([](SetFault& f) { f.jitter = std::chrono::milliseconds(-1); }) == "jitter");
  CHECK(field_of([](SetFault& f) { f.error_rate = 1.1; }) == "error_rate");
  CHECK(field_of([](SetFault& f) { f.reset_rate = -0.1; }) == "reset_rate");
  CHECK(field_of([](SetFault& f) { f.error_rate = 0.6, f.reset_rate = 0.6; }) == "reset_rate");
  CHECK(field_of([](SetFault& f) { f.error_status = 399; }) == "error_status");
  CHECK(field_of([](SetFault& f) { f.error_status = 600; }) == "error_status");
  CHECK(field_of([](SetFault& f) { f.remaining = 0; }) == "remaining");
  CHECK(field_of([](SetFault& f) { f.expires_in = std::chrono::milliseconds(0); }) == "expires_in");
  CHECK(field_of([](SetFault& f) { f.delay = std::chrono::milliseconds(0); }) == "delay");
  CHECK(field_of([](SetFault& f) { f.route.clear(); }) == "route");
}

TEMPLATE_TEST_CASE("the number of faults is bounded", "[contract]", FAULTS_PLACEMENTS) {
  using namespace parley::test::faults_contract;
  TestType placement;
  for (const auto* route : {"*", "/api/messages", "/api/v1/users/{id}", "/echo"})
    REQUIRE(set(placement, slow(route)));
  const auto refused = set(placement, slow("/delay/{ms}"));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == parley::Code::resource_exhausted);
  CHECK(set(placement, slow("/echo")));  // in place of another
  CHECK(clear(placement, "/echo"));
  CHECK(set(placement, slow("/delay/{ms}")));
}
