#include "errors.hpp"

#include <parley/db/ownership.hpp>

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>

namespace parley::db {

namespace {

// The owner's process id, for the message; 0 when it cannot be told.
long owner(int file) {
  char text[32];
  const auto size = ::pread(file, text, sizeof text, 0);
  long pid = 0;
  return size > 0 && std::from_chars(text, text + size, pid).ec == std::errc() && pid > 0 ? pid : 0;
}

int lock(int file, int how) {
  int locked;
  do {
    locked = ::flock(file, how | LOCK_NB);
  } while (locked != 0 && errno == EINTR);
  return locked;
}

// Whoever held the file before may have removed it with its database: then the lock is on a file that no one
// else will find.
bool still_there(int file, const std::string& path) {
  struct stat held, found;
  return ::fstat(file, &held) == 0 && ::stat(path.c_str(), &found) == 0 && held.st_dev == found.st_dev &&
         held.st_ino == found.st_ino;
}

}  // namespace

Result<Ownership> Ownership::take(std::string_view name, const std::string& path) {
  const std::string lock_path = path + ".lock";
  for (;;) {
    const int file = ::open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (file < 0) {
      return std::unexpected(opening_error(name, SQLITE_CANTOPEN, errno));
    }
    Ownership ownership(file);
    if (lock(file, LOCK_EX) != 0) {
      if (errno == EWOULDBLOCK) return std::unexpected(held(name, owner(file)));
      return std::unexpected(about(name, Code::failed_precondition,
                                   "cannot be locked; choose a data directory on a file system with locks"));
    }
    if (!still_there(file, lock_path)) continue;
    // For the message above only; a full disk must not keep the server from starting.
    const std::string pid = std::to_string(::getpid()) + "\n";
    if (::ftruncate(file, 0) == 0) static_cast<void>(!::pwrite(file, pid.data(), pid.size(), 0));
    return ownership;
  }
}

std::optional<long> Ownership::holder(const std::string& path) {
  const int file = ::open((path + ".lock").c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  if (file < 0) return std::nullopt;
  // Shared, so that two who ask do not take each other for the owner.
  const bool held = lock(file, LOCK_SH) != 0 && errno == EWOULDBLOCK;
  const auto pid = held ? std::optional(owner(file)) : std::nullopt;
  ::close(file);
  return pid;
}

Ownership::~Ownership() {
  if (file_ >= 0) ::close(file_);
}

}  // namespace parley::db
