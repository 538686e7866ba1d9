#include "connection.hpp"

#include "errors.hpp"

#include <sqlite3.h>

#include <cerrno>
#include <utility>

namespace parley::db {

namespace {

constexpr const char* control_sql[Connection::controls] = {
    "BEGIN",
    "BEGIN IMMEDIATE",
    "COMMIT",
    "ROLLBACK",
    "SAVEPOINT work",
    "ROLLBACK TO work",
    "RELEASE work",
    "SELECT value FROM parley_meta WHERE key = 'probe'",
    "UPDATE parley_meta SET value = value + 1 WHERE key = 'probe'",
};

// How long a connection waits for another program (a shell on the same file) to let go.
constexpr int busy_milliseconds = 2000;

// Of SQLite's virtual machine: some tens of microseconds.
constexpr int steps_between_questions = 1000;

// Once per process, before SQLite's first use: its memory statistics cost a lock on every allocation.
void configure_library() {
  static const int once = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
  static_cast<void>(once);  // refused when somebody has initialised SQLite already: no harm
}

}  // namespace

Result<std::unique_ptr<Connection>> Connection::open(const std::string& name, const std::string& path,
                                                     Mode mode, std::int64_t cache_bytes) {
  configure_library();
  const bool memory = path == ":memory:";
  const int flags = SQLITE_OPEN_NOMUTEX | (memory ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
                                           : mode == Mode::read_write ? SQLITE_OPEN_READWRITE
                                                                      : SQLITE_OPEN_READONLY);
  sqlite3* handle = nullptr;
  const int opened = sqlite3_open_v2(path.c_str(), &handle, flags, nullptr);
  std::unique_ptr<Connection> connection(new Connection(handle, name));
  if (opened != SQLITE_OK) {
    return std::unexpected(opening_error(name, opened, handle ? sqlite3_system_errno(handle) : 0));
  }
  // SQLite falls back to reading where it may not write.
  if (mode == Mode::read_write && sqlite3_db_readonly(handle, "main") == 1) {
    return std::unexpected(opening_error(name, SQLITE_READONLY, 0));
  }
  sqlite3_extended_result_codes(handle, 1);
  sqlite3_busy_timeout(handle, busy_milliseconds);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_ENABLE_FKEY, 1, nullptr);
  // "text" is an identifier, as in PostgreSQL, never a string.
  sqlite3_db_config(handle, SQLITE_DBCONFIG_DQS_DDL, 0, nullptr);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_DQS_DML, 0, nullptr);
  const std::string settings =
      "PRAGMA cache_size=-" + std::to_string(cache_bytes / 1024) +
      "; PRAGMA temp_store=MEMORY; PRAGMA cell_size_check=ON; PRAGMA synchronous=FULL";
  if (const int code = connection->execute(settings); code != SQLITE_OK) {
    return std::unexpected(opening_error(name, code, connection->system_error()));
  }
  // In place of SQLite's automatic checkpoint, which would run inside the commit that fills the log.
  sqlite3_wal_hook(
      handle,
      [](void* self, sqlite3*, const char*, int pages) {
        static_cast<Connection*>(self)->log_pages_ = pages;
        return SQLITE_OK;
      },
      connection.get());
  return connection;
}

Connection::Connection(sqlite3* handle, std::string name)
    : handle_(handle), statements_(std::make_unique<Statements>(handle, std::move(name))) {}

Connection::~Connection() {
  statements_.reset();
  for (auto* statement : control_) sqlite3_finalize(statement);
  sqlite3_close(handle_);
}

int Connection::control(Control which) noexcept {
  auto*& statement = control_[static_cast<int>(which)];
  if (!statement) {
    errno = 0;
    const int code = sqlite3_prepare_v3(handle_, control_sql[static_cast<int>(which)], -1,
                                        SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
    if (code != SQLITE_OK) return note_failure(code);
  }
  errno = 0;
  int code = sqlite3_step(statement);
  while (code == SQLITE_ROW) code = sqlite3_step(statement);
  if (code != SQLITE_DONE) note_failure(code);
  sqlite3_reset(statement);
  return code == SQLITE_DONE ? SQLITE_OK : code;
}

int Connection::execute(std::string_view sql) noexcept {
  while (!sql.empty()) {
    sqlite3_stmt* statement = nullptr;
    const char* rest = nullptr;
    errno = 0;
    int code = sqlite3_prepare_v2(handle_, sql.data(), static_cast<int>(sql.size()), &statement, &rest);
    if (code != SQLITE_OK) return note_failure(code);
    sql.remove_prefix(static_cast<std::size_t>(rest - sql.data()));
    if (!statement) continue;  // spaces or a comment
    do {
      code = sqlite3_step(statement);
    } while (code == SQLITE_ROW);
    if (code != SQLITE_DONE) note_failure(code);
    sqlite3_finalize(statement);
    if (code != SQLITE_DONE) return code;
  }
  return SQLITE_OK;
}

int Connection::note_failure(int code) noexcept {
  system_error_ = errno ? errno : sqlite3_system_errno(handle_);
  return code;
}

bool Connection::first_row(const char* sql, sqlite3_stmt** statement) noexcept {
  errno = 0;
  int code = sqlite3_prepare_v2(handle_, sql, -1, statement, nullptr);
  if (code == SQLITE_OK) code = sqlite3_step(*statement);
  if (code != SQLITE_ROW && code != SQLITE_DONE) note_failure(code);
  return code == SQLITE_ROW;
}

std::optional<std::string> Connection::text(const char* sql) {
  sqlite3_stmt* statement = nullptr;
  std::optional<std::string> value;
  if (first_row(sql, &statement)) {
    const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(statement, 0));
    value.emplace(bytes ? bytes : "");
  }
  sqlite3_finalize(statement);
  return value;
}

std::optional<std::int64_t> Connection::integer(const char* sql) noexcept {
  sqlite3_stmt* statement = nullptr;
  std::optional<std::int64_t> value;
  if (first_row(sql, &statement)) value = sqlite3_column_int64(statement, 0);
  sqlite3_finalize(statement);
  return value;
}

void Connection::interrupt_when(int (*over)(void*), void* what) noexcept {
  sqlite3_progress_handler(handle_, steps_between_questions, over, what);
}

bool Connection::in_transaction() const noexcept {
  return sqlite3_get_autocommit(handle_) == 0;
}
std::int64_t Connection::total_changes() const noexcept {
  return sqlite3_total_changes64(handle_);
}
int Connection::error_code() const noexcept {
  return sqlite3_extended_errcode(handle_);
}
std::string Connection::error_text() const {
  return sqlite3_errmsg(handle_);
}

int Connection::checkpoint() noexcept {
  return sqlite3_wal_checkpoint_v2(handle_, nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
}

}  // namespace parley::db
