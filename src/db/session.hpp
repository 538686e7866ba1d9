// What work sees of a connection, and what the driver learns of the work.
#pragma once

#include "connection.hpp"

#include <parley/db/database.hpp>

namespace parley::db {

// One per connection and kind of work; begin_work() before each job.
class SqliteSession final : public Session {
 public:
  enum class Access { read_write, read_only };
  SqliteSession(Connection& connection, Access access) noexcept : connection_(connection), access_(access) {}

  void begin_work() noexcept;
  // Whether something of the work since begin_work() would stay in the transaction. A statement that failed
  // has been undone by SQLite and leaves nothing.
  bool has_changes() const noexcept;
  // The first SQLite code that reached beyond its statement since begin_work(), whether the work passed it on
  // or not; 0: none.
  int storage_failure() const noexcept { return storage_failure_; }
  int system_error() const noexcept { return system_error_; }
  bool met_damage() const noexcept { return met_damage_; }

 private:
  Result<std::int64_t> run(const char* sql, std::span<const Value> parameters, void* each,
                           void (*call)(void*, const Row&)) override;
  void note(int code) noexcept;

  Connection& connection_;
  const Access access_;
  std::int64_t changes_before_ = 0;
  int storage_failure_ = 0;
  int system_error_ = 0;
  bool schema_changed_ = false;
  bool met_damage_ = false;
};

}  // namespace parley::db
