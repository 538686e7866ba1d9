#include "migrations.hpp"

#include "errors.hpp"

#include <parley/log.hpp>

#include <sqlite3.h>

#include <chrono>
#include <cstdio>
#include <string>
#include <string_view>

namespace parley::db {

namespace {

// FNV-1a, 64 bit: finds an edited text, not a forged one.
std::string checksum(std::string_view text) {
  std::uint64_t hash = 14695981039346656037u;
  for (const unsigned char c : text) hash = (hash ^ c) * 1099511628211u;
  char hex[17];
  std::snprintf(hex, sizeof hex, "%016llx", static_cast<unsigned long long>(hash));
  return hex;
}

std::string sql_text(std::string_view text) {
  std::string sql = "'";
  for (const char c : text) {
    if (c == '\'') sql += c;
    sql += c;
  }
  return sql += '\'';
}

std::string label(const Migration& migration) {
  return "migration " + std::to_string(migration.version) + " (" + std::string(migration.name) + ")";
}

// With what is for SQLite alone: see Migration.
std::string for_sqlite(std::string_view sql) {
  constexpr std::string_view open = "/*sqlite", close = "*/";
  std::string text;
  for (;;) {
    const auto begin = sql.find(open);
    const auto end = begin == sql.npos ? sql.npos : sql.find(close, begin);
    if (end == sql.npos) return text.append(sql);
    text.append(sql.substr(0, begin));
    text.append(sql.substr(begin + open.size(), end - begin - open.size()));
    sql.remove_prefix(end + close.size());
  }
}

// Every statement, within the transaction that is open. SQLite's result.
int run(Connection& connection, const Migration& migration, const Clock& clock) {
  if (const int code = connection.execute(for_sqlite(migration.sql))) return code;
  // COMMIT or ROLLBACK in a migration: what ran is no longer all or nothing.
  if (!connection.in_transaction()) return SQLITE_MISUSE;
  const std::string version = std::to_string(migration.version);
  return connection.execute(
      "INSERT INTO parley_migrations(version, name, checksum, applied_at) VALUES(" + version + "," +
      sql_text(migration.name) + "," + sql_text(checksum(migration.sql)) + "," +
      std::to_string(clock.now().time_since_epoch().count()) + "); PRAGMA user_version=" + version);
}

Result<void> apply(const std::string& name, Connection& connection, const Migration& migration,
                   const Clock& clock) {
  const auto before = std::chrono::steady_clock::now();
  int code = connection.control(Connection::Control::begin_immediate);
  if (!code) code = run(connection, migration, clock);
  if (!code) code = connection.control(Connection::Control::commit);
  if (code) {
    const int system_error = connection.system_error();
    log::error("db", "a migration failed",
               {{"database", name}, {"migration", migration.version}, {"why", connection.error_text()}});
    const bool ended = code == SQLITE_MISUSE && !connection.in_transaction();
    if (connection.in_transaction()) connection.control(Connection::Control::rollback);
    if (ended)
      return std::unexpected(about(name, Code::internal,
                                   "cannot be upgraded: " + label(migration) +
                                       " ends its transaction; restore the database from a backup"));
    if (reach_of(code) != Reach::statement) return std::unexpected(opening_error(name, code, system_error));
    return std::unexpected(about(
        name, Code::internal, "cannot be upgraded: " + label(migration) + " failed; nothing of it was kept"));
  }
  const auto took = std::chrono::steady_clock::now() - before;
  log::info("db", "migrated",
            {{"database", name},
             {"version", migration.version},
             {"migration", migration.name},
             {"milliseconds", std::chrono::duration<double, std::milli>(took).count()}});
  return {};
}

}  // namespace

Result<std::int64_t> check_migrations(const std::string& name, Connection& connection,
                                      std::span<const Migration> migrations) {
  for (std::size_t i = 0; i < migrations.size(); ++i) {
    if (migrations[i].version != static_cast<int>(i) + 1) {
      return std::unexpected(
          about(name, Code::internal, "has migrations that are not numbered 1, 2, 3 in a row"));
    }
  }
  const auto known = static_cast<std::int64_t>(migrations.size());
  const auto newest = connection.integer("SELECT coalesce(max(version), 0) FROM parley_migrations");
  if (!newest)
    return std::unexpected(opening_error(name, connection.error_code(), connection.system_error()));
  if (*newest > known) {
    return std::unexpected(
        about(name, Code::failed_precondition,
              "is at version " + std::to_string(*newest) + ", newer than version " + std::to_string(known) +
                  " that this program knows; start the newer program or restore an older backup"));
  }
  for (std::int64_t done = 1; done <= *newest; ++done) {
    const auto& migration = migrations[static_cast<std::size_t>(done) - 1];
    const auto found = connection.text(
        ("SELECT checksum FROM parley_migrations WHERE version = " + std::to_string(done)).c_str());
    if (!found || *found != checksum(migration.sql)) {
      return std::unexpected(about(name, Code::failed_precondition,
                                   "was made with another " + label(migration) +
                                       " than this program's; start the program that made it"));
    }
  }
  return *newest;
}

Result<void> migrate(const std::string& name, Connection& connection, std::span<const Migration> migrations,
                     const Clock& clock) {
  const auto newest = check_migrations(name, connection, migrations);
  if (!newest) return std::unexpected(newest.error());
  for (const auto& migration : migrations.subspan(static_cast<std::size_t>(*newest))) {
    if (auto applied = apply(name, connection, migration, clock); !applied) return applied;
  }
  return {};
}

}  // namespace parley::db
