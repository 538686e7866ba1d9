// The SQLite driver.
#pragma once

#include <parley/db/database.hpp>
#include <parley/describe.hpp>

#include <chrono>
#include <memory>
#include <span>
#include <string>

namespace parley::db {

// Configuration section [storage].
struct Options {
  std::int32_t write_queue = 4096;       // waiting writes; more are refused with `unavailable`
  std::int32_t read_queue = 4096;        // waiting reads, likewise
  std::int32_t readers = 1;              // reader threads
  std::int32_t batch = 256;              // most writes in one commit
  std::chrono::milliseconds probe{500};  // how often a failing database tries again
  std::int64_t cache_bytes = 8 << 20;    // page cache of each connection
};

// Opens or creates `path` (or a private in-memory database for ":memory:", which the tests use; it has no
// durability, and its reads run between the writer's transactions), takes it for this process alone,
// brings it to the newest migration, and starts the threads. WAL, synchronous=FULL. Errors, each one
// sentence that says what to do: a database newer than the last migration or with other migrations than
// these (failed_precondition), one that another process holds (unavailable), a damaged or foreign file
// (data_loss), no permission or no directory (failed_precondition). `name` names the database in messages
// and thread names. `scheduler` brings answers to the loop and outlives the database. `clock` tells
// whether a deadline has passed; it is read on the driver's threads.
Result<std::unique_ptr<Database>> open_sqlite(std::string name, std::string path,
                                              std::span<const Migration> migrations, const Options& options,
                                              Scheduler& scheduler, const Clock& clock);

}  // namespace parley::db

template <>
const parley::TypeInfo& parley::describe<parley::db::Options>();
