// Prepared statements of one connection.
#pragma once

#include <parley/result.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

struct sqlite3;
struct sqlite3_stmt;

namespace parley::db {

struct Statement {
  sqlite3_stmt* handle = nullptr;
  std::vector<int> position;  // of $1, $2 ... as SQLite counts; 0: not used
  bool read_only = true;
  bool changes_rows = false;  // INSERT, UPDATE, DELETE: what it did shows in the count of changes
  bool busy = false;
};

// Keyed by the address of the SQL text and checked against the text itself, so that an address that is used
// again for other text is prepared anew. Bounded: literals never reach the bound. Used by one thread at a
// time.
class Statements {
 public:
  static constexpr std::size_t bound = 256;

  Statements(sqlite3* connection, std::string database);
  Statements(const Statements&) = delete;
  Statements& operator=(const Statements&) = delete;
  ~Statements();

  // Lends a statement; resets it and forgets its parameters when destroyed.
  class Use {
   public:
    explicit Use(Statement& statement) noexcept : statement_(&statement) { statement.busy = true; }
    explicit Use(std::unique_ptr<Statement> own) noexcept : Use(*own) { own_ = std::move(own); }
    Use(Use&& other) noexcept
        : statement_(std::exchange(other.statement_, nullptr)), own_(std::move(other.own_)) {}
    Use& operator=(Use&&) = delete;
    ~Use();
    Statement* operator->() const noexcept { return statement_; }

   private:
    Statement* statement_;
    std::unique_ptr<Statement> own_;  // one that is not kept
  };
  // internal for text that is not exactly one SELECT, INSERT, UPDATE, DELETE, CREATE, ALTER or DROP (the
  // transaction belongs to the driver), or has parameters other than $1, $2 ...; otherwise running_error().
  // `sqlite_code` and errno get the cause of the latter.
  Result<Use> acquire(const char* sql, int& sqlite_code);

 private:
  Result<Statement> prepare(const char* sql, int& sqlite_code) const;
  void make_room();

  sqlite3* connection_;
  std::string database_;  // for the log
  std::unordered_map<const void*, std::unique_ptr<Statement>> kept_;
};

}  // namespace parley::db
