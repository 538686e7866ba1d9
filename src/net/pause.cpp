#include <parley/net/pause.hpp>

#include <optional>

namespace parley::net {
namespace {

// Shared by the two that may end the wait.
struct Waiting {
  std::optional<Resume<bool>> resume;
  void operator()(bool passed) {
    if (auto waiting = std::exchange(resume, std::nullopt)) (*waiting)(passed);
  }
};

}  // namespace

Task<bool> pause(Scheduler& scheduler, std::chrono::milliseconds time, CallContext context) {
  if (context.cancelled()) co_return false;
  if (time.count() <= 0) co_return true;
  Scheduler::Timer timer;
  auto wait = callback<bool>([&](Resume<bool> resume) {
    auto waiting = std::make_shared<Waiting>(Waiting{std::move(resume)});
    timer = scheduler.after(time, [waiting] { (*waiting)(true); });
    if (context.cancellation) context.cancellation->on_cancel([waiting] { (*waiting)(false); });
  });
  const bool passed = co_await wait;
  if (context.cancellation && !context.cancellation->cancelled()) context.cancellation->on_cancel(nullptr);
  co_return passed;
}

}  // namespace parley::net
