// The reader threads: each with a connection of its own, all fed by one queue.
#pragma once

#include "connection.hpp"
#include "job_queue.hpp"
#include "monitor.hpp"

#include <chrono>
#include <memory>
#include <thread>
#include <vector>

namespace parley::db {

class Readers {
 public:
  struct Settings {
    std::size_t queue;                // most waiting jobs
    std::chrono::milliseconds probe;  // between tries of a failing database
  };
  // One thread per connection. All references outlive the readers.
  Readers(const std::vector<Connection*>& connections, Monitor& monitor, const Settings& settings,
          Scheduler& scheduler, const Clock& clock);
  ~Readers() { stop(); }

  JobQueue& queue() noexcept { return queue_; }
  const JobQueue& queue() const noexcept { return queue_; }
  // Runs what is queued, then ends the threads. Idempotent.
  void stop();

 private:
  void run(Connection& connection);
  void read(Connection& connection, Job* first);
  void fail(int code, int system_error);

  Monitor& monitor_;
  const Settings settings_;
  Scheduler& scheduler_;
  const Clock& clock_;
  JobQueue queue_;
  const std::size_t count_;
  std::vector<std::thread> threads_;
};

}  // namespace parley::db
