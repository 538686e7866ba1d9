#include "database_file.hpp"

#include "errors.hpp"

#include <parley/log.hpp>

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <string_view>
#include <system_error>

namespace parley::db {

namespace {

namespace fs = std::filesystem;

// Below, a whole check takes some 10 ms and is always made; above, even after a crash it would keep the
// server from starting for long, and the log says so instead.
constexpr std::uint64_t small_bytes = 8 << 20;
constexpr std::uint64_t large_bytes = std::uint64_t(1) << 30;

constexpr std::string_view magic("SQLite format 3\0", 16);

// The log is truncated to this when it starts anew.
constexpr const char* wal_settings = "PRAGMA journal_mode=WAL; PRAGMA journal_size_limit=16777216";

std::unexpected<Error> unusable(std::string_view name, std::string_view how) {
  return std::unexpected(about(name, Code::data_loss, how));
}

// Bytes, or -1 for none.
std::int64_t size_of(const std::string& path) {
  struct stat status;
  return ::stat(path.c_str(), &status) == 0 ? static_cast<std::int64_t>(status.st_size) : -1;
}

bool sync(const std::string& path, int how) {
  const int file = ::open(path.c_str(), how | O_CLOEXEC);
  if (file < 0) return false;
  const bool done = ::fsync(file) == 0;
  ::close(file);
  return done;
}

Result<void> create(const std::string& name, const std::string& path) {
  for (const char* suffix : {"-wal", "-journal"}) {
    if (size_of(path + suffix) > 0) {
      return unusable(
          name,
          "is missing, but its write-ahead log is there; restore both from a backup, or remove the "
          "log to start anew");
    }
    ::unlink((path + suffix).c_str());
  }
  ::unlink((path + "-shm").c_str());

  const std::string fresh = path + ".new";
  const auto remove_fresh = [&] {
    ::unlink(fresh.c_str());
    remove_companions(fresh);
  };
  remove_fresh();  // a crash may have left it
  // People's data: for the owner alone. The log takes the same permissions.
  const int file = ::open(fresh.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0) return std::unexpected(opening_error(name, SQLITE_CANTOPEN, errno));
  ::close(file);

  auto connection = Connection::open(name, fresh, Connection::Mode::read_write, 1 << 20);
  if (!connection) return std::unexpected(std::move(connection.error()));
  // Without a journal and without a sync per step: before the file has its name, a crash leaves nothing to
  // mend.
  const std::string sql = "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA application_id=" +
                          std::to_string(application_id) + "; BEGIN;" + driver_schema +
                          "COMMIT; PRAGMA journal_mode=WAL";
  const int code = (*connection)->execute(sql);
  const int system_error = (*connection)->system_error();
  connection->reset();
  if (code || !sync_file(fresh)) {
    auto error = code ? opening_error(name, code, system_error) : opening_error(name, SQLITE_IOERR, errno);
    remove_fresh();
    return std::unexpected(std::move(error));
  }
  if (std::rename(fresh.c_str(), path.c_str()) != 0 || !sync_directory_of(path)) {
    return std::unexpected(opening_error(name, SQLITE_IOERR, errno));
  }
  return {};
}

}  // namespace

void remove_companions(const std::string& path) {
  for (const char* suffix : companions) ::unlink((path + suffix).c_str());
}

bool sync_file(const std::string& path) {
  return sync(path, O_RDWR);
}
bool sync_directory_of(const std::string& path) {
  const auto directory = fs::path(path).parent_path();
  return sync(directory.empty() ? "." : directory.string(), O_RDONLY | O_DIRECTORY);
}

Result<void> check_header(const std::string& name, const std::string& path, std::int64_t bytes) {
  if (bytes == 0)
    return unusable(name, "is an empty file; restore it from a backup, or remove it to start anew");
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return std::unexpected(opening_error(name, SQLITE_CANTOPEN, errno));
  char header[100] = {};
  const auto read = ::pread(file, header, sizeof header, 0);
  ::close(file);
  if (read < 0) return std::unexpected(opening_error(name, SQLITE_IOERR, errno));
  // Bytes 18 and 19 are the format's versions: SQLite would open a newer one for reading only.
  if (read < static_cast<ssize_t>(sizeof header) || std::memcmp(header, magic.data(), magic.size()) != 0 ||
      header[18] < 1 || header[18] > 2 || header[19] < 1 || header[19] > 2) {
    return unusable(name, "is not a database, or its beginning is damaged; restore it from a backup");
  }
  return {};
}

Result<std::string> resolve_path(const std::string& name, const std::string& path) {
  std::error_code error;
  const fs::path absolute = fs::absolute(path, error);
  if (error || path.empty())
    return std::unexpected(about(name, Code::failed_precondition, "has no usable path"));
  if (!fs::is_directory(absolute.parent_path(), error)) {
    return std::unexpected(about(name, Code::failed_precondition,
                                 "cannot be opened because its directory does not exist; create it first"));
  }
  const fs::path resolved = fs::weakly_canonical(absolute, error);
  const auto status = error ? fs::file_status(fs::file_type::unknown) : fs::status(resolved, error);
  if (status.type() != fs::file_type::not_found && status.type() != fs::file_type::regular) {
    return std::unexpected(about(name, Code::failed_precondition,
                                 "cannot be opened because its path does not lead to a regular file"));
  }
  return resolved.string();
}

Result<FileState> prepare_file(const std::string& name, const std::string& path) {
  FileState state;
  std::int64_t bytes = size_of(path);
  if (bytes < 0) {
    if (errno != ENOENT) return std::unexpected(opening_error(name, SQLITE_CANTOPEN, errno));
    if (auto made = create(name, path); !made) return std::unexpected(std::move(made.error()));
    state.created = true;
    bytes = size_of(path);
  } else if (auto whole = check_header(name, path, bytes); !whole) {
    return std::unexpected(std::move(whole.error()));
  }
  state.bytes = bytes > 0 ? static_cast<std::uint64_t>(bytes) : 0;
  // SQLite removes the log when the last connection closes.
  state.clean = size_of(path + "-wal") <= 0 && size_of(path + "-journal") <= 0;
  return state;
}

Result<void> recognise(const std::string& name, Connection& connection) {
  const auto id = connection.integer(
      "SELECT application_id FROM pragma_application_id, (SELECT count(*) FROM sqlite_schema)");
  if (!id) return std::unexpected(opening_error(name, connection.error_code(), connection.system_error()));
  if (*id != application_id)
    return unusable(name, "is not a Parley database; choose another data directory or move the file away");
  return {};
}

Result<void> examine(const std::string& name, Connection& connection, const FileState& state) {
  const auto broken = [&] {
    return std::unexpected(opening_error(name, connection.error_code(), connection.system_error()));
  };
  if (auto ours = recognise(name, connection); !ours) return ours;
  if (const int code = connection.execute(wal_settings)) {
    return std::unexpected(opening_error(name, code, connection.system_error()));
  }
  const auto mode = connection.text("PRAGMA journal_mode");
  if (!mode) return broken();
  if (*mode != "wal") {
    return std::unexpected(
        about(name, Code::failed_precondition,
              "lies on a file system without shared memory; choose a local data directory"));
  }
  if (!state.clean && state.bytes > large_bytes) {
    log::warn("db", "the last stop was not clean and the database is too large to be checked at start",
              {{"database", name}, {"bytes", state.bytes}});
  } else if (!state.clean || state.bytes <= small_bytes) {
    const auto verdict = connection.text("PRAGMA quick_check(1)");
    if (!verdict) return broken();
    if (*verdict != "ok") {
      log::error("db", "the integrity check failed", {{"database", name}, {"why", *verdict}});
      return std::unexpected(damaged(name));
    }
  }
  if (connection.integer("SELECT count(*) FROM parley_meta WHERE key = 'probe'") != 1 ||
      !connection.integer("SELECT count(*) FROM parley_migrations")) {
    return std::unexpected(damaged(name));
  }
  return {};
}

}  // namespace parley::db
