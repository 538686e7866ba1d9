#include "ownership.hpp"

#include "errors.hpp"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>

namespace parley::db {

namespace {

// The owner's process id, for the message; empty when it cannot be told.
std::string owner(int file) {
  char text[32];
  const auto size = ::pread(file, text, sizeof text, 0);
  long pid = 0;
  if (size <= 0 || std::from_chars(text, text + size, pid).ec != std::errc() || pid <= 0) return {};
  return " (process " + std::to_string(pid) + ")";
}

}  // namespace

Result<Ownership> Ownership::take(std::string_view name, const std::string& path) {
  const std::string lock_path = path + ".lock";
  const int file = ::open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (file < 0) {
    return std::unexpected(opening_error(name, errno == ENOSPC ? SQLITE_FULL : SQLITE_CANTOPEN, errno));
  }
  Ownership ownership(file);
  int locked;
  do {
    locked = ::flock(file, LOCK_EX | LOCK_NB);
  } while (locked != 0 && errno == EINTR);
  if (locked != 0) {
    if (errno == EWOULDBLOCK) {
      return std::unexpected(about(
          name, Code::unavailable,
          "is held by another process" + owner(file) + "; stop that one or choose another data directory"));
    }
    return std::unexpected(about(name, Code::failed_precondition,
                                 "cannot be locked; choose a data directory on a file system with locks"));
  }
  // For the message above only; a full disk must not keep the server from starting.
  const std::string pid = std::to_string(::getpid()) + "\n";
  if (::ftruncate(file, 0) == 0) static_cast<void>(!::pwrite(file, pid.data(), pid.size(), 0));
  return ownership;
}

Ownership::~Ownership() {
  if (file_ >= 0) ::close(file_);
}

}  // namespace parley::db
