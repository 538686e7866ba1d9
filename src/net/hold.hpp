// One completion that waits for its time.
#pragma once

#include <memory>
#include <utility>

namespace parley::net {

// Empty, or a move-only function that runs once.
class Hold {
 public:
  template <class F>
  void emplace(F function) {
    held_ = std::make_unique<Holder<F>>(std::move(function));
  }
  void run() {
    if (auto held = std::move(held_)) held->run();
  }
  void drop() noexcept { auto held = std::move(held_); }

 private:
  struct Base {
    virtual ~Base() = default;
    virtual void run() = 0;
  };
  template <class F>
  struct Holder final : Base {
    F function;
    explicit Holder(F f) : function(std::move(f)) {}
    void run() override { function(); }
  };
  std::unique_ptr<Base> held_;
};

}  // namespace parley::net
