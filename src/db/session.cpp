#include "session.hpp"

#include "errors.hpp"

#include <parley/log.hpp>

#include <sqlite3.h>

#include <cerrno>

namespace parley::db {

namespace {

class StatementRow final : public Row {
 public:
  explicit StatementRow(sqlite3_stmt* statement) noexcept : statement_(statement) {}
  bool is_null(int column) const override { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }
  std::int64_t integer(int column) const override { return sqlite3_column_int64(statement_, column); }
  double number(int column) const override { return sqlite3_column_double(statement_, column); }
  std::string_view text(int column) const override {
    // In this order (sqlite.org/c3ref/column_blob.html): the first call may convert, the second measures.
    const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement_, column));
    const int size = sqlite3_column_bytes(statement_, column);
    return bytes ? std::string_view(bytes, static_cast<std::size_t>(size)) : std::string_view();
  }

 private:
  sqlite3_stmt* statement_;
};

struct Bind {
  sqlite3_stmt* statement;
  int position;

  int operator()(std::nullptr_t) const { return sqlite3_bind_null(statement, position); }
  int operator()(std::int64_t v) const { return sqlite3_bind_int64(statement, position, v); }
  int operator()(double v) const { return sqlite3_bind_double(statement, position, v); }
  // A null pointer would bind NULL, not an empty value.
  int operator()(std::string_view v) const {
    return sqlite3_bind_text64(statement, position, v.data() ? v.data() : "", v.size(), SQLITE_STATIC,
                               SQLITE_UTF8);
  }
  int operator()(Blob v) const {
    return sqlite3_bind_blob64(statement, position, v.bytes.data() ? v.bytes.data() : "", v.bytes.size(),
                               SQLITE_STATIC);
  }
};

Error misuse(std::string_view why) {
  log::error("db", "a statement cannot be used", {{"why", why}});
  return {Code::internal, "the storage refused a statement"};
}

}  // namespace

Error Database::failed_work() noexcept {
  log::error("db", "the storage work failed", {{"reason", reason_of(std::current_exception())}});
  return {Code::internal, "the storage work failed"};
}

void SqliteSession::begin_work() noexcept {
  changes_before_ = connection_.total_changes();
  storage_failure_ = 0;
  system_error_ = 0;
  schema_changed_ = false;
  met_damage_ = false;
}

bool SqliteSession::has_changes() const noexcept {
  return schema_changed_ || connection_.total_changes() != changes_before_;
}

void SqliteSession::note(int code) noexcept {
  switch (reach_of(code)) {
    case Reach::storage:
      if (!storage_failure_) {
        storage_failure_ = code;
        system_error_ = connection_.system_error();
      }
      break;
    case Reach::damage:
      met_damage_ = true;
      break;
    case Reach::statement:
      break;
  }
}

Result<std::int64_t> SqliteSession::run(const char* sql, std::span<const Value> parameters, void* each,
                                        void (*call)(void*, const Row&)) {
  // A conflict clause may have ended the transaction: what ran now would be committed on its own.
  if (!connection_.in_transaction()) return fail(Code::aborted, "the change was rolled back");
  int code = SQLITE_OK;
  auto statement = connection_.statements().acquire(sql, code);
  if (!statement) {
    if (code != SQLITE_OK) connection_.note_failure(code);
    note(code);
    return std::unexpected(std::move(statement.error()));
  }
  auto& use = *statement;
  if (access_ == Access::read_only && !use->read_only) return std::unexpected(misuse("it writes, in a read"));
  if (parameters.size() != use->position.size()) {
    return std::unexpected(misuse("it was given another number of parameters than it has"));
  }
  errno = 0;
  for (std::size_t i = 0; i < parameters.size() && code == SQLITE_OK; ++i) {
    const int position = use->position[i];
    if (position) code = std::visit(Bind{use->handle, position}, parameters[i]);
  }

  const std::int64_t changes_before = connection_.total_changes();
  std::int64_t rows = 0;
  if (code == SQLITE_OK) {
    const StatementRow row(use->handle);
    while ((code = sqlite3_step(use->handle)) == SQLITE_ROW) {
      ++rows;
      if (call) call(each, row);
    }
  }
  if (code != SQLITE_DONE) {
    connection_.note_failure(code);
    auto error = running_error(code, connection_.system_error());
    if (error.code == Code::internal) {
      log::error("db", "a statement failed", {{"why", connection_.error_text()}});
    }
    note(code);
    return std::unexpected(std::move(error));
  }
  if (!use->read_only && !use->changes_rows) schema_changed_ = true;
  if (call) return rows;
  return connection_.total_changes() == changes_before ? 0 : sqlite3_changes64(connection_.handle());
}

}  // namespace parley::db
