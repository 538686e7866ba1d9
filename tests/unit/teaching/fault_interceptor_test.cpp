#include "catch.hpp"
#include "manual_time.hpp"

#include <parley/teaching/teaching.hpp>

using namespace parley;
using namespace parley::test;

namespace {

class Drawn final : public faults::Injector {
 public:
  faults::Injection injection;
  std::string asked;
  bool concerns(std::string_view route) const noexcept override { return route == "/users/{id}"; }
  faults::Injection draw(std::string_view route) override {
    asked = route;
    return injection;
  }
  std::string summary() const override { return {}; }
};

class InterceptorFixture {
 public:
  InterceptorFixture() {
    route.pattern = "/users/{id}";
    request.route = &route;
    request.context.clock = &time;
    request.context.cancellation = std::make_shared<Cancellation>();
  }
  bool intercept() { return time.wait(interceptor->intercept(request, response)); }

  ManualTime time;
  Drawn injector;
  net::Route route;
  net::Request request;
  net::Response response;
  std::unique_ptr<net::Interceptor> interceptor = teaching::make_fault_interceptor(
      injector, time, [](const net::Request&, net::Response& r, const Error& error) {
        r.body = "general " + std::string(info(error.code).name);
      });
};

}  // namespace

TEST_CASE("an interceptor asks the faults by the route's pattern") {
  InterceptorFixture fixture;
  CHECK(fixture.interceptor->concerns(fixture.request));
  CHECK_FALSE(fixture.intercept());
  CHECK(fixture.injector.asked == "/users/{id}");
  CHECK(fixture.response.headers().empty());
  fixture.route.pattern = "/other";
  CHECK_FALSE(fixture.interceptor->concerns(fixture.request));
  fixture.request.route = nullptr;
  CHECK_FALSE(fixture.interceptor->concerns(fixture.request));
}

TEST_CASE("an injected error says that it is one, in the shape of its route") {
  InterceptorFixture fixture;
  fixture.injector.injection.error_status = 429;
  CHECK(fixture.intercept());
  CHECK(fixture.response.status == 429);
  CHECK(fixture.response.body == "general resource_exhausted");
  CHECK(fixture.response.headers() == "X-Injected-Fault: error\r\n");
  fixture.route.error_writer = [](const net::Request&, net::Response& r, const Error&) { r.body = "own"; };
  CHECK(fixture.intercept());
  CHECK(fixture.response.body == "own");
}

TEST_CASE("an injected delay passes first, and a client that leaves ends it") {
  InterceptorFixture fixture;
  fixture.injector.injection.delay = std::chrono::milliseconds(50);
  bool answered = true;
  TaskGroup tasks([](std::exception_ptr) {});
  const auto run = [](InterceptorFixture& f, bool& out) -> Task<void> {
    auto intercepting = f.interceptor->intercept(f.request, f.response);
    out = co_await std::move(intercepting);
  };
  tasks.spawn(run(fixture, answered));
  CHECK(tasks.size() == 1);
  fixture.time.advance(std::chrono::milliseconds(50));
  CHECK(tasks.size() == 0);
  CHECK_FALSE(answered);
  CHECK(fixture.response.headers() == "X-Injected-Fault: delay=50\r\n");

  tasks.spawn(run(fixture, answered));
  fixture.request.context.cancellation->cancel();
  CHECK(tasks.size() == 0);
}

TEST_CASE("an injected reset is left to the server") {
  InterceptorFixture fixture;
  fixture.injector.injection.reset = true;
  CHECK(fixture.intercept());
  CHECK(fixture.response.reset);
}
