// Puts the edge together.
#include "health.hpp"
#include "messages.hpp"
#include "methods.hpp"
#include "proto_routes.hpp"
#include "reflection.hpp"
#include "status.hpp"

#include <parley/grpc/edge.hpp>

#include <array>
#include <list>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace parley::grpc {
namespace {

constexpr std::string_view unknown_method = "unknown";

// The services by their names on the wire.
Health::Serving serving(const Dependencies& deps) {
  const auto always = [] { return true; };
  Health::Serving all{{"", always}};
  for (const auto own : {operations<Health>(), operations<Reflection>()})
    for (const auto& row : own) all.emplace(std::string(service_of(row.grpc)), always);
  for (const auto& service : deps.services)
    for (const auto& row : service.operations) {
      for (const auto& method : grpc_methods(service, row))
        all.emplace(std::string(service_of(method.path)),
                    [ask = deps.serving, module = service.module] { return !ask || ask(module); });
    }
  return all;
}

class GrpcEdge final : public Edge {
 public:
  explicit GrpcEdge(Dependencies dependencies)
      : deps_(std::move(dependencies)),
        health_(deps_.scheduler, serving(deps_)),
        services_(all_services()),
        files_(services_),
        calls_edge_{"grpc", deps_.metrics, deps_.authorize},
        methods_(calls_edge_, services_) {
    reflection_.show(files_);
  }

  void mount(net::Router& router) override { mount_proto_files(router, files_); }

  // Whatever may go on for ever ends now, so that the rest has the time to finish.
  void stop() override {
    stopping_ = true;
    health_.stop();
    for (const auto& cancellation : std::vector(endless_.begin(), endless_.end())) cancellation->cancel();
  }

  Task<net::GrpcStatus> serve(net::GrpcCall& call) override {
    CallContext context = call.context();
    if (deps_.authenticate) {
      auto principal = deps_.authenticate(call);
      if (!principal) co_return to_status(principal.error());
      context.principal = std::move(*principal);
    }
    const auto* method = methods_.find(call.path());
    if (!method)
      co_return net::GrpcStatus{Code::unimplemented,
                                "there is no method of this name; reflection tells which there are"};
    const auto shape = method->operation.row().shape;
    if (context.deadline == SteadyTime::max() && shape == Shape::unary)
      context.deadline = context.clock->steady() + deps_.call_timeout;
    const Endless endless(*this, method->operation.row().endless ? context.cancellation : nullptr);
    auto running = streams_in(shape) ? run_stream(*method, context, call) : run(*method, context, call);
    const auto outcome = co_await std::move(running);
    if (stopping_ && !outcome && outcome.error().code == Code::cancelled)
      co_return net::GrpcStatus{Code::unavailable, "the server is stopping"};
    co_return outcome ? net::GrpcStatus{} : to_status(outcome.error());
  }

  void observe(const net::GrpcCall& call, const net::GrpcStatus& status, double seconds) override {
    const auto* method = methods_.find(call.path());
    auto& figures = figures_[method];
    const auto code = static_cast<std::size_t>(status.code) % code_count;
    const auto label = method ? call.path() : unknown_method;
    auto& requests = figures.requests[code];
    if (!requests)
      requests = &deps_.metrics.counter("grpc_requests_total", "Calls over gRPC that have ended.",
                                        {{"method", label}, {"status", info(status.code).grpc_name}});
    requests->add();
    if (!figures.duration)
      figures.duration = &deps_.metrics.histogram(
          "grpc_request_duration_seconds", "Time from a call over gRPC to its end.", {{"method", label}});
    figures.duration->observe(seconds);
  }

 private:
  // A call's place among those that a stop ends.
  class Endless {
   public:
    Endless(GrpcEdge& edge, std::shared_ptr<Cancellation> cancellation) : edge_(edge) {
      if (!cancellation) return;
      if (edge.stopping_) cancellation->cancel();
      place_ = edge.endless_.insert(edge.endless_.end(), std::move(cancellation));
    }
    Endless(const Endless&) = delete;
    Endless& operator=(const Endless&) = delete;
    ~Endless() {
      if (place_) edge_.endless_.erase(*place_);
    }

   private:
    GrpcEdge& edge_;
    std::optional<std::list<std::shared_ptr<Cancellation>>::iterator> place_;
  };

  struct Figures {
    std::array<Counter*, code_count> requests{};
    Histogram* duration = nullptr;
  };

  std::vector<BoundService> all_services() {
    auto all = deps_.services;
    all.push_back(bind_service<Health>("health", health_));
    all.push_back(bind_service<Reflection>("reflection", reflection_));
    return all;
  }

  static Task<Result<void>> run(const Methods::Method& method, const CallContext& context,
                                net::GrpcCall& call) {
    auto reading = call.read();
    auto message = co_await std::move(reading);
    if (!message) co_return std::unexpected(std::move(message.error()));
    if (!*message) co_return fail(Code::internal, "the call has no message");
    OneMessage in(**message, method.style);
    Answers out(call, method.style);
    auto running = method.operation.call(context, in, out);
    auto outcome = co_await std::move(running);
    co_return outcome;
  }

  static Task<Result<void>> run_stream(const Methods::Method& method, const CallContext& context,
                                       net::GrpcCall& call) {
    MessageStream in(call, method.style);
    Answers out(call, method.style);
    auto running = method.operation.call(context, in, out);
    auto outcome = co_await std::move(running);
    co_return outcome;
  }

  const Dependencies deps_;
  Health health_;
  Reflection reflection_;
  const std::vector<BoundService> services_;
  const codec::ProtoFiles files_;
  const calls::Edge calls_edge_;
  const Methods methods_;
  std::list<std::shared_ptr<Cancellation>> endless_;
  bool stopping_ = false;
  std::unordered_map<const Methods::Method*, Figures> figures_;  // null: of all that are unknown
};

}  // namespace

std::unique_ptr<Edge> make_edge(Dependencies dependencies) {
  return std::make_unique<GrpcEdge>(std::move(dependencies));
}

}  // namespace parley::grpc
