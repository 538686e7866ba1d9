// The storage driver: what modules write SQL against. One database per module.
//
// SQL is the subset that SQLite and PostgreSQL share, with $1, $2 ... parameters. A statement is prepared
// on first use and kept; it is identified by the address of its text, so pass string literals.
//
// Work runs on the driver's own threads, never on the loop: writes on one writer thread, reads on a few
// reader threads that see the last commit. What waits is committed together (group commit): a write that
// has completed without an error is on disk.
#pragma once

#include <parley/context.hpp>
#include <parley/result.hpp>
#include <parley/task.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace parley::db {

// A parameter; text and blobs are read before execute() or query() returns.
struct Blob {
  std::string_view bytes;
};
using Value = std::variant<std::nullptr_t, std::int64_t, double, std::string_view, Blob>;

inline Value to_value(std::nullptr_t) {
  return nullptr;
}
inline Value to_value(std::string_view v) {
  return v;
}
inline Value to_value(const std::string& v) {
  return std::string_view(v);
}
inline Value to_value(const char* v) {
  return std::string_view(v);
}
inline Value to_value(double v) {
  return v;
}
inline Value to_value(Blob v) {
  return v;
}
inline Value to_value(Timestamp v) {
  return static_cast<std::int64_t>(v.time_since_epoch().count());
}
template <class I>
requires std::is_integral_v<I> Value to_value(I v) {
  return static_cast<std::int64_t>(v);
}
template <class T>
Value to_value(const std::optional<T>& v) {
  return v ? to_value(*v) : Value(nullptr);
}

// One row of an answer, valid during the callback. Columns count from 0; NULL reads as 0 or empty.
class Row {
 public:
  virtual ~Row() = default;
  virtual bool is_null(int column) const = 0;
  virtual std::int64_t integer(int column) const = 0;
  virtual double number(int column) const = 0;
  virtual std::string_view text(int column) const = 0;  // also the bytes of a blob

  std::string string(int column) const { return std::string(text(column)); }
  std::optional<std::string> optional_string(int column) const {
    return is_null(column) ? std::nullopt : std::optional(string(column));
  }
  // Stored as microseconds since 1970.
  Timestamp timestamp(int column) const { return Timestamp(std::chrono::microseconds(integer(column))); }
};

// What work sees, on a driver's thread, for as long as it runs. Errors: already_exists for a broken unique
// or primary key, failed_precondition for another constraint, unavailable for a full or failing disk,
// internal for anything else; their messages name no SQL.
class Session {
 public:
  virtual ~Session() = default;

  // Rows changed.
  template <class... P>
  Result<std::int64_t> execute(const char* sql, const P&... parameters) {
    const Value values[] = {to_value(parameters)..., nullptr};
    return run(sql, {values, sizeof...(P)}, nullptr, nullptr);
  }
  // `each(const Row&)` per row; rows read.
  template <class Each, class... P>
  Result<std::int64_t> query(const char* sql, Each&& each, const P&... parameters) {
    const Value values[] = {to_value(parameters)..., nullptr};
    return run(sql, {values, sizeof...(P)}, &each,
               [](void* f, const Row& row) { (*static_cast<std::remove_reference_t<Each>*>(f))(row); });
  }

 protected:
  virtual Result<std::int64_t> run(const char* sql, std::span<const Value> parameters, void* each,
                                   void (*call)(void*, const Row&)) = 0;
};

struct Migration {
  int version;            // 1, 2, 3 ... without a gap
  std::string_view name;  // what it does, for the log
  // Statements separated by `;`, run in one transaction; never changed once shipped. What stands between
  // `/*sqlite` and `*/` is for SQLite and a comment to others, such as `) /*sqlite WITHOUT ROWID*/`: the rows
  // are in the tree of their primary key, which spares each of them a second one.
  std::string_view sql;
};

// Counted since the database was opened, but for the queues.
struct Statistics {
  std::uint64_t commits = 0;         // transactions on disk, each of a group of writes
  std::uint64_t writes = 0;          // calls of write() that were stored; not those that answered an error
  std::uint64_t reads = 0;           // calls of read() that ran
  std::uint64_t rejected = 0;        // calls that never ran: full queue, deadline over, withdrawn, a stop
  std::uint64_t failed_commits = 0;  // groups of writes that the disk did not take
  std::size_t write_queue = 0, read_queue = 0;  // calls that wait now
  double commit_seconds = 0;                    // spent committing
};

// Loop thread only, except where stated. Outlives every call made on it.
class Database {
 public:
  virtual ~Database() = default;

  // Runs `work(Session&) -> Result<T>` in a transaction of its own (nothing of it stays when it answers an
  // error) and completes on the loop once that is on disk. `work` holds values only, runs on the writer
  // thread, and may run more than once (when a neighbour of the group has to be taken out): it must not
  // move from what it holds. `unavailable` when the queue is full, the disk is full or the database stops;
  // `deadline_exceeded` and `cancelled` when the call was over before its turn came, in which case nothing
  // has been written. Work that runs already is stored, whatever becomes of its call.
  //
  // Inside a co_await give `work` a name first (task.hpp): gcc 12 destroys the captures of a lambda that is
  // written between the parentheses twice. A coroutine that waits here is not destroyed before its answer.
  template <class Work>
  auto write(CallContext context, Work work) {
    return submit(true, std::move(context), std::move(work));
  }
  // The same for reading, on a reader thread. A read that runs is interrupted when its call is over.
  template <class Work>
  auto read(CallContext context, Work work) {
    return submit(false, std::move(context), std::move(work));
  }

  // False after a failed commit or read until one succeeds again, and for good once damage was met; any
  // thread. A failing database probes itself, so that it recovers without traffic.
  virtual bool healthy() const noexcept = 0;
  virtual Statistics statistics() const noexcept = 0;  // any thread
  // Answers what is queued, joins the threads and closes the files, which blocks: any thread, one at a time.
  // Later calls answer `unavailable`. Idempotent. The loop must still run afterwards for the answers to
  // arrive.
  virtual void stop() = 0;

 protected:
  // One queued call. Lives in the frame of the coroutine that waits for it.
  class Job {
   public:
    virtual ~Job() = default;
    virtual bool run(Session& session) noexcept = 0;  // driver's thread; false: answered an error
    virtual void refuse(Error error) noexcept = 0;    // replaces the answer
    virtual void finish() = 0;                        // loop thread: resumes the waiting coroutine
    const CallContext* context = nullptr;             // never null once it is queued
    Job* next = nullptr;
  };
  // Takes `job` until finish(); any bound or refusal is answered through refuse() and finish() too.
  virtual void enqueue(bool write, Job& job) = 0;
  // For the exception that is being handled: logs it, as the answer tells nothing of it.
  static Error failed_work() noexcept;

 private:
  template <class Work>
  auto submit(bool write, CallContext context, Work work) -> Task<std::invoke_result_t<Work&, Session&>> {
    using Answer = std::invoke_result_t<Work&, Session&>;
    struct Call final : Job {
      Work work;
      std::optional<Answer> answer;
      std::optional<Resume<bool>> resume;
      explicit Call(Work w) : work(std::move(w)) {}
      bool run(Session& session) noexcept override {
        try {
          answer.emplace(work(session));
          return answer->has_value();
        } catch (...) {
          refuse(failed_work());
          return false;
        }
      }
      void refuse(Error error) noexcept override { answer.emplace(std::unexpected(std::move(error))); }
      void finish() override { (*resume)(true); }
    };
    Call call(std::move(work));
    call.context = &context;
    co_await callback<bool>([&](Resume<bool> resume) {
      call.resume.emplace(std::move(resume));
      enqueue(write, call);
    });
    co_return std::move(*call.answer);
  }
};

}  // namespace parley::db
