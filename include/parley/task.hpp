// Coroutines of the one event loop.
//
// Task<T> is lazy, starts inline when awaited or spawned, and completes inline when nothing it awaits has
// to wait: a call that is answered from memory never visits the event loop. A function that has its answer
// when it is called needs no coroutine: the value that it returns becomes a Task that is ready, without a
// frame. Task depends on the standard library alone, which keeps ports light to compile and leaves the loop's
// library to src/net. (An asio::awaitable costs a dispatch per spawn and two seconds of compilation per
// unit.) Completion does not rely on symmetric transfer, so a loop of thousands of immediate awaits uses
// constant stack at -O0 too.
//
// gcc 12 miscompiles two forms; tests/arch checks that they do not appear:
//   co_await f({...}) / co_await f(T{...})   a temporary aggregate inside a co_await is destroyed twice
//   if (!co_await g()) throw ...             name the result first
#pragma once

#include <coroutine>
#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

namespace parley {

template <class T = void>
class Task;

namespace detail {

// Memory for coroutine frames, which are of few sizes and mostly short-lived: each thread keeps some to use
// again.
void* allocate_frame(std::size_t size);
void free_frame(void* frame, std::size_t size) noexcept;

struct PromiseBase {
  std::coroutine_handle<> continuation;
  std::exception_ptr exception;

  static void* operator new(std::size_t size) { return allocate_frame(size); }
  static void operator delete(void* frame, std::size_t size) noexcept { free_frame(frame, size); }

  struct FinalAwaiter {
    bool await_ready() const noexcept { return false; }
    template <class P>
    void await_suspend(std::coroutine_handle<P> self) const noexcept {
      // The awaiting coroutine may destroy this frame while it runs: touch nothing afterwards.
      if (auto next = self.promise().continuation) next.resume();
    }
    void await_resume() const noexcept {}
  };

  std::suspend_always initial_suspend() const noexcept { return {}; }
  FinalAwaiter final_suspend() const noexcept { return {}; }
  void unhandled_exception() noexcept { exception = std::current_exception(); }
};

template <class T>
struct Promise : PromiseBase {
  std::optional<T> value;
  Task<T> get_return_object() noexcept;
  template <class U>
  void return_value(U&& v) {
    value.emplace(std::forward<U>(v));
  }
  T take() {
    if (exception) std::rethrow_exception(exception);
    return std::move(*value);
  }
};

template <>
struct Promise<void> : PromiseBase {
  Task<void> get_return_object() noexcept;
  void return_void() const noexcept {}
  void take() const {
    if (exception) std::rethrow_exception(exception);
  }
};

}  // namespace detail

// Owns the coroutine: destroying a Task that has not finished destroys its frame and everything in it.
template <class T>
class [[nodiscard]] Task {
  using Value = std::conditional_t<std::is_void_v<T>, std::monostate, T>;

 public:
  using promise_type = detail::Promise<T>;
  using Handle = std::coroutine_handle<promise_type>;

  Task() noexcept = default;
  explicit Task(Handle handle) noexcept : handle_(handle) {}
  // Ready: for Task<void>, of std::monostate.
  template <class U>
  requires(std::is_convertible_v<U, Value> && !std::is_same_v<std::remove_cvref_t<U>, Task>) Task(U&& value)
      : value_(std::forward<U>(value)) {}
  Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, {})), value_(std::move(other.value_)) {}
  Task& operator=(Task&& other) noexcept {
    if (this != &other) {
      if (handle_) handle_.destroy();
      handle_ = std::exchange(other.handle_, {});
      value_ = std::move(other.value_);
    }
    return *this;
  }
  ~Task() {
    if (handle_) handle_.destroy();
  }

  // Whether the answer is there, without a coroutine. A Task that is not ready has not begun.
  bool ready() const noexcept { return value_.has_value(); }
  const Value& value() const noexcept { return *value_; }  // of one that is ready

  // The Task lives until it is resumed, as it does in a co_await.
  auto operator co_await() && noexcept {
    struct Awaiter {
      Task& task;
      bool await_ready() const noexcept { return task.ready(); }
      bool await_suspend(std::coroutine_handle<> awaiting) const {
        const auto handle = task.handle_;
        handle.resume();
        if (handle.done()) return false;  // answered at once: go on without suspending
        handle.promise().continuation = awaiting;
        return true;
      }
      T await_resume() const {
        if (!task.ready()) return task.handle_.promise().take();
        if constexpr (!std::is_void_v<T>) return std::move(*task.value_);
      }
    };
    return Awaiter{*this};
  }

 private:
  Handle handle_;
  std::optional<Value> value_;
};

namespace detail {
template <class T>
Task<T> Promise<T>::get_return_object() noexcept {
  return Task<T>(std::coroutine_handle<Promise>::from_promise(*this));
}
inline Task<void> Promise<void>::get_return_object() noexcept {
  return Task<void>(std::coroutine_handle<Promise>::from_promise(*this));
}

template <class T>
struct ResumeState {
  std::optional<T> value;
  std::coroutine_handle<> waiting;
};
}  // namespace detail

// Ends the wait of one `co_await callback<T>(...)`. Move-only; called exactly once, on the loop's thread.
// The call resumes the coroutine inline. One that is destroyed without a call leaves its coroutine waiting
// for ever, so whoever takes a Resume promises to call it, at shutdown too.
template <class T>
class Resume {
 public:
  explicit Resume(detail::ResumeState<T>* state) noexcept : state_(state) {}
  Resume(Resume&& other) noexcept : state_(std::exchange(other.state_, nullptr)) {}
  Resume& operator=(Resume&& other) noexcept {
    state_ = std::exchange(other.state_, nullptr);
    return *this;
  }
  void operator()(T value) {
    auto* state = std::exchange(state_, nullptr);
    state->value.emplace(std::move(value));
    if (auto waiting = state->waiting) waiting.resume();  // may destroy *state
  }

 private:
  detail::ResumeState<T>* state_;
};

// Turns a callback interface into an awaitable: `T v = co_await callback<T>([&](Resume<T> done) { ... });`
// `start` runs at once and may call `done` inline or later.
template <class T, class Start>
auto callback(Start start) {
  struct Awaiter {
    Start start;
    detail::ResumeState<T> state;
    bool await_ready() const noexcept { return false; }
    bool await_suspend(std::coroutine_handle<> awaiting) {
      start(Resume<T>(&state));
      if (state.value) return false;
      state.waiting = awaiting;
      return true;
    }
    T await_resume() { return std::move(*state.value); }
  };
  return Awaiter{std::move(start), {}};
}

// Owns detached coroutines, so that none is lost silently: an exception that leaves one goes to `on_error`,
// and `when_empty` tells a shutdown when the last has finished. Destroying the group destroys what still
// runs. Loop thread only.
class TaskGroup {
 public:
  using OnError = std::function<void(std::exception_ptr)>;
  explicit TaskGroup(OnError on_error);
  TaskGroup(const TaskGroup&) = delete;
  TaskGroup& operator=(const TaskGroup&) = delete;
  ~TaskGroup();

  // Runs `task` inline until it first waits; the group owns it from then on.
  void spawn(Task<void> task);
  std::size_t size() const noexcept { return running_; }
  // Completes when the group is empty, and all that its tasks held is gone; at once when it is. One waits at
  // a time.
  Task<void> when_empty();

 private:
  struct Runner;
  struct Link {
    Link* next = this;
    Link* previous = this;
  };
  Link head_;
  std::size_t running_ = 0;
  OnError on_error_;
  std::function<void()> on_empty_;
};

// What an exception says of itself, for the log.
std::string reason_of(const std::exception_ptr& failure);
// For a TaskGroup: each exception is an error in the log, with its reason. Both texts are in static storage.
TaskGroup::OnError log_failures(std::string_view component, std::string_view message);

}  // namespace parley
