// What SQLite's result codes mean to a caller.
#pragma once

#include <parley/result.hpp>

#include <string_view>

namespace parley::db {

// How far a failure reaches.
enum class Reach {
  statement,  // this statement only: a constraint, a programming error
  storage,    // the disk, memory or a lock: every write of the group is affected
  damage,     // the file contradicts itself; other pages may still be fine
};
Reach reach_of(int sqlite_code) noexcept;
bool is_constraint(int sqlite_code) noexcept;

// For work in progress. `system_error` is the errno SQLite met, or 0.
Error running_error(int sqlite_code, int system_error);
// For open_sqlite(): says what to do about the database called `name`.
Error opening_error(std::string_view name, int sqlite_code, int system_error);
// For a file whose content cannot be right, and for one that another process works on; `pid` 0: not known.
Error damaged(std::string_view name);
Error held(std::string_view name, long pid = 0);
// "database 'users' <rest>".
Error about(std::string_view name, Code code, std::string_view rest);

}  // namespace parley::db
