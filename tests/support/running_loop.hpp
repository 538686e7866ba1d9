// A real loop that a test turns until what it waits for has come.
#pragma once

#include <parley/net/loop.hpp>
#include <parley/task.hpp>

#include <chrono>
#include <functional>
#include <optional>
#include <stdexcept>
#include <utility>

namespace parley::test {

class RunningLoop {
 public:
  // `between` runs before each turn.
  explicit RunningLoop(std::function<void()> between = [] {}) : between_(std::move(between)) {}

  net::Loop loop;

  // Throws when `done` does not come to hold.
  void run_until(const std::function<bool()>& done) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (between_(), !done()) {
      if (std::chrono::steady_clock::now() > end)
        throw std::runtime_error("the event the test waits for did not come");
      turn();
    }
  }
  // Starts `task` and runs until it has completed; gives its value.
  template <class T>
  T wait(Task<T> task) {
    std::optional<T> value;
    auto runner = [](Task<T> inner, std::optional<T>& out) -> Task<void> {
      auto answer = co_await std::move(inner);
      out.emplace(std::move(answer));
    };
    run(runner(std::move(task), value));
    return std::move(*value);
  }
  void wait(Task<void> task) { run(std::move(task)); }
  // Lets what is on its way arrive.
  void settle() {
    if (turning_) return;  // what is called from within a turn is on its way
    for (int i = 0; i < 5; ++i) between_(), turn();
  }

 private:
  void run(Task<void> task) {
    std::exception_ptr failure;
    TaskGroup group([&](std::exception_ptr e) { failure = e; });
    group.spawn(std::move(task));
    run_until([&] { return group.size() == 0 || failure; });
    if (failure) std::rethrow_exception(failure);
  }
  void turn() {
    turning_ = true;
    auto end = loop.after(std::chrono::milliseconds(1), [this] { loop.stop(); });
    loop.run();
    turning_ = false;
  }

  bool turning_ = false;
  const std::function<void()> between_;
};

}  // namespace parley::test
