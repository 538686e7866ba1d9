#include "health.hpp"

#include <chrono>

namespace parley {

template <>
std::span<const Operation> operations<grpc::Health>() {
  static constexpr Operation rows[] = {
      operation<&grpc::Health::check>("Check", summary("Whether a service is well"),
                                      grpc_method(calls::health_check_path), idempotent(),
                                      fails(Code::not_found)),
      operation<&grpc::Health::watch>("Watch", summary("Whether a service is well, now and as it changes"),
                                      grpc_method("/grpc.health.v1.Health/Watch"), idempotent(), endless()),
  };
  return rows;
}

namespace grpc {
namespace {

constexpr std::chrono::milliseconds look_interval{1000};

}  // namespace

ServingStatus Health::status_of(std::string_view service) const {
  const auto found = services_.find(service);
  if (found == services_.end()) return ServingStatus::service_unknown;
  return found->second() ? ServingStatus::serving : ServingStatus::not_serving;
}

Task<Result<HealthCheckResponse>> Health::check(CallContext, HealthCheckRequest request) {
  const auto status = status_of(request.service);
  if (status == ServingStatus::service_unknown)
    return Result<HealthCheckResponse>(fail(Code::not_found, "there is no service of this name"));
  return Result<HealthCheckResponse>(HealthCheckResponse{status});
}

Task<Result<void>> Health::watch(CallContext context, HealthCheckRequest request,
                                 Sink<HealthCheckResponse> sink) {
  Follower follower(waiting_, context, scheduler_);
  look_again();
  std::optional<ServingStatus> told;
  for (;;) {
    if (auto fine = follower.may_go_on(); !fine) co_return std::unexpected(std::move(fine.error()));
    const HealthCheckResponse now{status_of(request.service)};
    if (told != now.status) {
      told = now.status;
      auto sending = sink.send(now);
      const bool taken = co_await std::move(sending);
      if (!taken) co_return fail(Code::cancelled, "the receiver has gone");
    }
    auto waiting = follower.wait();
    co_await std::move(waiting);
  }
}

// What is asked about does not tell when it changes.
void Health::look_again() {
  if (looking_) return;
  looking_ = true;
  timer_ = scheduler_.after(look_interval, [this] {
    looking_ = false;
    waiting_.wake();
    if (waiting_.size() > 0 && !waiting_.closed()) look_again();
  });
}

}  // namespace grpc
}  // namespace parley
