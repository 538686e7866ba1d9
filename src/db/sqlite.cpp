#include "connection.hpp"
#include "database_file.hpp"
#include "errors.hpp"
#include "migrations.hpp"
#include "monitor.hpp"
#include "readers.hpp"
#include "writer.hpp"

#include <parley/db/ownership.hpp>
#include <parley/db/sqlite.hpp>
#include <parley/log.hpp>

#include <algorithm>
#include <atomic>
#include <system_error>

namespace parley::db {

namespace {

std::size_t at_least_one(std::int32_t value) {
  return static_cast<std::size_t>(std::max(value, 1));
}

// Work that is refused at once is worth another try when the queue has moved on.
constexpr std::chrono::milliseconds queue_full_retry{100};

class SqliteDatabase final : public Database {
 public:
  SqliteDatabase(std::string name, const Options& options, Scheduler& scheduler, const Clock& clock)
      : options_(options), scheduler_(scheduler), clock_(clock), monitor_(std::move(name)) {}
  ~SqliteDatabase() override { stop(); }

  Result<void> open(const std::string& path, std::span<const Migration> migrations) {
    const std::string& name = monitor_.database();
    if (path == ":memory:") {
      if (auto opened = open_memory(); !opened) return opened;
    } else {
      if (auto opened = open_file(path); !opened) return opened;
    }
    if (auto migrated = migrate(name, *writing_, migrations, clock_); !migrated) return migrated;
    std::vector<Connection*> readers;
    for (std::size_t i = 0; !path_.empty() && i < at_least_one(options_.readers); ++i) {
      auto connection = Connection::open(name, path_, Connection::Mode::read_only, options_.cache_bytes);
      if (!connection) return std::unexpected(std::move(connection.error()));
      readers.push_back(reading_.emplace_back(std::move(*connection)).get());
    }
    // A private database in memory has one connection; its reader runs between the writer's transactions.
    if (readers.empty()) readers.push_back(writing_.get());
    return start(readers);
  }

  bool healthy() const noexcept override { return monitor_.healthy(); }

  Statistics statistics() const noexcept override {
    const auto get = [](const std::atomic<std::uint64_t>& count) {
      return count.load(std::memory_order_relaxed);
    };
    Statistics all;
    all.commits = get(monitor_.commits);
    all.writes = get(monitor_.writes);
    all.reads = get(monitor_.reads);
    all.rejected = get(monitor_.rejected);
    all.failed_commits = get(monitor_.failed_commits);
    all.write_queue = writer_->queue().size();
    all.read_queue = readers_->queue().size();
    all.commit_seconds = static_cast<double>(get(monitor_.commit_nanoseconds)) * 1e-9;
    return all;
  }

  void stop() override {
    if (writer_) writer_->stop();
    if (readers_) readers_->stop();
    // Readers first: the last connection to close must be able to write the log into the file and remove it,
    // which marks a clean stop.
    reading_.clear();
    writing_.reset();
    ownership_ = {};
  }

 protected:
  void enqueue(bool write, Job& job) override {
    auto& queue = write ? writer_->queue() : readers_->queue();
    switch (queue.push(job)) {
      case JobQueue::Push::taken:
        return;
      case JobQueue::Push::full:
        job.refuse({Code::unavailable,
                    write ? "too many writes are waiting; try again shortly"
                          : "too many reads are waiting; try again shortly",
                    {},
                    queue_full_retry});
        break;
      case JobQueue::Push::closed:
        job.refuse({Code::unavailable, "the database is stopping"});
        break;
    }
    monitor_.rejected.fetch_add(1, std::memory_order_relaxed);
    job.finish();  // this is the loop's thread
  }

 private:
  Result<void> open_file(std::string path) {
    const std::string& name = monitor_.database();
    auto resolved = resolve_path(name, path);
    if (!resolved) return std::unexpected(std::move(resolved.error()));
    path_ = std::move(*resolved);
    auto ownership = Ownership::take(name, path_);
    if (!ownership) return std::unexpected(std::move(ownership.error()));
    ownership_ = std::move(*ownership);
    auto state = prepare_file(name, path_);
    if (!state) return std::unexpected(std::move(state.error()));
    auto connection = Connection::open(name, path_, Connection::Mode::read_write, options_.cache_bytes);
    if (!connection) return std::unexpected(std::move(connection.error()));
    writing_ = std::move(*connection);
    auto sound = examine(name, *writing_, *state);
    if (!sound) return sound;
    log::info("db", state->created ? "created" : "opened",
              {{"database", name}, {"bytes", state->bytes}, {"clean", state->clean}});
    return {};
  }

  Result<void> open_memory() {
    const std::string& name = monitor_.database();
    auto connection = Connection::open(name, ":memory:", Connection::Mode::read_write, options_.cache_bytes);
    if (!connection) return std::unexpected(std::move(connection.error()));
    writing_ = std::move(*connection);
    if (const int code = writing_->execute(driver_schema))
      return std::unexpected(opening_error(name, code, 0));
    return {};
  }

  Result<void> start(const std::vector<Connection*>& readers) {
    try {
      writer_.emplace(
          *writing_, monitor_,
          Writer::Settings{at_least_one(options_.write_queue), at_least_one(options_.batch), options_.probe},
          scheduler_, clock_);
      readers_.emplace(readers, monitor_,
                       Readers::Settings{at_least_one(options_.read_queue), options_.probe}, scheduler_,
                       clock_);
    } catch (const std::system_error&) {
      return std::unexpected(about(monitor_.database(), Code::unavailable,
                                   "cannot start its threads; raise the limit of processes"));
    }
    return {};
  }

  const Options options_;
  Scheduler& scheduler_;
  const Clock& clock_;
  Monitor monitor_;
  std::string path_;  // empty: in memory
  Ownership ownership_;
  std::unique_ptr<Connection> writing_;
  std::vector<std::unique_ptr<Connection>> reading_;
  std::optional<Writer> writer_;
  std::optional<Readers> readers_;
};

}  // namespace

Result<std::unique_ptr<Database>> open_sqlite(std::string name, std::string path,
                                              std::span<const Migration> migrations, const Options& options,
                                              Scheduler& scheduler, const Clock& clock) {
  auto database = std::make_unique<SqliteDatabase>(std::move(name), options, scheduler, clock);
  if (auto opened = database->open(path, migrations); !opened) {
    return std::unexpected(std::move(opened.error()));
  }
  return database;
}

}  // namespace parley::db
