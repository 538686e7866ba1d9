// The database file before SQLite works on it: is it there, is it ours, is it whole?
#pragma once

#include "connection.hpp"

#include <parley/db/copy.hpp>
#include <parley/result.hpp>

#include <cstdint>
#include <string>

namespace parley::db {

// "PARL", in the file's header (sqlite.org/fileformat.html section 1.3.10): tells our files from others'.
inline constexpr std::int64_t application_id = 0x5041524C;

// data_loss for a file that cannot be a database of ours. Call with no connection open.
Result<void> check_header(const std::string& name, const std::string& path, std::int64_t bytes);

// Through a connection that is open: data_loss for a database of somebody else. Reads the schema, after
// replaying the log: what cannot be read fails here.
Result<void> recognise(const std::string& name, Connection& connection);

// What SQLite keeps beside a database file.
inline constexpr const char* companions[] = {"-wal", "-shm", "-journal"};
void remove_companions(const std::string& path);
// Brings the file, and that it is in its directory, to the disk. False: errno tells why.
bool sync_file(const std::string& path);
bool sync_directory_of(const std::string& path);

struct FileState {
  bool created = false;
  bool clean = true;  // the last user closed it
  std::uint64_t bytes = 0;
};
// Makes the file if there is none, complete under another name first, so that a crash never leaves half of
// one and an empty file is always damage. Otherwise examines what can be told without SQLite. Call with the
// ownership taken and no connection open (closing any file of the process drops SQLite's locks on it).
Result<FileState> prepare_file(const std::string& name, const std::string& path);

// Through a connection that is open: ours, readable, WAL. Structure is examined page by page when the last
// user crashed or the file is small; otherwise only the header and the schema, because reading a large
// database after each orderly stop would cost minutes and find nothing that SQLite does not report on first
// use.
Result<void> examine(const std::string& name, Connection& connection, const FileState& state);

// The driver's tables.
inline constexpr const char* driver_schema =
    "CREATE TABLE parley_meta(key TEXT NOT NULL PRIMARY KEY, value INTEGER NOT NULL);"
    "INSERT INTO parley_meta(key, value) VALUES('probe', 0);"
    "CREATE TABLE parley_migrations(version INTEGER NOT NULL PRIMARY KEY, name TEXT NOT NULL,"
    " checksum TEXT NOT NULL, applied_at INTEGER NOT NULL);";

}  // namespace parley::db
