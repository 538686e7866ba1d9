// The numbers in this process, beside a chat over SQLite in memory, with a clock that the test moves.
#pragma once

#include "manual_time.hpp"
#include "recording_metrics.hpp"

#include <parley/chat/compose.hpp>
#include <parley/numbers/compose.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <stdexcept>
#include <utility>

namespace parley::numbers::test {

class InProcess {
 public:
  static constexpr std::chrono::milliseconds interval{100};

  InProcess() {
    auto opened = db::open_sqlite("chat", ":memory:", chat::migrations(), {}, time, time);
    if (!opened) throw std::runtime_error(opened.error().message);
    chat_ = chat::make_chat({std::move(*opened), time, time, metrics_, *random_}, {});
    auto started = time.wait(chat_->start());
    if (!started) throw std::runtime_error(started.error().message);
    numbers_ = make_numbers({time, *chat_}, {interval});
  }
  InProcess(const InProcess&) = delete;
  InProcess& operator=(const InProcess&) = delete;
  ~InProcess() {
    chat_->stop();
    time.drain();
  }

  NumberService& service() { return *numbers_; }
  chat::ChatModule& rooms() { return *chat_; }
  CallContext context() {
    CallContext context;
    context.clock = &time;
    return context;
  }
  void advance(std::chrono::milliseconds by) { time.advance(by); }
  void run_until(const std::function<bool()>& done) { time.run_until(done); }

  parley::test::ManualTime time;

 private:
  parley::test::RecordingMetrics metrics_;
  std::unique_ptr<Random> random_ = make_random(42);
  std::unique_ptr<chat::ChatModule> chat_;
  std::unique_ptr<NumberService> numbers_;
};

}  // namespace parley::numbers::test
