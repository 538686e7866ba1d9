#include "statements.hpp"

#include "errors.hpp"

#include <parley/log.hpp>

#include <sqlite3.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <string_view>
#include <utility>

namespace parley::db {

namespace {

constexpr int max_parameters = 999;

// The first word, in upper case, behind spaces and comments.
std::string first_word(std::string_view sql) {
  std::size_t at = 0;
  for (;;) {
    at = std::min(sql.find_first_not_of(" \t\r\n", at), sql.size());
    if (sql.substr(at, 2) == "--") {
      at = std::min(sql.find('\n', at), sql.size());
    } else if (sql.substr(at, 2) == "/*") {
      const auto end = sql.find("*/", at + 2);
      at = end == std::string_view::npos ? sql.size() : end + 2;
    } else {
      break;
    }
  }
  std::string word;
  while (at < sql.size() && std::isalpha(static_cast<unsigned char>(sql[at]))) {
    word += static_cast<char>(std::toupper(static_cast<unsigned char>(sql[at++])));
  }
  return word;
}

Error refuse(std::string_view database, std::string_view why) {
  log::error("db", "a statement cannot be used", {{"database", database}, {"why", why}});
  return {Code::internal, "the storage refused a statement"};
}

}  // namespace

Statements::Statements(sqlite3* connection, std::string database)
    : connection_(connection), database_(std::move(database)) {}

Statements::~Statements() {
  for (auto& [sql, statement] : kept_) sqlite3_finalize(statement->handle);
}

Statements::Use::~Use() {
  if (!statement_) return;
  sqlite3_reset(statement_->handle);
  sqlite3_clear_bindings(statement_->handle);  // they point into the caller's memory
  statement_->busy = false;
  if (own_) sqlite3_finalize(own_->handle);
}

Result<Statements::Use> Statements::acquire(const char* sql, int& sqlite_code) {
  auto found = kept_.find(sql);
  if (found != kept_.end()) {
    Statement& statement = *found->second;
    if (!statement.busy && std::strcmp(sqlite3_sql(statement.handle), sql) == 0) return Use(statement);
  }
  auto prepared = prepare(sql, sqlite_code);
  if (!prepared) return std::unexpected(std::move(prepared.error()));
  auto statement = std::make_unique<Statement>(std::move(*prepared));
  if (found != kept_.end()) {
    // Used from inside its own rows: the second one is not kept.
    if (found->second->busy) return Use(std::move(statement));
    sqlite3_finalize(found->second->handle);
    kept_.erase(found);
  }
  if (kept_.size() >= bound) make_room();
  if (kept_.size() >= bound) return Use(std::move(statement));
  return Use(*(kept_[sql] = std::move(statement)));
}

void Statements::make_room() {
  log::warn("db", "too many different statements; those kept are prepared again",
            {{"database", database_}, {"bound", bound}});
  std::erase_if(kept_, [](auto& entry) {
    if (entry.second->busy) return false;
    sqlite3_finalize(entry.second->handle);
    return true;
  });
}

Result<Statement> Statements::prepare(const char* sql, int& sqlite_code) const {
  const std::string word = first_word(sql);
  const bool changes = word == "INSERT" || word == "UPDATE" || word == "DELETE" || word == "REPLACE";
  const bool schema = word == "CREATE" || word == "DROP" || word == "ALTER";
  if (!changes && !schema && word != "SELECT" && word != "WITH" && word != "VALUES") {
    return std::unexpected(refuse(database_, "it is none that work may run"));
  }

  Statement statement;
  const char* rest = nullptr;
  errno = 0;
  const int code =
      sqlite3_prepare_v3(connection_, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement.handle, &rest);
  if (code != SQLITE_OK) {
    const int system_error = errno;
    sqlite_code = code;
    log::error("db", "a statement cannot be prepared",
               {{"database", database_}, {"why", sqlite3_errmsg(connection_)}});
    auto error = running_error(code, system_error);
    errno = system_error;  // not what the log left there
    return std::unexpected(std::move(error));
  }
  auto give_up = [&](std::string_view why) -> Result<Statement> {
    sqlite3_finalize(statement.handle);
    return std::unexpected(refuse(database_, why));
  };
  if (!statement.handle || std::string_view(rest).find_first_not_of(" \t\r\n;") != std::string_view::npos) {
    return give_up("it is not exactly one statement");
  }
  statement.read_only = sqlite3_stmt_readonly(statement.handle) != 0;
  statement.changes_rows = !statement.read_only && !schema;  // WITH may lead to an INSERT

  for (int at = 1, count = sqlite3_bind_parameter_count(statement.handle); at <= count; ++at) {
    const char* name = sqlite3_bind_parameter_name(statement.handle, at);
    std::size_t number = 0;
    const char* end = name ? name + std::strlen(name) : nullptr;
    if (!name || *name != '$' || std::from_chars(name + 1, end, number).ptr != end || number < 1 ||
        number > max_parameters) {
      return give_up("its parameters are not $1, $2 ...");
    }
    statement.position.resize(std::max(statement.position.size(), number));
    statement.position[number - 1] = at;
  }
  return statement;
}

}  // namespace parley::db
