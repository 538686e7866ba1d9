// A streaming call of the port and what its receiver has got.
#pragma once

#include "placement.hpp"

namespace parley::chat::contract {

// Cancels and awaits the call when destroyed; so it does not outlive its placement.
template <class Update>
class Stream {
 public:
  // `start(CallContext, Sink<Update>)` gives the call.
  template <class Start>
  Stream(Placement& placement, Start start)
      : placement_(placement), group_([](std::exception_ptr e) { std::rethrow_exception(e); }) {
    CallContext context = placement.context();
    context.cancellation = cancellation_;
    group_.spawn(run(start(std::move(context), Sink<Update>(receiver_)), outcome_));
  }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
  ~Stream() {
    release();
    if (ended()) return;
    cancel();
    placement_.run_until([&] { return ended(); });
  }

  const std::vector<Update>& updates() const { return receiver_.updates; }
  // Runs until so many have come.
  const std::vector<Update>& await(std::size_t count) {
    placement_.run_until([&] { return receiver_.updates.size() >= count || ended(); });
    return receiver_.updates;
  }
  // What came since the last call, once there are so many.
  std::vector<Update> take(std::size_t count) {
    await(seen_ + count);
    std::vector<Update> fresh(receiver_.updates.begin() + static_cast<std::ptrdiff_t>(seen_),
                              receiver_.updates.end());
    seen_ = receiver_.updates.size();
    return fresh;
  }
  Code await_end() {
    placement_.run_until([&] { return ended(); });
    return outcome_->has_value() ? Code::ok : outcome_->error().code;
  }
  bool ended() const { return outcome_.has_value(); }
  void cancel() { cancellation_->cancel(); }
  // The receiver asks for no more until release().
  void hold() { receiver_.held = true; }
  void release() { receiver_.release(); }

 private:
  struct Receiver final : Outbound {
    std::vector<Update> updates;
    bool held = false;
    std::optional<Resume<bool>> waiting;

    Task<bool> write(const TypeInfo&, const void* answer) override {
      updates.push_back(*static_cast<const Update*>(answer));
      if (held) co_await callback<bool>([&](Resume<bool> resume) { waiting.emplace(std::move(resume)); });
      co_return true;
    }
    void release() {
      held = false;
      if (auto resume = std::exchange(waiting, std::nullopt)) (*resume)(true);
    }
  };
  static Task<void> run(Task<Result<void>> call, std::optional<Result<void>>& outcome) {
    auto ended = co_await std::move(call);
    outcome.emplace(std::move(ended));
  }

  Placement& placement_;
  Receiver receiver_;
  std::size_t seen_ = 0;
  std::shared_ptr<Cancellation> cancellation_ = std::make_shared<Cancellation>();
  std::optional<Result<void>> outcome_;
  TaskGroup group_;
};

}  // namespace parley::chat::contract
