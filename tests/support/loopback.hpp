// A port behind gRPC within this process: the module that a test has made, a server with the gRPC edge before
// it, and a placed port that calls them over the loopback.
#pragma once

#include "catch.hpp"
#include "over_grpc.hpp"

#include <chrono>
#include <functional>
#include <string_view>

namespace parley::test {

template <class Port>
class Loopback {
 public:
  using Make = typename Calling<Port>::Make;

  // `module` lives on `time`, and outlives this.
  Loopback(std::string_view name, Port& module, Make make, ManualTime& time)
      : time_(time),
        served_(make, running_, module),
        serving_(running_, time, {bind_service<Port>(name, served_.port())}),
        calling_(name, make, running_, time, serving_.port()) {}

  Port& port() noexcept { return calling_.port(); }

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
    served_.rebind(restart);
  }

 private:
  ManualTime& time_;
  RunningLoop running_{[this] { time_.drain(); }};
  Served<Port> served_;
  Serving serving_;
  Calling<Port> calling_;
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
