// What the storage tests share: a directory that goes away, a loop that stands still, calls that are under
// way.
#pragma once

#include "catch.hpp"
#include "manual_time.hpp"

#include <parley/db/sqlite.hpp>
#include <parley/log.hpp>

#include <condition_variable>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace parley::test {

class TemporaryDirectory {
 public:
  // `in_memory`: where there is such a place, for tests that make many files and are not about the disk.
  explicit TemporaryDirectory(bool in_memory = false);
  ~TemporaryDirectory();
  std::string file(const std::string& name) const { return (path_ / name).string(); }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

// Holds the thread that comes to it until it is opened.
class Gate {
 public:
  void open() {
    std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }
  void pass() {
    std::unique_lock lock(mutex_);
    reached_ = true;
    changed_.notify_all();
    changed_.wait(lock, [&] { return open_; });
  }
  void wait_until_reached() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return reached_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = false, reached_ = false;
};

// Keeps log lines and lets a test wait for one.
class LogLines final : public log::Sink {
 public:
  LogLines() { log::set_sink(this, log::Level::debug); }
  ~LogLines() override { log::set_sink(nullptr, log::Level::off); }
  void write(log::Level level, std::string_view component, std::string_view message,
             std::initializer_list<log::Field> fields) override;
  bool contains(std::string_view message);
  // False when it does not come within 10 s.
  bool wait_for(std::string_view message);

 private:
  bool has(std::string_view message) const;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> lines_;
};

inline const db::Migration notes[] = {
    {1, "notes",
     "CREATE TABLE notes(id INTEGER PRIMARY KEY, owner TEXT NOT NULL, text TEXT, number INTEGER, ratio REAL,"
     " data BLOB);"
     "CREATE TABLE tags(name TEXT NOT NULL UNIQUE, weight INTEGER CHECK (weight > 0))"}};

inline db::Options quick_options() {
  db::Options options;
  options.probe = std::chrono::milliseconds(5);
  return options;
}

class Fixture {
 public:
  Fixture() : group_([this](std::exception_ptr e) { failure_ = e; }) {}

  Result<std::unique_ptr<db::Database>> try_open(const std::string& path,
                                                 std::span<const db::Migration> migrations = notes,
                                                 const db::Options& options = quick_options()) {
    return db::open_sqlite("test", path, migrations, options, time, time);
  }
  std::unique_ptr<db::Database> open(const std::string& path,
                                     std::span<const db::Migration> migrations = notes,
                                     const db::Options& options = quick_options()) {
    auto opened = try_open(path, migrations, options);
    if (!opened) throw std::runtime_error(opened.error().message);
    return std::move(*opened);
  }
  std::unique_ptr<db::Database> open_default() { return open(directory.file("test.db")); }

  // Starts a call; its answer appears when the loop has run.
  template <class Work>
  auto start_write(db::Database& database, Work work, CallContext context = {}) {
    return start(database.write(std::move(context), std::move(work)));
  }
  template <class Work>
  auto start_read(db::Database& database, Work work, CallContext context = {}) {
    return start(database.read(std::move(context), std::move(work)));
  }
  template <class Work>
  auto write(db::Database& database, Work work, CallContext context = {}) {
    return time.wait(database.write(std::move(context), std::move(work)));
  }
  template <class Work>
  auto read(db::Database& database, Work work, CallContext context = {}) {
    return time.wait(database.read(std::move(context), std::move(work)));
  }
  // Waits for all started calls.
  void finish() {
    time.run_until([&] { return group_.size() == 0 || failure_; });
    if (failure_) std::rethrow_exception(failure_);
  }

  Result<std::int64_t> add_note(db::Database& database, std::string owner) {
    return write(database, [owner](db::Session& session) {
      return session.execute("INSERT INTO notes(owner) VALUES($1)", owner);
    });
  }
  std::int64_t count_notes(db::Database& database, std::string owner = "%") {
    auto counted = read(database, [owner](db::Session& session) -> Result<std::int64_t> {
      std::int64_t count = -1;
      auto done = session.query(
          "SELECT count(*) FROM notes WHERE owner LIKE $1",
          [&](const db::Row& row) { count = row.integer(0); }, owner);
      if (!done) return std::unexpected(done.error());
      return count;
    });
    if (!counted) throw std::runtime_error(counted.error().message);
    return *counted;
  }

  TemporaryDirectory directory;
  ManualTime time;

 private:
  template <class Answer>
  auto start(Task<Answer> task) {
    auto answer = std::make_shared<std::optional<Answer>>();
    group_.spawn(keep(std::move(task), answer));
    return answer;
  }
  template <class Answer>
  static Task<void> keep(Task<Answer> task, std::shared_ptr<std::optional<Answer>> answer) {
    answer->emplace(co_await std::move(task));
  }

  std::exception_ptr failure_;
  TaskGroup group_;
};

using Answer = std::shared_ptr<std::optional<Result<std::int64_t>>>;  // of a write that was started

// Keeps the writer busy, so that what is started meanwhile becomes one group.
class Held {
 public:
  Held(Fixture& fixture, db::Database& database) : fixture_(fixture) {
    auto gate = gate_;
    answer_ = fixture.start_write(database, [gate](db::Session&) -> Result<std::int64_t> {
      gate->pass();
      return 0;
    });
    gate_->wait_until_reached();
  }
  void release() {
    gate_->open();
    fixture_.finish();
  }

 private:
  Fixture& fixture_;
  std::shared_ptr<Gate> gate_ = std::make_shared<Gate>();
  Answer answer_;
};

inline auto insert(std::string owner) {
  return
      [owner](db::Session& session) { return session.execute("INSERT INTO notes(owner) VALUES($1)", owner); };
}

// Runs `body` in a child process; its return value is the exit status. The parent has no threads then.
class ChildProcess {
 public:
  template <class Body>
  explicit ChildProcess(Body body) {
    if (begin()) end(guarded([&] { return body(); }));
  }
  ChildProcess(const ChildProcess&) = delete;
  ~ChildProcess();
  void kill();
  int wait();  // exit status, or -1 when a signal ended it
  // One byte per call of tell(); -1 when the child is gone.
  int hear();
  // In the child: to the parent. Never blocks for long: a byte or a small record fits the pipe.
  static void tell(const void* bytes, std::size_t size);
  static void tell(char byte) { tell(&byte, 1); }
  int pipe() const { return pipe_; }

 private:
  bool begin();  // true in the child
  [[noreturn]] static void end(int status);
  static int guarded(const std::function<int()>& body);
  int pid_ = -1;
  int pipe_ = -1;
};

}  // namespace parley::test
