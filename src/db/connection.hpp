// One SQLite connection with the driver's settings.
#pragma once

#include "statements.hpp"

#include <parley/result.hpp>

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace parley::db {

// Used by one thread at a time: whoever uses it from several holds exclusive().
class Connection {
 public:
  enum class Mode { read_write, read_only };
  // Opens a file that exists, or a private database in memory for ":memory:". Errors as opening_error().
  static Result<std::unique_ptr<Connection>> open(const std::string& name, const std::string& path, Mode mode,
                                                  std::int64_t cache_bytes);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection();

  // The driver's own statements. The result is SQLite's; 0: done.
  enum class Control {
    begin,
    begin_immediate,
    commit,
    rollback,
    savepoint,
    rollback_to,
    release,
    probe_read,
    probe_write
  };
  static constexpr int controls = 9;
  int control(Control statement) noexcept;
  // For opening and migrating: text of the driver, or of a migration. SQLite's result; 0: done.
  int execute(std::string_view sql) noexcept;
  // The first column of the first row; nothing for an error, which error_code() then tells.
  std::optional<std::int64_t> integer(const char* sql) noexcept;
  std::optional<std::string> text(const char* sql);

  // Statements end with SQLITE_INTERRUPT when `over(what)`, asked now and then while they run, does not
  // answer 0. For reads: of a write SQLite would roll the whole transaction back. Null: they run to their
  // end.
  void interrupt_when(int (*over)(void*), void* what) noexcept;

  bool in_transaction() const noexcept;
  std::int64_t total_changes() const noexcept;
  int error_code() const noexcept;  // extended, of the latest failure
  // errno of the latest failure here or noted, or 0.
  int system_error() const noexcept { return system_error_; }
  // Call errno = 0 before a step and this at once after one that failed; gives `code` back. SQLite itself
  // keeps errno for some failures only.
  int note_failure(int code) noexcept;
  std::string error_text() const;  // for the log only: may quote SQL
  // Pages in the write-ahead log after the latest commit here.
  int log_pages() const noexcept { return log_pages_; }
  // Brings what the write-ahead log holds into the database file as far as no reader needs the old pages,
  // without waiting for anyone. SQLite's result.
  int checkpoint() noexcept;

  sqlite3* handle() const noexcept { return handle_; }
  Statements& statements() noexcept { return *statements_; }
  std::mutex& exclusive() noexcept { return exclusive_; }

 private:
  explicit Connection(sqlite3* handle, std::string name);

  bool first_row(const char* sql, sqlite3_stmt** statement) noexcept;

  sqlite3* handle_;
  int system_error_ = 0;
  int log_pages_ = 0;
  std::mutex exclusive_;
  sqlite3_stmt* control_[controls] = {};
  std::unique_ptr<Statements> statements_;
};

}  // namespace parley::db
