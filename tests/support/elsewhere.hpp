// A port whose module is in another process, started by whoever runs the test program:
// tests/e2e/test_contracts.py sets PARLEY_TEST_<MODULE>=127.0.0.1:PORT, and, where they are needed,
// PARLEY_TEST_TOKEN to a token for the calls and PARLEY_TEST_FOREIGN=1 for an implementation that is not this
// project's. Its test cases are hidden, so that the program runs them only when it is asked to, by their tag
// [.elsewhere].
#pragma once

#include "recording_metrics.hpp"
#include "running_loop.hpp"

#include <parley/placed.hpp>
#include <parley/placement/remote.hpp>

#include <chrono>
#include <cstdlib>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>

namespace parley::test {

inline std::string environment_of(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  return value ? value : "";
}

// One token for all calls.
class GivenToken final : public auth::TokenSource {
 public:
  explicit GivenToken(std::string token) : token_(std::move(token)) {}
  Result<std::string> token() override { return token_; }

 private:
  const std::string token_;
};

template <class Port>
class Elsewhere {
 public:
  using Make = std::unique_ptr<Placed<Port>> (*)(Scheduler&, std::size_t);

  Elsewhere(std::string_view module, const std::string& variable, Make make)
      : port_(make(running_.loop, 1000)) {
    const auto address = environment_of(variable);
    if (address.empty()) throw std::runtime_error(variable + " does not say where the module is");
    auto resolver = placement::make_resolver({address}, running_.loop);
    if (!resolver) throw std::runtime_error(variable + ": " + resolver.error().message);
    const auto token = environment_of("PARLEY_TEST_TOKEN");
    placement::Options options;
    options.probe = std::chrono::hours(1);
    options.call_timeout = std::chrono::seconds(15);
    remote_ = placement::make_remote(
        module, operations<Port>(),
        {running_.loop, system_clock(), *random_, metrics_,
         token.empty() ? nullptr : std::make_unique<GivenToken>(token), std::move(*resolver)},
        options, net::GrpcClientOptions{});
    port_->bind_remote(remote_);
  }
  Elsewhere(const Elsewhere&) = delete;
  Elsewhere& operator=(const Elsewhere&) = delete;
  ~Elsewhere() {
    remote_->stop();
    running_.settle();
  }

  Port& service() { return *port_; }
  // On the system's clock, which has moved on since the last one.
  CallContext context() {
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
    return {};
  }
  template <class T>
  T run(Task<T> task) {
    return running_.wait(std::move(task));
  }
  void run(Task<void> task) { running_.wait(std::move(task)); }
  void run_until(const std::function<bool()>& done) { running_.run_until(done); }
  bool foreign() const { return environment_of("PARLEY_TEST_FOREIGN") == "1"; }

 private:
  RunningLoop running_;
  RecordingMetrics metrics_;
  std::unique_ptr<Random> random_ = make_random(11);
  std::unique_ptr<Placed<Port>> port_;
  std::shared_ptr<placement::RemoteModule> remote_;
};

}  // namespace parley::test
