#include "errors.hpp"

#include <sqlite3.h>

#include <cerrno>
#include <string>

namespace parley::db {

namespace {

int primary(int code) noexcept {
  return code & 0xff;
}

bool is_full(int code, int system_error) noexcept {
  // SQLite says FULL for ENOSPC of a write alone; a quota, a file size limit, and no room for a new file come
  // as other errors.
  return primary(code) == SQLITE_FULL ||
         ((primary(code) == SQLITE_IOERR || primary(code) == SQLITE_CANTOPEN) &&
          (system_error == EDQUOT || system_error == EFBIG || system_error == ENOSPC));
}

}  // namespace

Reach reach_of(int code) noexcept {
  switch (primary(code)) {
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_NOMEM:
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL:
      return Reach::storage;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return Reach::damage;
    default:
      return Reach::statement;
  }
}

bool is_constraint(int code) noexcept {
  return primary(code) == SQLITE_CONSTRAINT;
}

Error running_error(int code, int system_error) {
  switch (code) {
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_PRIMARYKEY:
    case SQLITE_CONSTRAINT_ROWID:
      return {Code::already_exists, "a record with the same unique value already exists"};
  }
  if (primary(code) == SQLITE_INTERRUPT) return {Code::cancelled, "the read was broken off"};
  if (is_constraint(code))
    return {Code::failed_precondition, "the change breaks a constraint of the stored data"};
  if (is_full(code, system_error)) return {Code::unavailable, "the disk is full; make room and try again"};
  switch (reach_of(code)) {
    case Reach::damage:
      return {Code::unavailable, "the stored data is damaged"};
    case Reach::statement:
      return {Code::internal, "the storage refused a statement"};
    case Reach::storage:
      break;
  }
  switch (primary(code)) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL:
      return {Code::unavailable, "the database is held by another program"};
    case SQLITE_NOMEM:
      return {Code::unavailable, "there is not enough memory for the storage"};
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
      return {Code::unavailable, "the database cannot be written"};
    default:
      return {Code::unavailable, "the disk failed"};
  }
}

Error about(std::string_view name, Code code, std::string_view rest) {
  std::string message = "database '";
  message.append(name).append("' ").append(rest);
  return {code, std::move(message)};
}

Error opening_error(std::string_view name, int code, int system_error) {
  if (is_full(code, system_error)) {
    return about(name, Code::unavailable,
                 "cannot be opened because the disk is full; make room and start again");
  }
  switch (primary(code)) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL:
      return held(name);
    case SQLITE_PERM:
    case SQLITE_AUTH:
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
      return about(name, Code::failed_precondition,
                   "cannot be opened for writing; check the permissions of its file and directory");
    case SQLITE_NOMEM:
      return about(name, Code::unavailable, "cannot be opened because memory is short");
    case SQLITE_IOERR:
      return about(name, Code::unavailable,
                   "cannot be read or written because the disk fails; check the disk");
    default:
      // What is left while a file is opened is a header or a schema that SQLite cannot make sense of.
      return damaged(name);
  }
}

Error damaged(std::string_view name) {
  return about(name, Code::data_loss, "is damaged; restore it from a backup");
}

Error held(std::string_view name, long pid) {
  return about(name, Code::unavailable,
               "is held by another process" +
                   (pid ? " (process " + std::to_string(pid) + ")" : std::string()) +
                   "; stop that one or choose another data directory");
}

}  // namespace parley::db
