#include "hosting/module_process.hpp"

#include <parley/log.hpp>
#include <parley/placed.hpp>
#include <parley/topology/topology.hpp>

#include <algorithm>
#include <utility>

namespace parley::app {
namespace {

constexpr std::chrono::milliseconds patience{15'000};
constexpr std::chrono::milliseconds watch_interval{100};
constexpr std::chrono::milliseconds first_restart{500}, last_restart{10'000};
constexpr std::chrono::milliseconds metrics_time{500};

}  // namespace

ModuleProcess::ModuleProcess(ChildSettings settings, Dependencies dependencies)
    : deps_(std::move(dependencies)),
      module_(settings.module),
      child_(deps_.loop, std::move(settings)),
      mirror_(deps_.metrics),
      tasks_(log_failures("app", "looking after a module's process failed")) {}

Task<Result<void>> ModuleProcess::start() {
  auto starting = start_child();
  auto started = co_await std::move(starting);
  if (!started) co_return started;
  tasks_.spawn(watch());
  auto gathering = gather_metrics();
  co_await std::move(gathering);
  co_return started;
}

void ModuleProcess::retire() {
  stopping_ = true;
  pause_.wake();
}

Task<void> ModuleProcess::stop() {
  retire();
  auto ending = child_.stop(deps_.grace);
  co_await std::move(ending);
  if (remote_) remote_->stop();
  forget_metrics();
  auto watched = tasks_.when_empty();
  co_await std::move(watched);
}

// Where it was if it was already.
Task<Result<void>> ModuleProcess::start_child() {
  auto starting = child_.start(grpc_port_, patience);
  auto ports = co_await std::move(starting);
  const auto before = std::exchange(grpc_port_, ports ? ports->grpc : 0);
  if (!ports) co_return std::unexpected(std::move(ports.error()));
  // On its old port it is the instance that is known, with its circuit breaker.
  if (remote_ && before == grpc_port_) co_return Result<void>{};
  auto bound = deps_.bind(authority(deps_.host, grpc_port_));
  if (!bound) co_return std::unexpected(std::move(bound.error()));
  if (const auto old = std::exchange(remote_, std::move(*bound))) old->stop();
  co_return Result<void>{};
}

Task<void> ModuleProcess::watch() {
  auto backoff = first_restart;
  for (;;) {
    auto waiting = pause_.wait(deps_.loop, watch_interval);
    co_await std::move(waiting);
    if (stopping_) co_return;
    if (child_.running()) continue;
    forget_metrics();
    log::error("app", "the process of an extracted module has ended; it is started again",
               {{"module", module_}, {"how", child_.end()}, {"wait_ms", backoff.count()}});
    auto pausing = pause_.wait(deps_.loop, backoff);
    co_await std::move(pausing);
    if (stopping_) co_return;
    restarting_ = true;
    auto starting = start_child();
    const auto started = co_await std::move(starting);
    restarting_ = false;
    if (started) {
      backoff = first_restart;
      log::info("app", "an extracted module serves again", {{"module", module_}, {"pid", child_.pid()}});
    } else {
      backoff = std::min(backoff * 2, last_restart);
      log::error("app", "an extracted module cannot be started again",
                 {{"module", module_}, {"reason", started.error().message}});
    }
  }
}

Task<void> ModuleProcess::gather_metrics() {
  const auto remote = remote_;
  if (!remote || !child_.running()) co_return;
  const auto number = ++metrics_asked_;
  CallContext context;
  context.clock = &deps_.clock;
  context.deadline = deps_.clock.steady() + metrics_time;
  const Empty request;
  topology::ModuleMetrics told;
  auto asking =
      remote->ask(row_of<&topology::TopologyService::list_metrics>(), std::move(context), &request, &told);
  const auto answered = co_await std::move(asking);
  // What was asked later may have been told already, or by the next child.
  if (!answered || number <= metrics_told_) co_return;
  metrics_told_ = number;
  mirror_.follow(std::move(told.series));
}

void ModuleProcess::forget_metrics() {
  metrics_told_ = metrics_asked_;
  mirror_.end();
}

}  // namespace parley::app
