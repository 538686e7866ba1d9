// Cursors that wait for a log to grow: what the streaming operations of every port share. Loop thread only.
//
// This is the bus between modules too. What others are to hear of (an order's state, a mention in a chat) its
// module writes into a log, in the transaction of the change itself, and offers as a streaming operation of
// its port; who listens keeps a cursor (log_cursor.hpp). So an event is never the only copy, waits for
// whoever is away, and comes over a port that may be remote. To hand events to handlers in memory would
// promise none of that.
//
// A log is append-only, with a sequence that starts at 1. A follower reads pages behind its position until it
// has reached the end, waits until somebody says that there may be more, and reads again. To wake is a hint:
// waking too often costs a read, so whoever appends wakes after the commit and may gather several.
#pragma once

#include <parley/context.hpp>
#include <parley/operation.hpp>
#include <parley/result.hpp>
#include <parley/task.hpp>
#include <parley/time.hpp>

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <utility>

namespace parley {

// Positions that a reader asked for and the log no longer has, inclusive. `from` at or below the position
// that was asked for: the log ends before it, it was replaced, and what it has comes from its start.
struct LogGap {
  std::int64_t from = 0, to = 0;
  bool operator==(const LogGap&) const = default;
};
template <>
const TypeInfo& describe<LogGap>();

// Those who follow one log. Outlives every Follower of it.
class Followers {
 public:
  Followers() = default;
  Followers(const Followers&) = delete;
  Followers& operator=(const Followers&) = delete;

  // Resumes everyone who waits, inline; whoever does not wait will not wait the next time.
  void wake();
  // No more of this log: everyone wakes, and no one waits again.
  void close();
  bool closed() const noexcept { return closed_; }
  std::size_t size() const noexcept { return waiting_.size(); }

 private:
  friend class Follower;
  struct Waiter;
  std::list<std::shared_ptr<Waiter>> waiting_;
  bool closed_ = false;
};

// A place among the followers, given back when it is destroyed.
class Follower {
 public:
  // `context` and `scheduler` are used while it lives.
  Follower(Followers& followers, const CallContext& context, Scheduler& scheduler);
  Follower(const Follower&) = delete;
  Follower& operator=(const Follower&) = delete;
  ~Follower();

  // Completes when the log was woken since the last wait() began, and at the cancellation and the deadline of
  // the call.
  Task<void> wait();
  // Why the call must end now, if it must: `cancelled`, `deadline_exceeded`, or `unavailable` for a log that
  // was closed.
  Result<void> may_go_on() const;

 private:
  Followers& followers_;
  const CallContext& context_;
  std::list<std::shared_ptr<Followers::Waiter>>::iterator place_;
  Scheduler::Timer deadline_;
};

// What one read of a log gives its follower.
template <class Update>
struct LogPage {
  Update update;
  std::int64_t position = 0;  // behind it
  bool empty = true;          // nothing to send: the log's end
};

// A streaming operation over a log: sends what `read(position)`, a Task<Result<LogPage<Update>>>, finds
// behind `position`, then waits for more. Ends with an error: `cancelled` when the receiver has gone, one of
// Follower::may_go_on(), or one of `read`.
template <class Update, class Read>
Task<Result<void>> follow_log(CallContext context, Followers& followers, Scheduler& scheduler,
                              std::int64_t position, Read read, Sink<Update> sink) {
  Follower follower(followers, context, scheduler);
  for (;;) {
    if (auto fine = follower.may_go_on(); !fine) co_return std::unexpected(std::move(fine.error()));
    auto reading = read(position);
    Result<LogPage<Update>> page = co_await std::move(reading);
    if (auto fine = follower.may_go_on(); !fine) co_return std::unexpected(std::move(fine.error()));
    if (!page) co_return std::unexpected(std::move(page.error()));
    if (page->empty) {
      auto waiting = follower.wait();
      co_await std::move(waiting);
      continue;
    }
    position = page->position;
    auto sending = sink.send(page->update);
    const bool taken = co_await std::move(sending);
    if (!taken) co_return fail(Code::cancelled, "the receiver has gone");
  }
}

}  // namespace parley
