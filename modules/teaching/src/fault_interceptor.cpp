// Faults, before the handlers.
#include "status.hpp"

#include <parley/net/pause.hpp>
#include <parley/teaching/teaching.hpp>

namespace parley::teaching {
namespace {

class FaultInterceptor final : public net::Interceptor {
 public:
  FaultInterceptor(faults::Injector& injector, Scheduler& scheduler, net::ErrorWriter error_writer)
      : injector_(injector), scheduler_(scheduler), error_writer_(std::move(error_writer)) {}

  bool concerns(const net::Request& request) noexcept override {
    return request.route && injector_.concerns(request.route->pattern);
  }

  Task<bool> intercept(net::Request& request, net::Response& response) override {
    const auto injection = injector_.draw(request.route->pattern);
    if (injection.delay.count() > 0) {
      auto waiting = net::pause(scheduler_, injection.delay, request.context);
      co_await std::move(waiting);
      response.header(field, "delay=" + std::to_string(injection.delay.count()));
    }
    response.reset = injection.reset;
    if (injection.error_status) {
      response.header(field, "error");
      response.status = injection.error_status;
      const Error error{code_of(injection.error_status), "this error is injected, see /api/admin/faults"};
      const auto& own = request.route->error_writer;  // in the shape that the route's clients expect
      (own ? own : error_writer_)(request, response, error);
      response.status = injection.error_status;
    }
    co_return injection.reset || injection.error_status != 0;
  }

 private:
  static constexpr std::string_view field = "X-Injected-Fault";

  faults::Injector& injector_;
  Scheduler& scheduler_;
  const net::ErrorWriter error_writer_;
};

}  // namespace

std::unique_ptr<net::Interceptor> make_fault_interceptor(faults::Injector& injector, Scheduler& scheduler,
                                                         net::ErrorWriter error_writer) {
  return std::make_unique<FaultInterceptor>(injector, scheduler, std::move(error_writer));
}

}  // namespace parley::teaching
