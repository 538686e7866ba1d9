#include "readers.hpp"

#include "errors.hpp"
#include "session.hpp"

#include <parley/thread.hpp>

#include <algorithm>
#include <optional>

namespace parley::db {

namespace {

using Control = Connection::Control;

// Jobs that share a snapshot and a post back to the loop. More would hold back the first one's answer.
constexpr std::size_t most_together = 32;

// Breaks the statements of a read off when nobody waits for its answer any more.
class Watch {
 public:
  Watch(Connection& connection, const Job& job, const Clock& clock)
      : connection_(connection), job_(job), clock_(clock) {
    connection.interrupt_when([](void* self) { return static_cast<Watch*>(self)->over(); }, this);
  }
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;
  ~Watch() { connection_.interrupt_when(nullptr, nullptr); }

  // Why a statement was broken off; nothing while none was.
  std::optional<Code> why() const noexcept { return why_; }

 private:
  int over() noexcept {
    std::optional<SteadyTime> now;
    why_ = given_up(job_, clock_, now);
    return why_.has_value();
  }

  Connection& connection_;
  const Job& job_;
  const Clock& clock_;
  std::optional<Code> why_;
};

}  // namespace

Readers::Readers(const std::vector<Connection*>& connections, Monitor& monitor, const Settings& settings,
                 Scheduler& scheduler, const Clock& clock)
    : monitor_(monitor),
      settings_(settings),
      scheduler_(scheduler),
      clock_(clock),
      queue_(settings.queue),
      count_(connections.size()) {
  try {
    for (auto* connection : connections) {
      threads_.push_back(
          start_thread("db-r-" + monitor.database(), [this, connection] { run(*connection); }));
    }
  } catch (...) {
    stop();  // the destructor does not run
    throw;
  }
}

void Readers::stop() {
  queue_.close();
  for (auto& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

void Readers::run(Connection& connection) {
  for (;;) {
    // A fair share, so that one reader does not take what another could run beside it.
    const std::size_t most = std::clamp<std::size_t>(queue_.size() / count_, 1, most_together);
    std::optional<SteadyTime> until;
    if (!monitor_.reading()) until = std::chrono::steady_clock::now() + settings_.probe;
    const auto taken = queue_.take(most, 1, until);
    if (taken.first) {
      read(connection, taken.first);
      finish_on_loop(scheduler_, taken.first);
    } else if (taken.closed) {
      return;
    } else {
      std::lock_guard lock(connection.exclusive());
      const int code = connection.control(Control::probe_read);
      if (code) {
        fail(code, connection.system_error());
      } else {
        monitor_.set_reading(true);
      }
    }
  }
}

void Readers::read(Connection& connection, Job* first) {
  std::lock_guard lock(connection.exclusive());
  SqliteSession session(connection, SqliteSession::Access::read_only);
  std::optional<SteadyTime> now;
  std::uint64_t done = 0, rejected = 0;
  for (Job* job = first; job; job = job->next) {
    if (const auto why = given_up(*job, clock_, now)) {
      job->refuse(given_up_error(*why, "the read waited longer than its deadline"));
      ++rejected;
      continue;
    }
    // One snapshot for all of them: it is taken with the first statement, after each was asked. A failure may
    // have ended it.
    if (!connection.in_transaction()) {
      if (const int code = connection.control(Control::begin)) {
        fail(code, connection.system_error());
        job->refuse(running_error(code, connection.system_error()));
        continue;
      }
    }
    session.begin_work();
    Watch watch(connection, *job, clock_);
    const bool good = job->run(session);
    ++done;
    // Whatever the work made of a statement that was broken off.
    if (watch.why()) job->refuse(given_up_error(*watch.why(), "the read took longer than its deadline"));
    if (session.met_damage()) monitor_.set_damaged();
    if (session.storage_failure()) {
      fail(session.storage_failure(), session.system_error());
    } else if (good) {
      monitor_.set_reading(true);
    }
  }
  if (connection.in_transaction() && connection.control(Control::commit))
    connection.control(Control::rollback);
  monitor_.reads.fetch_add(done, std::memory_order_relaxed);
  monitor_.rejected.fetch_add(rejected, std::memory_order_relaxed);
}

void Readers::fail(int code, int system_error) {
  if (reach_of(code) == Reach::damage) monitor_.set_damaged();
  monitor_.set_reading(false, running_error(code, system_error).message);
}

}  // namespace parley::db
