// Databases seen from outside the server that may be using them: checked, and copied at one moment.
//
// In WAL mode whoever reads never waits for the writer, nor the writer for whoever reads; the log only grows
// until the reader has finished. These functions block and are meant for commands, never for the loop.
#pragma once

#include <parley/db/database.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace parley::db {

std::string engine_version();  // SQLite's

// The absolute path without symbolic links, so that two names of one file share one lock.
// failed_precondition: no such directory, or not a file.
Result<std::string> resolve_path(const std::string& name, const std::string& path);

// Every file that belongs to the database at `path`, whether it is there or not; the database itself first.
std::vector<std::string> files_of(const std::string& path);

struct Account {
  std::int64_t version = 0;  // newest migration it has
  std::uint64_t bytes = 0;
};

enum class Depth { quick, full };  // PRAGMA quick_check or integrity_check

// Reads the whole database, beside a server that may be using it. not_found when there is none; else the
// errors of open_sqlite().
Result<Account> inspect_database(const std::string& name, const std::string& path,
                                 std::span<const Migration> migrations, Depth depth);

// One moment of a database: what is committed later is not in it.
class Snapshot {
 public:
  // Begins it. Errors as inspect_database().
  static Result<Snapshot> take(const std::string& name, const std::string& path,
                               std::span<const Migration> migrations);
  Snapshot(Snapshot&&) noexcept;
  Snapshot& operator=(Snapshot&&) noexcept;
  ~Snapshot();  // ends it, letting the log of the server shrink again

  const Account& account() const noexcept;
  // Makes the file `path` (0600), which must not exist, on disk when this returns. `progress` hears pages
  // done and in all, and ends the copy with `cancelled` by answering false. A copy that failed is removed.
  Result<void> copy_to(const std::string& path,
                       const std::function<bool(std::int64_t done, std::int64_t total)>& progress);

 private:
  struct Impl;
  explicit Snapshot(std::unique_ptr<Impl> impl) noexcept;
  std::unique_ptr<Impl> impl_;
};

}  // namespace parley::db
