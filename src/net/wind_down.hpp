// How a server stops.
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

// Asks the connections of `core` to finish, and after `grace` ends what is left. `core` outlives it.
template <class Core>
Task<void> wind_down(Core& core, std::chrono::milliseconds grace) {
  core.stop();
  const auto when_empty = [&core](std::function<void()> notify) { core.when_empty(std::move(notify)); };
  auto waiting = drained(core.deps.loop, when_empty, grace);
  const bool all = co_await std::move(waiting);
  if (all) co_return;
  core.cut();
  // Long-lived connections say so in a later turn of the loop; a handler that waits may never complete.
  constexpr std::chrono::milliseconds last_words{250};
  auto last = drained(core.deps.loop, when_empty, last_words);
  co_await std::move(last);
}

}  // namespace parley::net
