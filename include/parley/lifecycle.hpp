// Ordered start and stop of what the composition root builds.
#pragma once

#include <parley/result.hpp>
#include <parley/task.hpp>

#include <functional>
#include <string>
#include <vector>

namespace parley {

// Steps start in the order they were added and stop in reverse. Loop thread only.
class Lifecycle {
 public:
  struct Step {
    std::string name;
    std::function<Task<Result<void>>()> start;  // empty: nothing to do
    std::function<Task<void>()> stop;           // empty: nothing to do; must not fail
  };
  void add(Step step);
  // The first failure stops what had started, in reverse, and is returned.
  Task<Result<void>> start();
  // Idempotent.
  Task<void> stop();

 private:
  std::vector<Step> steps_;
  std::size_t started_ = 0;
};

}  // namespace parley
