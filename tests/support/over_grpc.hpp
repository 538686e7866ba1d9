// The two sides of a port over gRPC, each on the loop of its process.
#pragma once

#include "manual_time.hpp"
#include "recording_metrics.hpp"
#include "running_loop.hpp"

#include <parley/grpc/edge.hpp>
#include <parley/net/grpc.hpp>
#include <parley/placed.hpp>
#include <parley/placement/remote.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace parley::test {

// Serves what lives on `time`, which outlives it, as do the services and the loop.
class Serving {
 public:
  Serving(RunningLoop& running, ManualTime& time, std::vector<BoundService> services)
      : running_(running),
        edge_(grpc::make_edge({.scheduler = running.loop,
                               .metrics = metrics_,
                               .services = std::move(services),
                               .authorize = {},
                               .authenticate = {},
                               .serving = {},
                               .call_timeout = std::chrono::seconds(30)})),
        server_(std::make_unique<net::GrpcServer>(
            net::GrpcServer::Dependencies{
                .loop = running.loop,
                .clock = time,
                .random = *random_,
                .handler = [this](net::GrpcCall& call) { return edge_->serve(call); }},
            net::GrpcLimits{})),
        port_(server_->listen("127.0.0.1", 0).value()) {
    server_->start();
  }
  Serving(const Serving&) = delete;
  Serving& operator=(const Serving&) = delete;
  ~Serving() {
    edge_->stop();
    server_.reset();
    running_.settle();
  }
  std::uint16_t port() const noexcept { return port_; }

 private:
  RunningLoop& running_;
  RecordingMetrics metrics_;
  std::unique_ptr<Random> random_ = make_random(11);
  std::unique_ptr<grpc::Edge> edge_;
  std::unique_ptr<net::GrpcServer> server_;
  const std::uint16_t port_;
};

// Calls what serves at a port of this machine. The loop and the clock outlive it.
template <class Port>
class Calling {
 public:
  using Make = std::unique_ptr<Placed<Port>> (*)(Scheduler&, std::size_t);

  Calling(std::string_view name, Make make, RunningLoop& running, const Clock& clock, std::uint16_t port)
      : running_(running), port_(make(running.loop, 1000)) {
    auto resolver = placement::make_resolver({"127.0.0.1:" + std::to_string(port)}, running.loop);
    placement::Options options;
    options.call_timeout = std::chrono::seconds(30);
    options.probe = std::chrono::hours(1);
    remote_ = placement::make_remote(name, operations<Port>(),
                                     {running.loop, clock, *random_, metrics_, nullptr, std::move(*resolver)},
                                     options, net::GrpcClientOptions{});
    port_->bind_remote(remote_);
  }
  Calling(const Calling&) = delete;
  Calling& operator=(const Calling&) = delete;
  ~Calling() {
    remote_->stop();
    running_.settle();
  }
  Port& port() noexcept { return *port_; }

 private:
  RunningLoop& running_;
  RecordingMetrics metrics_;
  std::unique_ptr<Random> random_ = make_random(12);
  std::unique_ptr<Placed<Port>> port_;
  std::shared_ptr<placement::RemoteModule> remote_;
};

// A module behind a port that can be put in its place again.
template <class Port>
class Served {
 public:
  using Make = typename Calling<Port>::Make;
  Served(Make make, RunningLoop& running, Port& module) : port_(make(running.loop, 1000)) {
    port_->bind_here(module);
  }
  Port& port() noexcept { return *port_; }
  // `restart` puts something else in the module's place.
  template <class Restart>
  void rebind(Restart restart) {
    port_->hold();
    port_->bind_here(restart());
  }

 private:
  std::unique_ptr<Placed<Port>> port_;
};

}  // namespace parley::test
