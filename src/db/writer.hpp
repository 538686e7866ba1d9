// The writer thread: group commit.
//
// What waits is run in one transaction and committed once, so that the price of a durable commit is shared.
// A job that answers an error after it changed something must leave nothing: the whole group is rolled back
// and run again, each job under a savepoint of its own. Savepoints are not used from the start because they
// cost more than the statements of a typical job, and few jobs fail in that way.
#pragma once

#include "connection.hpp"
#include "job_queue.hpp"
#include "monitor.hpp"
#include "session.hpp"

#include <chrono>
#include <optional>
#include <thread>
#include <vector>

namespace parley::db {

class Writer {
 public:
  struct Settings {
    std::size_t queue;                // most waiting jobs
    std::size_t batch;                // most jobs in one commit
    std::chrono::milliseconds probe;  // between tries of a failing database
  };
  // All references outlive the writer. The thread runs until stop().
  Writer(Connection& connection, Monitor& monitor, const Settings& settings, Scheduler& scheduler,
         const Clock& clock);
  ~Writer() { stop(); }

  JobQueue& queue() noexcept { return queue_; }
  const JobQueue& queue() const noexcept { return queue_; }
  // Runs what is queued, then ends the thread. Idempotent.
  void stop();

 private:
  enum class Outcome {
    committed,
    failed,    // failure_ tells why; nothing stays
    isolate,   // a job has to be taken out: run each under a savepoint
    separate,  // the jobs cannot share a transaction: run each in its own
  };

  void run();
  JobQueue::Taken gather(std::size_t expected);
  std::optional<SteadyTime> patience() const;
  void write(Job* first);
  void drop_given_up();
  Outcome together();
  Outcome isolated();
  void separately();
  bool work(Job& job);
  int commit();
  void roll_back() noexcept;
  Outcome fail(int code, int system_error);
  Outcome fail();
  void idle();
  void checkpoint();

  Connection& connection_;
  Monitor& monitor_;
  const Settings settings_;
  Scheduler& scheduler_;
  const Clock& clock_;
  SqliteSession session_;
  JobQueue queue_;
  std::vector<Job*> batch_;  // of the current write(), those that are not refused
  std::size_t stored_ = 0;   // of them, those whose work was good
  Error failure_;
  std::chrono::nanoseconds usual_commit_{0};  // smoothed
  bool unchecked_pages_ = true;               // the log may hold pages that the database file has not
  bool checkpoints_work_ = true;
  std::thread thread_;
};

}  // namespace parley::db
