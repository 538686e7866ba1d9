#include <parley/lifecycle.hpp>

namespace parley {

void Lifecycle::add(Step step) {
  steps_.push_back(std::move(step));
}

Task<Result<void>> Lifecycle::start() {
  for (; started_ < steps_.size(); ++started_) {
    auto& step = steps_[started_];
    if (!step.start) continue;
    auto outcome = co_await step.start();
    if (!outcome) {
      co_await stop();
      co_return outcome;
    }
  }
  co_return Result<void>{};
}

Task<void> Lifecycle::stop() {
  while (started_ > 0) {
    auto& step = steps_[--started_];
    if (step.stop) co_await step.stop();
  }
}

}  // namespace parley
