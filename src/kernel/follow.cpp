#include <parley/follow.hpp>

#include <algorithm>

namespace parley {

template <>
const TypeInfo& describe<LogGap>() {
  static constexpr Row rows[] = {
      field<&LogGap::from>("from", doc("The first position that is lost."), example("1"), number(1)),
      field<&LogGap::to>("to", doc("The last position that is lost."), example("41"), number(2)),
  };
  static const TypeInfo type = object<LogGap>("Gap", rows, "Positions that the log no longer has.");
  return type;
}

// Shared with what may wake it after its follower has gone: that resumes nobody.
struct Followers::Waiter {
  std::optional<Resume<bool>> resume;
  bool woken = false;

  void wake() {
    woken = true;
    if (auto waiting = std::exchange(resume, std::nullopt)) (*waiting)(true);
  }
};

void Followers::wake() {
  // A follower that is woken may end, and others may come.
  const auto all = waiting_;
  for (auto& waiter : all) waiter->wake();
}

void Followers::close() {
  closed_ = true;
  wake();
}

Follower::Follower(Followers& followers, const CallContext& context, Scheduler& scheduler)
    : followers_(followers), context_(context) {
  place_ = followers_.waiting_.insert(followers_.waiting_.end(), std::make_shared<Followers::Waiter>());
  if (context.deadline == SteadyTime::max()) return;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(context.deadline - context.clock->steady());
  deadline_ =
      scheduler.after(std::max(left, std::chrono::milliseconds(0)), [waiter = *place_] { waiter->wake(); });
}

Follower::~Follower() {
  (*place_)->resume.reset();
  followers_.waiting_.erase(place_);
}

Task<void> Follower::wait() {
  const auto waiter = *place_;
  if (!std::exchange(waiter->woken, false)) {
    co_await callback<bool>([&](Resume<bool> resume) {
      waiter->resume.emplace(std::move(resume));
      if (!context_.cancellation) return;
      context_.cancellation->on_cancel([weak = std::weak_ptr(waiter)] {
        if (auto waiting = weak.lock()) waiting->wake();
      });
    });
    waiter->woken = false;
  }
}

Result<void> Follower::may_go_on() const {
  if (context_.cancelled()) return fail(Code::cancelled, "the call was cancelled");
  if (followers_.closed())
    return std::unexpected(
        Error{Code::unavailable, "the server is stopping", {}, std::chrono::milliseconds(1000)});
  if (context_.expired()) return fail(Code::deadline_exceeded, "the call's time is over");
  return {};
}

}  // namespace parley
