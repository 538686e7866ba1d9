// Whoever gets what a streaming operation sends.
#pragma once

#include <parley/operation.hpp>

#include <functional>
#include <limits>
#include <vector>

namespace parley::test {

template <class T>
class Receiver final : public Outbound {
 public:
  std::vector<T> taken;
  std::size_t leaves_after = std::numeric_limits<std::size_t>::max();  // so many
  // What each waits for before it is taken, so that the sender waits too.
  std::function<Task<void>()> before;

  Task<bool> write(const TypeInfo&, const void* answer) override {
    if (before) {
      auto waiting = before();
      co_await std::move(waiting);
    }
    if (taken.size() == leaves_after) co_return false;
    taken.push_back(*static_cast<const T*>(answer));
    co_return true;
  }
};

}  // namespace parley::test
