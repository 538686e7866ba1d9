// What a call of a port costs: in this process, over gRPC within it, and to another process. Prints JSON.
// Usage: parley_ports --grpc PORT [--seconds S], the port of a Parley that runs.
#include <parley/calculator/calculator.hpp>
#include <parley/calculator/placed.hpp>
#include <parley/grpc/edge.hpp>
#include <parley/net/grpc.hpp>
#include <parley/net/loop.hpp>
#include <parley/placement/remote.hpp>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <string>
#include <string_view>

using namespace parley;
using Placed = parley::Placed<calculator::Calculator>;

namespace {

// Nobody looks at what it counts.
class NoMetrics final : public Metrics {
 public:
  Counter& counter(std::string_view, std::string_view, Labels) override { return nothing_; }
  Gauge& gauge(std::string_view, std::string_view, Labels) override { return nothing_; }
  Histogram& histogram(std::string_view, std::string_view, Labels, std::span<const double>) override {
    return nothing_;
  }

 private:
  struct Nothing final : Counter, Gauge, Histogram {
    void add(double) noexcept override {}
    void set(double) noexcept override {}
    void observe(double) noexcept override {}
  } nothing_;
};

class Caller {
 public:
  Caller(net::Loop& loop, double seconds) : loop_(loop), seconds_(seconds) {}

  // Microseconds of a call, and calls per second, with so many in flight.
  std::pair<double, double> measure(calculator::Calculator& port, int in_flight) {
    calls_ = 0;
    const auto begin = std::chrono::steady_clock::now();
    end_ = begin + std::chrono::duration_cast<std::chrono::steady_clock::duration>(
                       std::chrono::duration<double>(seconds_));
    TaskGroup group([](std::exception_ptr failure) { std::rethrow_exception(failure); });
    left_ = in_flight;
    for (int i = 0; i < in_flight; ++i) group.spawn(call(port));
    running_ = true;  // what has ended without waiting stops no loop
    if (left_ > 0) loop_.run();
    running_ = false;
    const double took = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    return {took * 1e6 * in_flight / static_cast<double>(calls_), static_cast<double>(calls_) / took};
  }

 private:
  Task<void> call(calculator::Calculator& port) {
    while (std::chrono::steady_clock::now() < end_) {
      for (int i = 0; i < 16; ++i) {  // a look at the clock is not what is measured
        CallContext context;
        auto calling = port.get_history(std::move(context), calculator::GetHistory{1});
        auto answer = co_await std::move(calling);
        if (!answer) {
          std::fprintf(stderr, "parley_ports: %s\n", answer.error().message.c_str());
          std::exit(1);
        }
        ++calls_;
      }
    }
    if (--left_ == 0 && running_) loop_.stop();
  }

  net::Loop& loop_;
  const double seconds_;
  std::chrono::steady_clock::time_point end_;
  std::uint64_t calls_ = 0;
  int left_ = 0;
  bool running_ = false;
};

}  // namespace

int main(int count, char** arguments) {
  std::map<std::string, std::string> flags;
  for (int i = 1; i + 1 < count; i += 2) flags[arguments[i]] = arguments[i + 1];
  const double seconds = flags.contains("--seconds") ? std::atof(flags["--seconds"].c_str()) : 2;

  net::Loop loop;
  NoMetrics metrics;
  const auto random = make_random();
  const auto calculator = calculator::make_calculator();
  const auto here = calculator::make_placed(loop, 1000);
  here->bind_here(*calculator);

  const auto edge = grpc::make_edge({.scheduler = loop,
                                     .metrics = metrics,
                                     .services = {bind_service<calculator::Calculator>("calculator", *here)},
                                     .authorize = {},
                                     .authenticate = {},
                                     .serving = {}});
  net::GrpcServer server({.loop = loop,
                          .clock = system_clock(),
                          .random = *random,
                          .handler = [&](net::GrpcCall& call) { return edge->serve(call); }},
                         net::GrpcLimits{});
  const auto own = server.listen("127.0.0.1", 0).value();
  server.start();

  const auto remote = [&](const std::string& address) {
    auto resolver = placement::make_resolver({address}, loop);
    placement::Options options;
    return placement::make_remote("calculator", operations<calculator::Calculator>(),
                                  {loop, system_clock(), *random, metrics, nullptr, std::move(*resolver)},
                                  options, net::GrpcClientOptions{});
  };
  const auto loopback = calculator::make_placed(loop, 1000), process = calculator::make_placed(loop, 1000);
  const auto within = remote("127.0.0.1:" + std::to_string(own));
  const auto beyond = remote("127.0.0.1:" + flags["--grpc"]);
  loopback->bind_remote(within);
  process->bind_remote(beyond);

  Caller caller(loop, seconds);
  const auto show = [&](const char* name, calculator::Calculator& port, const char* end) {
    const auto one = caller.measure(port, 1), many = caller.measure(port, 64);
    std::printf("\"%s\": {\"us\": %.3f, \"per_second\": %.0f}%s", name, one.first, many.second, end);
  };
  std::printf("{");
  show("in process", *here, ", ");
  show("gRPC within the process", *loopback, ", ");
  show("another process", *process, "}\n");
  within->stop();
  beyond->stop();
  edge->stop();
  return 0;
}
