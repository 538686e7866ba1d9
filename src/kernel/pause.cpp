#include <parley/pause.hpp>

#include <utility>

namespace parley {

Task<void> Pause::wait(Scheduler& scheduler, std::chrono::milliseconds time) {
  co_await callback<bool>([&](Resume<bool> done) {
    resume_.emplace(std::move(done));
    timer_ = scheduler.after(time, [this] { wake(); });
  });
}

void Pause::wake() {
  if (!resume_) return;
  auto resume = std::move(*resume_);
  resume_.reset();
  timer_.cancel();
  resume(true);  // may destroy *this
}

}  // namespace parley
