// What the driver's threads share of Database: its protected Job, and how answers go back to the loop.
#pragma once

#include <parley/db/database.hpp>
#include <parley/time.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace parley::db {

namespace detail {
struct JobAccess : Database {
  using Database::Job;
};
}  // namespace detail
using Job = detail::JobAccess::Job;

// Why nobody waits for the job's answer any more, if so: `cancelled` or `deadline_exceeded`. `now` is read
// from the clock when a deadline first asks for it. Any thread.
inline std::optional<Code> given_up(const Job& job, const Clock& clock,
                                    std::optional<SteadyTime>& now) noexcept {
  const CallContext& context = *job.context;
  if (context.cancelled()) return Code::cancelled;
  if (context.deadline == SteadyTime::max()) return std::nullopt;
  if (!now) now = clock.steady();
  if (context.deadline > *now) return std::nullopt;
  return Code::deadline_exceeded;
}
// The error that tells it; `late` in the words of the second.
inline Error given_up_error(Code why, std::string_view late) {
  return {why, std::string(why == Code::cancelled ? "the call was cancelled" : late)};
}

// Finishes the chain of jobs that starts at `first`, in order, on the loop: one post for all. The jobs
// belong to their callers again; the database itself may be gone when the post runs.
inline void finish_on_loop(Scheduler& scheduler, Job* first) {
  if (!first) return;
  scheduler.post([first] {
    for (Job* job = first; job;) {
      Job* next = job->next;  // finish() ends the life of *job
      job->finish();
      job = next;
    }
  });
}

}  // namespace parley::db
