#include "connection.hpp"
#include "database_file.hpp"
#include "errors.hpp"
#include "migrations.hpp"

#include <parley/db/copy.hpp>

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace parley::db {

namespace {

constexpr std::int64_t cache_bytes = 8 << 20;
constexpr int pages_per_step = 256;  // 1 MiB: often enough to show progress and to be interrupted

std::unexpected<Error> failure_of(const std::string& name, const Connection& connection) {
  return std::unexpected(opening_error(name, connection.error_code(), connection.system_error()));
}

// Opened for reading, recognised, and in a transaction that has begun to read.
struct Opened {
  std::unique_ptr<Connection> connection;
  Account account;
};

Result<Opened> open_at_one_moment(const std::string& name, const std::string& path,
                                  std::span<const Migration> migrations) {
  struct stat status;
  if (::stat(path.c_str(), &status) != 0) {
    if (errno == ENOENT) return std::unexpected(about(name, Code::not_found, "does not exist"));
    return std::unexpected(opening_error(name, SQLITE_CANTOPEN, errno));
  }
  if (auto whole = check_header(name, path, status.st_size); !whole) return std::unexpected(whole.error());
  auto connection = Connection::open(name, path, Connection::Mode::read_only, cache_bytes);
  if (!connection) return std::unexpected(std::move(connection.error()));
  // The copy begins where the first statement reads.
  if (const int code = (*connection)->control(Connection::Control::begin))
    return std::unexpected(opening_error(name, code, (*connection)->system_error()));
  if (auto ours = recognise(name, **connection); !ours) return std::unexpected(std::move(ours.error()));
  const auto version = check_migrations(name, **connection, migrations);
  if (!version) return std::unexpected(version.error());
  const auto bytes =
      (*connection)->integer("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size");
  if (!bytes) return failure_of(name, **connection);
  return Opened{std::move(*connection), {*version, static_cast<std::uint64_t>(*bytes)}};
}

void remove_files(const std::string& path) {
  for (const auto& file : files_of(path)) ::unlink(file.c_str());
}

}  // namespace

std::string engine_version() {
  return sqlite3_libversion();
}

std::vector<std::string> files_of(const std::string& path) {
  std::vector<std::string> files;
  for (const auto& base : {path, path + ".new"}) {  // the latter: not yet complete
    files.push_back(base);
    for (const char* suffix : companions) files.push_back(base + suffix);
  }
  files.push_back(path + ".lock");
  return files;
}

Result<Account> inspect_database(const std::string& name, const std::string& path,
                                 std::span<const Migration> migrations, Depth depth) {
  auto opened = open_at_one_moment(name, path, migrations);
  if (!opened) return std::unexpected(std::move(opened.error()));
  auto& connection = *opened->connection;
  const auto verdict =
      connection.text(depth == Depth::quick ? "PRAGMA quick_check(1)" : "PRAGMA integrity_check(1)");
  if (!verdict) return failure_of(name, connection);
  if (*verdict != "ok") return std::unexpected(damaged(name));
  return opened->account;
}

struct Snapshot::Impl {
  std::string name;
  std::unique_ptr<Connection> source;
  Account account;

  // The result of SQLite, 0: done; SQLITE_INTERRUPT: `progress` did not want more.
  int copy(Connection& target, const std::function<bool(std::int64_t, std::int64_t)>& progress) {
    auto* backup = sqlite3_backup_init(target.handle(), "main", source->handle(), "main");
    if (!backup) return target.error_code();
    int code = SQLITE_OK;
    while (code == SQLITE_OK) {
      errno = 0;
      // The transaction of `source` stays open: however much is written meanwhile, the copy never starts
      // again.
      code = sqlite3_backup_step(backup, pages_per_step);
      if (code != SQLITE_OK && code != SQLITE_DONE) target.note_failure(code);
      const std::int64_t total = sqlite3_backup_pagecount(backup);
      if (code == SQLITE_OK && !progress(total - sqlite3_backup_remaining(backup), total))
        code = SQLITE_INTERRUPT;
    }
    const int finished = sqlite3_backup_finish(backup);
    if (code != SQLITE_DONE) return code;
    return finished;
  }
};

Snapshot::Snapshot(std::unique_ptr<Impl> impl) noexcept : impl_(std::move(impl)) {}
Snapshot::Snapshot(Snapshot&&) noexcept = default;
Snapshot& Snapshot::operator=(Snapshot&&) noexcept = default;
Snapshot::~Snapshot() = default;

const Account& Snapshot::account() const noexcept {
  return impl_->account;
}

Result<Snapshot> Snapshot::take(const std::string& name, const std::string& path,
                                std::span<const Migration> migrations) {
  auto opened = open_at_one_moment(name, path, migrations);
  if (!opened) return std::unexpected(std::move(opened.error()));
  return Snapshot(std::make_unique<Impl>(Impl{name, std::move(opened->connection), opened->account}));
}

Result<void> Snapshot::copy_to(const std::string& path,
                               const std::function<bool(std::int64_t done, std::int64_t total)>& progress) {
  const std::string& name = impl_->name;
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0) {
    return std::unexpected(about(name, errno == ENOSPC ? Code::unavailable : Code::failed_precondition,
                                 "cannot be copied: no file can be made beside the backup"));
  }
  ::close(file);
  int code, system_error = 0;
  {
    auto target = Connection::open(name, path, Connection::Mode::read_write, 1 << 20);
    if (!target) {
      remove_files(path);
      return std::unexpected(std::move(target.error()));
    }
    // A crash leaves a copy that nobody looks at: one sync at the end is enough.
    code = (*target)->execute("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF");
    if (!code) code = impl_->copy(**target, progress);
    system_error = (*target)->system_error();
  }
  if (!code) remove_companions(path);
  if (!code && (!sync_file(path) || !sync_directory_of(path))) code = SQLITE_IOERR, system_error = errno;
  if (!code) return {};
  remove_files(path);
  if (code == SQLITE_INTERRUPT) return fail(Code::cancelled, "the copy was interrupted");
  if (reach_of(code) == Reach::damage) return std::unexpected(damaged(name));
  const auto error = running_error(code, system_error);
  return std::unexpected(about(name, error.code, "cannot be copied: " + error.message));
}

}  // namespace parley::db
