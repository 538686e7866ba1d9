#include "instance.hpp"

#include <parley/codec/protobuf.hpp>
#include <parley/codec/status.hpp>
#include <parley/log.hpp>
#include <parley/net/pause.hpp>
#include <parley/rpc/health.hpp>

#include <algorithm>
#include <array>
#include <map>

namespace parley::placement {
namespace {

using net::GrpcFailure;
using InstancePtr = std::shared_ptr<Instance>;

Error error_of(const GrpcFailure& failure) {
  auto error = failure.error;
  codec::read_status_details(failure.details, error);
  return error;
}

// What the other side's answer is called in an error.
Error no_answer(const Operation& row, const Error& why) {
  return {Code::internal,
          "the other side's answer is no " + std::string(row.answer().name) + ": " + why.message};
}

Result<void> read_answer(const Operation& row, std::string_view bytes, void* answer) {
  auto read = codec::read_protobuf(bytes, row.answer(), answer);
  if (!read) return std::unexpected(no_answer(row, read.error()));
  return {};
}

// The metrics of one operation.
struct Figures {
  std::array<Counter*, code_count> requests{};
  Histogram* duration = nullptr;
};

class GrpcRemote final : public RemoteModule, public std::enable_shared_from_this<GrpcRemote> {
 public:
  GrpcRemote(std::string_view module, std::span<const Operation> rows, RemoteDependencies dependencies,
             const Options& options, const net::GrpcClientOptions& client)
      : module_(module),
        service_(grpc_service(rows)),
        deps_(std::move(dependencies)),
        options_(options),
        client_(client),
        tasks_(log_failures("placement", "looking after a module in another process failed")) {}

  void start() {
    look();
    find();
  }

  Task<Result<void>> unary(const Operation& row, CallContext context, const void* request,
                           void* answer) override {
    if (!row.grpc) co_return fail(Code::unimplemented, std::string(row.name) + " has no gRPC method");
    const auto self = shared_from_this();
    const Clock& clock = *context.clock;
    if (context.deadline == SteadyTime::max()) context.deadline = clock.steady() + options_.call_timeout;
    std::string message;
    codec::write_protobuf(row.request(), request, message);
    auto backoff = options_.first_backoff;
    for (std::int32_t attempt = 1;; ++attempt) {
      auto trying = next_attempt();
      if (!trying) co_return std::unexpected(std::move(trying.error()));
      auto calling = trying->instance->channel.unary(context, row.grpc, message, std::move(trying->metadata));
      auto answered = co_await std::move(calling);
      account(*trying, row, answered ? Code::ok : answered.error().error.code);
      if (answered) co_return read_answer(row, *answered, answer);
      auto error = error_of(answered.error());
      const bool again = answered.error().not_begun || (row.idempotent && error.code == Code::unavailable);
      const auto wait = jittered(backoff);
      if (!again || attempt >= options_.attempts || clock.steady() + wait >= context.deadline)
        co_return std::unexpected(std::move(error));
      auto pausing = net::pause(deps_.loop, wait, context);
      const bool go_on = co_await std::move(pausing);
      if (!go_on) co_return fail(Code::cancelled, "the call was cancelled");
      backoff = std::min(backoff * 2, options_.last_backoff);
    }
  }

  Task<Result<void>> stream(const Operation& row, CallContext context, Messages& messages) override {
    if (!row.grpc) co_return fail(Code::unimplemented, std::string(row.name) + " has no gRPC method");
    const auto self = shared_from_this();
    auto trying = next_attempt();
    if (!trying) co_return std::unexpected(std::move(trying.error()));
    auto beginning = trying->instance->channel.begin(context, row.grpc, std::move(trying->metadata));
    auto call = co_await std::move(beginning);
    if (!call) {
      account(*trying, row, call.error().error.code);
      co_return std::unexpected(error_of(call.error()));
    }
    auto running = converse(row, context, **call, messages);
    auto outcome = co_await std::move(running);
    account(*trying, row, outcome ? Code::ok : outcome.error().code);
    co_return outcome;
  }

  Task<Result<void>> ask(const Operation& row, CallContext context, const void* request,
                         void* answer) override {
    const auto self = shared_from_this();
    if (instances_.empty()) co_return std::unexpected(unknown());
    auto shown = metadata();
    if (!shown) co_return std::unexpected(std::move(shown.error()));
    const auto instance = instances_.front();
    std::string message;
    codec::write_protobuf(row.request(), request, message);
    auto calling =
        instance->channel.unary(std::move(context), row.grpc, std::move(message), std::move(*shown));
    auto answered = co_await std::move(calling);
    if (!answered) co_return std::unexpected(error_of(answered.error()));
    co_return read_answer(row, *answered, answer);
  }

  std::vector<InstanceState> instances() const override {
    std::vector<InstanceState> all;
    for (const auto& instance : instances_) all.push_back(instance->state(deps_.clock.steady()));
    return all;
  }

  bool well() const override {
    const auto now = deps_.clock.steady();
    return std::ranges::any_of(instances_, [&](const InstancePtr& instance) {
      return instance->problem.empty() && instance->breaker.state(now) != CircuitBreaker::State::open;
    });
  }

  void stop() override {
    stopped_ = true;
    finding_.cancel();
    looking_.cancel();
    for (const auto& instance : std::exchange(instances_, {})) instance->channel.close();
    show_breakers();
  }

 private:
  // ---- one call ------------------------------------------------------------------------------------------

  Error unknown() const {
    return {Code::unavailable, "no instance of the module " + std::string(module_) + " is known" +
                                   (unresolved_.empty() ? std::string() : ": " + unresolved_)};
  }

  // The next one round that takes calls; among those, the ones that are well first.
  Result<InstancePtr> choose() {
    if (instances_.empty()) return std::unexpected(unknown());
    const auto now = deps_.clock.steady();
    for (const bool any : {false, true})
      for (std::size_t i = 0; i < instances_.size(); ++i) {
        const auto& instance = instances_[(next_ + i) % instances_.size()];
        if (!any && !instance->problem.empty()) continue;
        if (!instance->breaker.admit(now)) continue;
        next_ = (next_ + i + 1) % instances_.size();
        return instance;
      }
    Error error{Code::unavailable,
                "the module " + std::string(module_) + " does not answer: its circuit breaker is open"};
    error.retry_after = options_.breaker_reset;
    for (const auto& instance : instances_)
      error.retry_after = std::min(error.retry_after, instance->breaker.closed_for(now));
    return std::unexpected(std::move(error));
  }

  Result<net::GrpcMetadata> metadata() {
    net::GrpcMetadata all;
    if (!deps_.tokens) return all;
    auto token = deps_.tokens->token();
    if (!token) return std::unexpected(std::move(token.error()));
    all.emplace_back("authorization", "Bearer " + *token);
    return all;
  }

  struct Requests {
    bool wanted = true;
    std::optional<Error> refused;  // why one could not be had
  };

  // Sends while it receives. A request that cannot be had ends the call, and its reason stands: the other
  // side must not take what it has got for all.
  static Task<Result<void>> converse(const Operation& row, const CallContext& context,
                                     net::GrpcClientCall& call, Messages& messages) {
    Requests requests;
    TaskGroup sending(log_failures("placement", "sending a stream to another process failed"));
    sending.spawn(send(row, call, messages, requests));
    auto receiving = receive(row, context, call, messages);
    auto outcome = co_await std::move(receiving);
    if (!outcome) call.cancel();  // or a write would wait for who does not read
    requests.wanted = false;
    messages.stop();
    auto sent = sending.when_empty();
    co_await std::move(sent);
    if (requests.refused) co_return std::unexpected(std::move(*requests.refused));
    co_return outcome;
  }

  static Task<Result<void>> receive(const Operation& row, const CallContext& context,
                                    net::GrpcClientCall& call, Messages& messages) {
    for (;;) {
      auto reading = call.read();
      auto read = co_await std::move(reading);
      if (!read) co_return std::unexpected(error_of(read.error()));
      if (!*read) co_return Result<void>{};
      if (auto decoded = read_answer(row, **read, messages.fresh()); !decoded) co_return decoded;
      auto delivering = messages.deliver();
      const bool taken = co_await std::move(delivering);
      if (!taken) co_return fail(Code::cancelled, "the receiver has gone");
      // However much the connection holds already.
      if (context.cancelled()) co_return fail(Code::cancelled, "the call was cancelled");
      if (context.expired()) co_return fail(Code::deadline_exceeded, "the call's time is over");
    }
  }

  static Task<void> send(const Operation& row, net::GrpcClientCall& call, Messages& messages,
                         Requests& requests) {
    std::string bytes;
    for (;;) {
      auto asking = messages.next();
      auto request = co_await std::move(asking);
      if (!request && requests.wanted) {
        requests.refused = std::move(request.error());
        call.cancel();
      }
      if (!request) co_return;
      if (!*request) break;
      bytes.clear();
      codec::write_protobuf(row.request(), *request, bytes);
      auto writing = call.write(bytes);
      const bool taken = co_await std::move(writing);
      if (!taken) co_return;
    }
    call.end_writing();
  }

  struct Attempt {
    InstancePtr instance;
    net::GrpcMetadata metadata;
    SteadyTime begun;
  };
  Result<Attempt> next_attempt() {
    auto chosen = choose();
    if (!chosen) return std::unexpected(std::move(chosen.error()));
    auto shown = metadata();
    if (shown) return Attempt{std::move(*chosen), std::move(*shown), deps_.clock.steady()};
    (*chosen)->breaker.withdrawn();
    return std::unexpected(std::move(shown.error()));
  }

  void account(const Attempt& attempt, const Operation& row, Code code) {
    auto& instance = *attempt.instance;
    const auto now = deps_.clock.steady();
    const auto before = instance.breaker.state(now);
    instance.ended(code, now);
    if (const auto after = instance.breaker.state(now); after != before)
      log::warn("placement", "a circuit breaker changed",
                {{"module", module_},
                 {"instance", instance.endpoint.text()},
                 {"from", name_of(before)},
                 {"to", name_of(after)}});
    const double seconds = std::chrono::duration<double>(now - attempt.begun).count();
    log::debug("placement", "call",
               {{"method", row.grpc}, {"status", info(code).name}, {"ms", seconds * 1000}});
    auto& figures = figures_[&row];
    auto& requests = figures.requests[static_cast<std::size_t>(code) % code_count];
    if (!requests)
      requests = &deps_.metrics.counter("grpc_client_requests_total",
                                        "Calls over gRPC to modules in other processes that have ended.",
                                        {{"method", row.grpc}, {"status", info(code).grpc_name}});
    requests->add();
    if (row.shape != Shape::unary) return;
    if (!figures.duration)
      figures.duration =
          &deps_.metrics.histogram("grpc_client_request_duration_seconds",
                                   "Time of an attempt to call another process.", {{"method", row.grpc}});
    figures.duration->observe(seconds);
  }

  // Between half of it and all.
  std::chrono::milliseconds jittered(std::chrono::milliseconds backoff) {
    const auto half = backoff / 2;
    const auto part =
        static_cast<std::int64_t>(deps_.random.next() % static_cast<std::uint64_t>(half.count() + 1));
    return half + std::chrono::milliseconds(part);
  }

  // ---- which instances there are, and how they are
  // ---------------------------------------------------------

  // Finds the instances, and again after a while.
  void find() {
    tasks_.spawn(find_now());
    finding_ = deps_.loop.after(options_.resolve, [weak = weak_from_this()] {
      if (const auto self = weak.lock()) self->find();
    });
  }

  Task<void> find_now() {
    const auto self = shared_from_this();
    auto resolving = deps_.resolver->resolve();
    auto found = co_await std::move(resolving);
    unresolved_ = found ? std::string() : found.error().message;
    if (!found || stopped_) co_return;
    std::vector<InstancePtr> all;
    for (const auto& endpoint : *found) {
      const auto known = std::ranges::find(instances_, endpoint, [](const auto& i) { return i->endpoint; });
      all.push_back(known != instances_.end()
                        ? *known
                        : std::make_shared<Instance>(deps_.loop, endpoint, options_, client_));
    }
    const bool anew = all != instances_;
    instances_ = std::move(all);
    if (anew) look_now();
  }

  void look() {
    look_now();
    looking_ = deps_.loop.after(options_.probe, [weak = weak_from_this()] {
      if (const auto self = weak.lock()) self->look();
    });
  }

  void look_now() {
    for (const auto& instance : instances_) tasks_.spawn(look_at(instance));
    show_breakers();
  }

  // Closed, where an instance is known no more.
  void show_breakers() {
    const auto now = deps_.clock.steady();
    for (auto& [endpoint, gauge] : breaker_gauges_) gauge->set(0);
    for (const auto& instance : instances_) {
      auto& gauge = breaker_gauges_[instance->endpoint];
      if (!gauge)
        gauge = &deps_.metrics.gauge("circuit_breaker_state", "0: closed, 1: open, 2: half-open.",
                                     {{"module", module_}, {"instance", instance->endpoint.text()}});
      gauge->set(static_cast<double>(instance->breaker.state(now)));
    }
  }

  // Asks the standard health service. One who has none, and says so, is there.
  Task<void> look_at(InstancePtr instance) {
    const auto self = shared_from_this();
    CallContext context;
    context.clock = &deps_.clock;
    context.deadline = deps_.clock.steady() + std::max(options_.probe, least_patience);
    auto message = codec::to_protobuf(calls::HealthCheckRequest{service_});
    auto asking = instance->channel.unary(std::move(context), calls::health_check_path, std::move(message));
    auto answered = co_await std::move(asking);
    std::string problem;
    if (answered) {
      const auto health = codec::from_protobuf<calls::HealthCheckResponse>(*answered);
      if (!health || health->status != calls::ServingStatus::serving) problem = "it is not serving";
    } else if (answered.error().error.code == Code::not_found) {
      problem = "it has no " + service_;
    } else if (answered.error().error.code != Code::unimplemented) {
      problem = answered.error().error.message;
    }
    if (problem.empty() != instance->problem.empty())
      log::info("placement", problem.empty() ? "an instance is well" : "an instance is not well",
                {{"module", module_}, {"instance", instance->endpoint.text()}, {"problem", problem}});
    instance->problem = std::move(problem);
  }

  static constexpr std::chrono::milliseconds least_patience{500};

  const std::string_view module_;
  const std::string service_;
  const RemoteDependencies deps_;
  const Options options_;
  const net::GrpcClientOptions client_;
  std::vector<InstancePtr> instances_;
  std::size_t next_ = 0;
  std::string unresolved_;  // why the last lookup failed
  std::map<const Operation*, Figures> figures_;
  std::map<Endpoint, Gauge*> breaker_gauges_;
  Scheduler::Timer finding_, looking_;
  bool stopped_ = false;
  TaskGroup tasks_;
};

}  // namespace

std::shared_ptr<RemoteModule> make_remote(std::string_view module, std::span<const Operation> rows,
                                          RemoteDependencies dependencies, const Options& options,
                                          const net::GrpcClientOptions& client) {
  auto remote = std::make_shared<GrpcRemote>(module, rows, std::move(dependencies), options, client);
  remote->start();
  return remote;
}

}  // namespace parley::placement
