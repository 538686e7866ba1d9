#include "writer.hpp"

#include "errors.hpp"

#include <parley/log.hpp>
#include <parley/thread.hpp>

#include <algorithm>
#include <utility>

namespace parley::db {

namespace {

using Control = Connection::Control;

// After a group of at least `busy` jobs the same callers are about to come back. Waiting for them costs less
// than a commit of their own for the first that arrive, if a commit costs something: not in memory. On a fast
// disk a group of `company` is enough, as the loop prepares the next meanwhile; where commits take longer
// than the loop needs to answer, everyone is waited for. A lone caller never waits.
constexpr std::size_t busy = 4;
constexpr std::size_t company = 32;
constexpr std::chrono::microseconds linger{500}, longest_linger{2000};
constexpr std::chrono::microseconds cheap_commit{100}, slow_commit{1000};

// The log is brought into the database file when it has so many pages (SQLite's default), or without traffic
// for so long. It starts anew with the next commit, so its size stays near this while no read lasts for ever.
constexpr int full_log_pages = 1000;
constexpr std::chrono::seconds quiet{1};

}  // namespace

Writer::Writer(Connection& connection, Monitor& monitor, const Settings& settings, Scheduler& scheduler,
               const Clock& clock)
    : connection_(connection),
      monitor_(monitor),
      settings_(settings),
      scheduler_(scheduler),
      clock_(clock),
      session_(connection, SqliteSession::Access::read_write),
      queue_(settings.queue) {
  batch_.reserve(settings.batch);
  thread_ = start_thread("db-w-" + monitor.database(), [this] { run(); });
}

void Writer::stop() {
  queue_.close();
  if (thread_.joinable()) thread_.join();
}

void Writer::run() {
  std::size_t latest = 0;    // jobs in the latest group
  std::size_t expected = 0;  // these, when their callers come back, and who waited already
  for (;;) {
    JobQueue::Taken taken;
    if (latest >= busy && usual_commit_ >= cheap_commit) taken = gather(expected);
    if (!taken.first && !taken.closed) taken = queue_.take(settings_.batch, 1, patience());
    latest = taken.count;
    if (taken.first) {
      write(taken.first);
      expected = latest + queue_.size();  // before the answers bring new ones
      finish_on_loop(scheduler_, taken.first);
      // Behind the answers: what they wait for is on disk already.
      if (connection_.log_pages() >= full_log_pages) checkpoint();
    } else if (taken.closed) {
      return;
    } else {
      idle();
    }
  }
}

JobQueue::Taken Writer::gather(std::size_t expected) {
  std::size_t wanted = std::min(expected, settings_.batch);
  std::chrono::nanoseconds most = linger;
  if (usual_commit_ >= slow_commit) {
    most = std::clamp<std::chrono::nanoseconds>(usual_commit_ / 4, linger, longest_linger);
  } else {
    wanted = std::min(wanted, company);
  }
  return queue_.take(settings_.batch, wanted, std::chrono::steady_clock::now() + most);
}

std::optional<SteadyTime> Writer::patience() const {
  const auto now = std::chrono::steady_clock::now();
  if (!monitor_.writing()) return now + settings_.probe;
  if (unchecked_pages_) return now + quiet;
  return std::nullopt;
}

void Writer::write(Job* first) {
  batch_.clear();
  for (Job* job = first; job; job = job->next) batch_.push_back(job);

  std::lock_guard lock(connection_.exclusive());
  Outcome outcome = together();
  if (outcome == Outcome::isolate) outcome = isolated();
  switch (outcome) {
    case Outcome::committed:
      monitor_.writes.fetch_add(stored_, std::memory_order_relaxed);
      break;
    case Outcome::failed:
      for (Job* job : batch_) job->refuse(failure_);
      break;
    case Outcome::isolate:
    case Outcome::separate:
      separately();
      break;
  }
}

void Writer::drop_given_up() {
  std::optional<SteadyTime> now;
  const auto dropped = std::erase_if(batch_, [&](Job* job) {
    const auto why = given_up(*job, clock_, now);
    if (!why) return false;
    auto error = given_up_error(*why, "the write waited longer than its deadline");
    error.message += "; nothing was stored";
    job->refuse(std::move(error));
    return true;
  });
  monitor_.rejected.fetch_add(dropped, std::memory_order_relaxed);
}

bool Writer::work(Job& job) {
  session_.begin_work();
  const bool good = job.run(session_);
  if (session_.met_damage()) monitor_.set_damaged();
  return good;
}

Writer::Outcome Writer::together() {
  stored_ = 0;
  if (const int code = connection_.control(Control::begin_immediate)) {
    return fail(code, connection_.system_error());
  }
  drop_given_up();  // only now, as another program may have held the file for long
  if (batch_.empty()) {
    roll_back();
    return Outcome::committed;
  }
  for (Job* job : batch_) {
    const bool good = work(*job);
    if (session_.storage_failure()) return fail();
    if (!connection_.in_transaction()) return Outcome::separate;  // a job's ON CONFLICT ROLLBACK ended it
    if (!good && session_.has_changes()) {
      roll_back();
      return Outcome::isolate;
    }
    stored_ += good;
  }
  const int code = commit();
  if (!code) return Outcome::committed;
  if (!is_constraint(code)) return fail(code, connection_.system_error());
  roll_back();
  return Outcome::separate;  // a deferred constraint of one of them
}

Writer::Outcome Writer::isolated() {
  stored_ = 0;
  if (const int code = connection_.control(Control::begin_immediate)) {
    return fail(code, connection_.system_error());
  }
  for (Job* job : batch_) {
    if (const int code = connection_.control(Control::savepoint))
      return fail(code, connection_.system_error());
    const bool good = work(*job);
    if (session_.storage_failure()) return fail();
    if (!connection_.in_transaction()) return Outcome::separate;
    int code = good ? 0 : connection_.control(Control::rollback_to);
    if (!code) code = connection_.control(Control::release);
    if (code) return fail(code, connection_.system_error());
    stored_ += good;
  }
  const int code = commit();
  if (!code) return Outcome::committed;
  if (!is_constraint(code)) return fail(code, connection_.system_error());
  roll_back();
  return Outcome::separate;
}

void Writer::separately() {
  for (Job* job : batch_) {
    int code = connection_.control(Control::begin_immediate);
    int system_error = code ? connection_.system_error() : 0;
    if (!code) {
      const bool good = work(*job);
      code = session_.storage_failure();
      system_error = session_.system_error();
      if (!code && good) {
        if (connection_.in_transaction()) {
          code = commit();
          system_error = code ? connection_.system_error() : 0;
          if (!code) monitor_.writes.fetch_add(1, std::memory_order_relaxed);
        } else {
          job->refuse({Code::aborted, "the change was rolled back"});
        }
      }
    }
    if (code) {
      if (is_constraint(code)) {
        job->refuse(running_error(code, system_error));
      } else {
        fail(code, system_error);
        job->refuse(failure_);
      }
    }
    roll_back();
  }
}

int Writer::commit() {
  const auto before = std::chrono::steady_clock::now();
  const int code = connection_.control(Control::commit);
  if (code) return code;
  const std::chrono::nanoseconds took = std::chrono::steady_clock::now() - before;
  usual_commit_ += (took - usual_commit_) / 8;
  monitor_.commit_nanoseconds.fetch_add(static_cast<std::uint64_t>(took.count()), std::memory_order_relaxed);
  monitor_.commits.fetch_add(1, std::memory_order_relaxed);
  monitor_.set_writing(true);
  unchecked_pages_ = true;
  return 0;
}

void Writer::roll_back() noexcept {
  if (connection_.in_transaction()) connection_.control(Control::rollback);
}

Writer::Outcome Writer::fail() {
  return fail(session_.storage_failure(), session_.system_error());
}

Writer::Outcome Writer::fail(int code, int system_error) {
  roll_back();
  failure_ = running_error(code, system_error);
  // Whatever it was, the group was not stored and may be sent again.
  failure_.code = Code::unavailable;
  failure_.retry_after = settings_.probe;
  if (reach_of(code) == Reach::damage) monitor_.set_damaged();
  monitor_.failed_commits.fetch_add(1, std::memory_order_relaxed);
  monitor_.set_writing(false, failure_.message);
  return Outcome::failed;
}

void Writer::idle() {
  if (!monitor_.writing()) {
    checkpoint();  // lets the log start anew, in room that it has already
    std::lock_guard lock(connection_.exclusive());
    int code = connection_.control(Control::begin_immediate);
    if (!code) code = connection_.control(Control::probe_write);
    if (!code) code = commit();
    if (code) fail(code, connection_.system_error());
  } else if (unchecked_pages_) {
    checkpoint();
  }
}

void Writer::checkpoint() {
  std::lock_guard lock(connection_.exclusive());
  unchecked_pages_ = false;
  const int code = connection_.checkpoint();
  const bool works = code == 0 || reach_of(code) == Reach::statement;
  if (!works && checkpoints_work_) {
    log::warn("db", "the log cannot be brought into the database file and grows; it is tried again",
              {{"database", monitor_.database()}, {"why", connection_.error_text()}});
  }
  checkpoints_work_ = works;
}

}  // namespace parley::db
