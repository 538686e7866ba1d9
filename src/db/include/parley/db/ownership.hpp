// One process per database file.
#pragma once

#include <parley/result.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace parley::db {

// Holds an advisory lock on `<path>.lock` as long as it lives; the kernel drops it when the process dies,
// however that happens. The file stays; only who holds it may remove it, with the database. (SQLite's own
// locks are taken per transaction and would let a second server in between two of them.)
//
// `path` as resolve_path() gives it: absolute, without symbolic links.
class Ownership {
 public:
  // unavailable when another process, or another database of this one, holds it; failed_precondition when the
  // lock file cannot be made.
  static Result<Ownership> take(std::string_view name, const std::string& path);
  // The process that holds it now; 0 when that cannot be told, nothing when nobody does.
  static std::optional<long> holder(const std::string& path);
  Ownership() noexcept = default;
  Ownership(Ownership&& other) noexcept : file_(std::exchange(other.file_, -1)) {}
  Ownership& operator=(Ownership&& other) noexcept {
    std::swap(file_, other.file_);
    return *this;
  }
  ~Ownership();

 private:
  explicit Ownership(int file) noexcept : file_(file) {}
  int file_ = -1;
};

}  // namespace parley::db
