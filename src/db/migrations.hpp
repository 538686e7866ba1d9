// Brings a database to the newest version.
#pragma once

#include "connection.hpp"

#include <parley/db/database.hpp>

#include <span>
#include <string>

namespace parley::db {

// The newest migration of the database, after having compared those it has with `migrations`. Writes nothing.
// Errors as below.
Result<std::int64_t> check_migrations(const std::string& name, Connection& connection,
                                      std::span<const Migration> migrations);

// The driver's tables exist. Each pending migration runs in one transaction and is logged; one that fails
// leaves nothing. Errors: internal when `migrations` are not numbered 1, 2, 3 ... or one fails;
// failed_precondition when the database is newer than the last of them, or was made with others.
Result<void> migrate(const std::string& name, Connection& connection, std::span<const Migration> migrations,
                     const Clock& clock);

}  // namespace parley::db
