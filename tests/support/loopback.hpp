// A port behind gRPC within this process: the module that a test has made, a server with the gRPC edge before
// it, and a placed port that calls them over the loopback.
#pragma once

#include "catch.hpp"
#include "manual_time.hpp"
#include "recording_metrics.hpp"
#include "running_loop.hpp"

#include <parley/grpc/edge.hpp>
#include <parley/net/grpc.hpp>
#include <parley/placed.hpp>
#include <parley/placement/remote.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace parley::test {

template <class Port>
class Loopback {
 public:
  using Make = std::unique_ptr<Placed<Port>> (*)(Scheduler&, std::size_t);

  // `module` lives on `time`, and outlives this.
  Loopback(std::string_view name, Port& module, Make make, ManualTime& time)
      : time_(time), served_(make(loop_, 1000)), port_(make(loop_, 1000)) {
    served_->bind_here(module);
    edge_ = grpc::make_edge({.scheduler = loop_,
                             .metrics = metrics_,
                             .services = {bind_service<Port>(name, *served_)},
                             .authorize = {},
                             .authenticate = {},
                             .serving = {},
                             .call_timeout = std::chrono::seconds(30)});
    server_ = std::make_unique<net::GrpcServer>(
        net::GrpcServer::Dependencies{.loop = loop_,
                                      .clock = time_,
                                      .random = *random_,
                                      .handler = [this](net::GrpcCall& call) { return edge_->serve(call); }},
        net::GrpcLimits{});
    const auto port = server_->listen("127.0.0.1", 0).value();
    server_->start();
    auto resolver = placement::make_resolver({"127.0.0.1:" + std::to_string(port)}, loop_);
    placement::Options options;
    options.call_timeout = std::chrono::seconds(30);
    options.probe = std::chrono::hours(1);
    remote_ = placement::make_remote(name, operations<Port>(),
                                     {loop_, time_, *random_, metrics_, nullptr, std::move(*resolver)},
                                     options, net::GrpcClientOptions{});
    port_->bind_remote(remote_);
  }
  Loopback(const Loopback&) = delete;
  Loopback& operator=(const Loopback&) = delete;
  ~Loopback() {
    remote_->stop();
    settle();
    edge_->stop();
    server_.reset();
    settle();
  }

  Port& port() noexcept { return *port_; }

  void run_until(const std::function<bool()>& done) { running_.run_until(done); }
  template <class T>
  T wait(Task<T> task) {
    return running_.wait(std::move(task));
  }
  void wait(Task<void> task) { running_.wait(std::move(task)); }
  void settle() { running_.settle(); }
  // Something else takes the module's place.
  void rebind(const std::function<Port&()>& restart) {
    settle();
    served_->hold();
    served_->bind_here(restart());
  }

 private:
  ManualTime& time_;
  RunningLoop running_{[this] { time_.drain(); }};
  net::Loop& loop_ = running_.loop;
  RecordingMetrics metrics_;
  std::unique_ptr<Random> random_ = make_random(11);
  std::unique_ptr<Placed<Port>> served_, port_;
  std::unique_ptr<grpc::Edge> edge_;
  std::unique_ptr<net::GrpcServer> server_;
  std::shared_ptr<placement::RemoteModule> remote_;
};

// The contract's view of it, for the suites that have a class `Placement`.
template <class Base, class InProcess, class Port>
class LoopbackPlacement : public Base {
 public:
  template <class... Arguments>
  LoopbackPlacement(std::string_view name, typename Loopback<Port>::Make make, Arguments&&... arguments)
      : inner_(std::forward<Arguments>(arguments)...), loopback_(name, inner_.port(), make, inner_.time) {}

  Port& port() override { return loopback_.port(); }
  void run_until(const std::function<bool()>& done) override { loopback_.run_until(done); }
  void advance(std::chrono::milliseconds by) override {
    loopback_.settle();
    inner_.advance(by);
    loopback_.settle();
  }
  bool restart() override {
    bool restarted = false;
    loopback_.rebind([&]() -> Port& {
      restarted = inner_.restart();
      return inner_.port();
    });
    return restarted;
  }
  CallContext context() override { return inner_.context(); }

 protected:
  InProcess inner_;
  Loopback<Port> loopback_;
};

}  // namespace parley::test
