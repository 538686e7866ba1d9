// What is needed of the file system beyond the standard library.
#pragma once

#include <parley/result.hpp>

#include <sys/types.h>

#include <string>
#include <string_view>

namespace parley::app {

Error file_error(const std::string& what, int code);  // "<what>: No space left on device"

Result<void> sync_folder(const std::string& path);
// A file that must not exist yet, on disk when this returns.
Result<void> write_new_file(const std::string& path, std::string_view text, mode_t mode);
// Whoever sees the file sees all of it: written beside and renamed.
Result<void> replace_file(const std::string& path, std::string_view text, mode_t mode);
// The new name must not exist.
Result<void> rename_to_new(const std::string& from, const std::string& to);
// A second name, which must not exist, for a file; where the file system has no such thing, its only one.
Result<void> link_to_new(const std::string& from, const std::string& to);
// Both exist and change names in one step. failed_precondition where the file system cannot.
Result<void> exchange(const std::string& a, const std::string& b);
// A new folder `prefix` + six characters, for this user alone.
Result<std::string> make_folder(const std::string& prefix);

// Removes the folder and all in it at the end, unless released.
class TemporaryFolder {
 public:
  explicit TemporaryFolder(std::string path) : path_(std::move(path)) {}
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder();
  const std::string& path() const noexcept { return path_; }
  void release() noexcept { path_.clear(); }

 private:
  std::string path_;
};

}  // namespace parley::app
