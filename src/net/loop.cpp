#include "loop_impl.hpp"
#include "outbox.hpp"

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>

#include <csignal>

namespace parley::net {
namespace {

using SteadyTimer = asio::basic_waitable_timer<std::chrono::steady_clock,
                                               asio::wait_traits<std::chrono::steady_clock>, Executor>;

// Kept alive by its own pending wait; the handle of the caller only shares it.
struct DelayedWork final : Scheduler::Timer::State {
  SteadyTimer timer;
  std::function<void()> work;

  DelayedWork(asio::io_context& io, std::function<void()> what) : timer(io), work(std::move(what)) {}
  void cancel() noexcept override {
    work = nullptr;
    try {
      timer.cancel();
    } catch (...) {
      // The wait then ends at its time and finds nothing to do.
    }
  }
};

// Owned by its own pending wait: it goes with the io_context.
struct Termination : std::enable_shared_from_this<Termination> {
  asio::basic_signal_set<Executor> signals;
  std::function<void(int)> notify;

  Termination(asio::io_context& io, std::function<void(int)> on_signal)
      : signals(io, SIGINT, SIGTERM), notify(std::move(on_signal)) {}
  void wait() {
    signals.async_wait([self = shared_from_this()](error_code error, int number) {
      if (error) return;
      self->wait();
      self->notify(number);
    });
  }
};

}  // namespace

Loop::Impl::Impl() : corks(std::make_unique<Corks>(io)) {}
Loop::Impl::~Impl() = default;

Loop::Loop() : impl_(std::make_unique<Impl>()) {}
Loop::~Loop() = default;

void Loop::run() {
  impl_->io.run();
  impl_->io.restart();  // a stop() before run() still counts; the next run() starts afresh
}

void Loop::stop() {
  impl_->io.stop();
}

Scheduler::Timer Loop::after(std::chrono::milliseconds delay, std::function<void()> work) {
  auto state = std::make_shared<DelayedWork>(impl_->io, std::move(work));
  state->timer.expires_after(delay);
  state->timer.async_wait([state](error_code error) {
    if (error) return;
    if (auto due = std::exchange(state->work, nullptr)) due();
  });
  return Timer(std::move(state));
}

void Loop::post(std::function<void()> work) {
  asio::post(impl_->io, std::move(work));
}

void Loop::on_termination(std::function<void(int)> on_signal) {
  std::make_shared<Termination>(impl_->io, std::move(on_signal))->wait();
}

}  // namespace parley::net
