// The wait of a server that stops.
#pragma once

#include <parley/net/loop.hpp>
#include <parley/task.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

namespace parley::net {

// True once `when_empty(notify)` has called notify(), false when `time` has passed before. What it is given
// outlives the wait, and a notify() that comes late.
template <class WhenEmpty>
Task<bool> drained(Loop& loop, WhenEmpty when_empty, std::chrono::milliseconds time) {
  // Shared by the two that may end the wait.
  struct Either {
    std::optional<Resume<bool>> resume;
    void operator()(bool all) {
      if (auto waiting = std::exchange(resume, std::nullopt)) (*waiting)(all);
    }
  };
  Scheduler::Timer timer;
  auto wait = callback<bool>([&loop, &when_empty, &timer, time](Resume<bool> done) {
    auto shared = std::make_shared<Either>(Either{std::move(done)});
    when_empty([shared] { (*shared)(true); });
    timer = loop.after(time, [shared] { (*shared)(false); });
  });
  const bool all = co_await wait;
  co_return all;
}

}  // namespace parley::net
