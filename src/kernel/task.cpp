#include <parley/log.hpp>
#include <parley/task.hpp>

namespace parley {

// A coroutine that runs one task of the group and destroys itself at its end; linked into the group so that
// the group can destroy it earlier.
struct TaskGroup::Runner {
  struct promise_type : Link {
    TaskGroup* group;
    promise_type(TaskGroup& owner, Task<void>&) noexcept : group(&owner) {
      next = &group->head_;
      previous = group->head_.previous;
      previous->next = this;
      next->previous = this;
      ++group->running_;
    }
    ~promise_type() {
      previous->next = next;
      next->previous = previous;
      if (--group->running_ == 0)
        if (auto notify = std::exchange(group->on_empty_, nullptr)) notify();
    }
    Runner get_return_object() const noexcept { return {}; }
    std::suspend_never initial_suspend() const noexcept { return {}; }
    std::suspend_never final_suspend() const noexcept { return {}; }
    void return_void() const noexcept {}
    void unhandled_exception() const { group->on_error_(std::current_exception()); }
  };

  // A parameter would be destroyed after the promise, which tells that the task has ended.
  static Runner run(TaskGroup&, Task<void> task) {
    auto own = std::move(task);
    co_await std::move(own);
  }
};

TaskGroup::TaskGroup(OnError on_error) : on_error_(std::move(on_error)) {}

TaskGroup::~TaskGroup() {
  on_empty_ = nullptr;
  while (head_.next != &head_)
    std::coroutine_handle<Runner::promise_type>::from_promise(*static_cast<Runner::promise_type*>(head_.next))
        .destroy();
}

void TaskGroup::spawn(Task<void> task) {
  Runner::run(*this, std::move(task));
}

Task<void> TaskGroup::when_empty() {
  if (running_ == 0) co_return;
  // on_empty_ is a std::function, which wants a copyable target.
  std::shared_ptr<Resume<bool>> waiting;
  co_await callback<bool>([&](Resume<bool> resume) {
    waiting = std::make_shared<Resume<bool>>(std::move(resume));
    on_empty_ = [waiting] { (*waiting)(true); };
  });
}

std::string reason_of(const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const std::exception& error) {
    return error.what();
  } catch (...) {
    return "an exception that is no std::exception";
  }
}

TaskGroup::OnError log_failures(std::string_view component, std::string_view message) {
  return [component, message](std::exception_ptr failure) {
    log::error(component, message, {{"reason", reason_of(failure)}});
  };
}

}  // namespace parley
