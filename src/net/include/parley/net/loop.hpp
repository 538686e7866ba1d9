// The one event loop.
#pragma once

#include <parley/time.hpp>

#include <functional>
#include <memory>

namespace parley::net {

// One thread calls run() and is "the loop's thread". Everything that says "loop thread only" runs there.
class Loop final : public Scheduler {
 public:
  Loop();
  ~Loop() override;
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  void run();   // returns after stop(), or when no work is left
  void stop();  // any thread

  [[nodiscard]] Timer after(std::chrono::milliseconds delay, std::function<void()> work) override;
  void post(std::function<void()> work) override;

  // `on_signal(number)` runs on the loop for SIGINT and SIGTERM, each time one arrives.
  void on_termination(std::function<void(int)> on_signal);

  // For src/net alone: the io_context behind it and the output corks (see src/net/outbox.hpp).
  struct Impl;
  Impl& impl() noexcept { return *impl_; }

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace parley::net
