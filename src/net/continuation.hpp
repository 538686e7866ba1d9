// The continuation of a handler's coroutine: a coroutine that is made once and resumed as often as needed.
#pragma once

#include <coroutine>
#include <utility>

namespace parley::net {

// Each resume() of handle() calls `owner->resumed()`. It may be resumed again from within that call: it
// counts as suspended by then. Not to be destroyed from within it.
template <class Owner>
class Continuation {
 public:
  explicit Continuation(Owner* owner) : coroutine_(run(owner)) {
    coroutine_.handle.resume();  // up to the first wait
  }
  Continuation(const Continuation&) = delete;
  Continuation& operator=(const Continuation&) = delete;
  ~Continuation() { coroutine_.handle.destroy(); }

  std::coroutine_handle<> handle() const noexcept { return coroutine_.handle; }

 private:
  struct Coroutine {
    struct promise_type {
      Coroutine get_return_object() noexcept {
        return {std::coroutine_handle<promise_type>::from_promise(*this)};
      }
      std::suspend_always initial_suspend() const noexcept { return {}; }
      std::suspend_never final_suspend() const noexcept { return {}; }
      void return_void() const noexcept {}
      void unhandled_exception() const { throw; }
    };
    std::coroutine_handle<promise_type> handle;
  };

  struct Wait {
    Owner* owner;
    bool first = true;
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<>) {
      if (!std::exchange(first, false)) owner->resumed();
    }
    void await_resume() const noexcept {}
  };

  static Coroutine run(Owner* owner) {
    Wait wait{owner};
    for (;;) co_await wait;
  }

  Coroutine coroutine_;
};

}  // namespace parley::net
