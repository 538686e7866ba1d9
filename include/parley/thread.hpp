// Threads beside the loop's.
#pragma once

#include <parley/task.hpp>
#include <parley/time.hpp>

#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>

namespace parley {

// A named thread that takes no signals: they stay with the threads that are there for them. `name` is cut to
// the 15 bytes Linux keeps. Timed waits of the thread end within microseconds of their time. Throws
// std::system_error when there is no thread to be had.
std::thread start_thread(std::string name, std::function<void()> body);

// Runs `work()`, which blocks, on a thread of its own, and completes on the loop with what it returns or
// throws. What `work` touches is left alone meanwhile. Throws std::system_error, and has not begun, when
// there is no thread to be had. A coroutine that is destroyed while it waits here blocks until `work` has
// ended. Loop thread only.
//
// As with Database::write(), give `work` a name first inside a co_await.
template <class Work>
auto run_beside(Scheduler& scheduler, std::string name, Work work) -> Task<std::invoke_result_t<Work&>> {
  using Answer = std::invoke_result_t<Work&>;
  struct Run {
    Work work;
    std::optional<Answer> answer;
    std::exception_ptr failure;
    std::optional<Resume<bool>> resume;  // loop thread only; empty once nobody waits

    explicit Run(Work given) : work(std::move(given)) {}
    void operator()() noexcept {
      try {
        answer.emplace(work());
      } catch (...) {
        failure = std::current_exception();
      }
    }
    void finish() {
      if (auto waiting = std::exchange(resume, std::nullopt)) (*waiting)(true);
    }
  };
  struct Waiting {
    std::shared_ptr<Run> run;
    std::thread thread;
    ~Waiting() {
      run->resume.reset();
      if (thread.joinable()) thread.join();
    }
  };
  Waiting waiting{std::make_shared<Run>(std::move(work)), {}};
  co_await callback<bool>([&](Resume<bool> resume) {
    auto& run = waiting.run;
    run->resume.emplace(std::move(resume));
    waiting.thread = start_thread(std::move(name), [run, &scheduler] {
      (*run)();
      scheduler.post([run] { run->finish(); });
    });
  });
  auto& run = *waiting.run;
  if (run.failure) std::rethrow_exception(run.failure);
  co_return std::move(*run.answer);
}

}  // namespace parley
