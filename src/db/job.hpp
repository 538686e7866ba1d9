// What the driver's threads share of Database: its protected Job, and how answers go back to the loop.
#pragma once

#include <parley/db/database.hpp>
#include <parley/time.hpp>

namespace parley::db {

namespace detail {
struct JobAccess : Database {
  using Database::Job;
};
}  // namespace detail
using Job = detail::JobAccess::Job;

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
