#include "files.hpp"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

namespace parley::app {
namespace {

// errno, or 0.
int write_new(const std::string& path, std::string_view text, mode_t mode, bool sync) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
  if (file < 0) return errno;
  int failure = 0;
  while (!text.empty() && failure == 0) {
    const auto written = ::write(file, text.data(), text.size());
    if (written >= 0) {
      text.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno != EINTR) {
      failure = errno;
    }
  }
  if (failure == 0 && sync && ::fsync(file) != 0) failure = errno;
  if (::close(file) != 0 && failure == 0) failure = errno;
  if (failure != 0) ::unlink(path.c_str());
  return failure;
}

}  // namespace

Error file_error(const std::string& what, int code) {
  const bool passing = code == ENOSPC || code == EDQUOT || code == EIO;
  return {passing ? Code::unavailable : Code::failed_precondition,
          what + ": " + std::generic_category().message(code)};
}

Result<void> sync_folder(const std::string& path) {
  const int folder = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool done = folder >= 0 && ::fsync(folder) == 0;
  const int failure = errno;
  if (folder >= 0) ::close(folder);
  if (!done) return std::unexpected(file_error(path + " cannot be brought to disk", failure));
  return {};
}

Result<void> write_new_file(const std::string& path, std::string_view text, mode_t mode) {
  if (const int failure = write_new(path, text, mode, true))
    return std::unexpected(file_error(path + " cannot be written", failure));
  return {};
}

Result<void> replace_file(const std::string& path, std::string_view text, mode_t mode) {
  const std::string beside = path + ".tmp." + std::to_string(::getpid());
  ::unlink(beside.c_str());  // of a process that had this number
  int failure = write_new(beside, text, mode, false);
  if (failure == 0 && std::rename(beside.c_str(), path.c_str()) != 0) {
    failure = errno;
    ::unlink(beside.c_str());
  }
  if (failure != 0) return std::unexpected(file_error(path + " cannot be written", failure));
  return {};
}

Result<void> rename_to_new(const std::string& from, const std::string& to) {
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return {};
  // Older and network file systems do not know the flag; the check before it must do.
  if (errno == EINVAL && ::access(to.c_str(), F_OK) != 0 && ::rename(from.c_str(), to.c_str()) == 0)
    return {};
  if (errno == EEXIST) return fail(Code::already_exists, to + " exists already");
  return std::unexpected(file_error(to + " cannot be put in place", errno));
}

Result<void> link_to_new(const std::string& from, const std::string& to) {
  if (::link(from.c_str(), to.c_str()) == 0) return {};
  if (errno == EPERM || errno == EOPNOTSUPP || errno == ENOSYS) return rename_to_new(from, to);
  if (errno == EEXIST) return fail(Code::already_exists, to + " exists already");
  return std::unexpected(file_error(to + " cannot be put in place", errno));
}

Result<void> exchange(const std::string& a, const std::string& b) {
  if (::renameat2(AT_FDCWD, a.c_str(), AT_FDCWD, b.c_str(), RENAME_EXCHANGE) == 0) return {};
  const int code = errno;
  if (code == EINVAL || code == EBUSY || code == EXDEV)
    return fail(
        Code::failed_precondition,
        b + " cannot be exchanged in one step (it is a mount point, or its file system cannot); restore into "
            "another folder with --data and serve that one");
  return std::unexpected(file_error(b + " cannot be exchanged", code));
}

Result<std::string> make_folder(const std::string& prefix) {
  std::string path = prefix + "XXXXXX";
  if (!::mkdtemp(path.data()))
    return std::unexpected(file_error("no folder can be made beside " + prefix, errno));
  return path;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
}

}  // namespace parley::app
