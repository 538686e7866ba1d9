#include <parley/placed.hpp>

#include <stdexcept>

namespace parley {

struct Placement::Waiter {
  std::optional<Resume<bool>> resume;  // true: look where the module is
  bool listed = true;
  void wake() {
    if (auto waiting = std::exchange(resume, std::nullopt)) (*waiting)(true);
  }
};

Placement::Placement(std::string_view module, Scheduler& scheduler, std::size_t max_waiting)
    : module_(module), scheduler_(scheduler), max_waiting_(max_waiting) {}

void Placement::bound_here(void* port) {
  port_ = port;
  remote_.reset();
  where_ = Where::here;
  let_on();
}

void Placement::bind_remote(std::shared_ptr<Remote> remote) {
  port_ = nullptr;
  remote_ = std::move(remote);
  where_ = Where::elsewhere;
  let_on();
}

void Placement::hold() {
  port_ = nullptr;
  remote_.reset();
  where_ = Where::moving;
}

void Placement::let_on() {
  const auto all = std::exchange(waiting_, {});
  for (const auto& waiter : all) waiter->listed = false;
  for (const auto& waiter : all) waiter->wake();
}

Task<Result<void>> Placement::settled(const CallContext& context) {
  while (where_ == Where::moving || where_ == Where::nowhere) {
    if (where_ == Where::nowhere)
      co_return fail(Code::unavailable, "the module " + std::string(module_) + " is nowhere");
    if (context.expired())
      co_return fail(Code::deadline_exceeded, "the call's time is over: the module " + std::string(module_) +
                                                  " is moving to another process");
    if (context.cancelled()) co_return fail(Code::cancelled, "the call was cancelled");
    if (waiting_.size() >= max_waiting_)
      co_return fail(Code::resource_exhausted, "too many calls wait while the module " +
                                                   std::string(module_) + " moves; the limit is " +
                                                   std::to_string(max_waiting_));
    const auto waiter = std::make_shared<Waiter>();
    const auto place = waiting_.insert(waiting_.end(), waiter);
    Scheduler::Timer deadline;
    if (context.deadline != SteadyTime::max())
      deadline = scheduler_.after(
          std::chrono::ceil<std::chrono::milliseconds>(context.deadline - context.clock->steady()),
          [waiter] { waiter->wake(); });
    if (context.cancellation) context.cancellation->on_cancel([waiter] { waiter->wake(); });
    auto waiting = callback<bool>([&](Resume<bool> resume) { waiter->resume.emplace(std::move(resume)); });
    co_await waiting;
    if (context.cancellation) context.cancellation->on_cancel(nullptr);
    if (waiter->listed) waiting_.erase(place);
  }
  co_return Result<void>{};
}

// In a later turn of the loop: whoever waits may destroy the module, whose call is on the stack here.
void Placement::ended() {
  if (!on_idle_ && !on_streams_ended_) return;
  scheduler_.post([this] {
    if (running_ == 0)
      if (auto waiting = std::exchange(on_idle_, std::nullopt)) (*waiting)(true);
    if (streams_ == 0)
      if (auto waiting = std::exchange(on_streams_ended_, std::nullopt)) (*waiting)(true);
  });
}

Task<void> Placement::idle() {
  if (running_ == 0) co_return;
  auto waiting = callback<bool>([this](Resume<bool> resume) { on_idle_.emplace(std::move(resume)); });
  co_await waiting;
}

Task<bool> Placement::streams_ended(std::chrono::milliseconds time) {
  if (streams_ == 0) co_return true;
  Scheduler::Timer timer = scheduler_.after(time, [this] {
    if (auto waiting = std::exchange(on_streams_ended_, std::nullopt)) (*waiting)(false);
  });
  auto waiting =
      callback<bool>([this](Resume<bool> resume) { on_streams_ended_.emplace(std::move(resume)); });
  const bool all = co_await waiting;
  co_return all;
}

bool Placement::fault(Code code) noexcept {
  constexpr auto faults =
      code_bits(Code::unknown, Code::deadline_exceeded, Code::internal, Code::unavailable, Code::data_loss);
  return has_code(faults, code);
}

namespace detail {

const Operation& row_that_calls(std::span<const Operation> rows, decltype(Operation::call) call) {
  for (const auto& row : rows)
    if (row.call == call) return row;
  throw std::logic_error("a port's method has no row in its operations");
}

}  // namespace detail
}  // namespace parley
