// One process per database file.
#pragma once

#include <parley/result.hpp>

#include <string>
#include <string_view>
#include <utility>

namespace parley::db {

// Holds an advisory lock on `<path>.lock` as long as it lives; the kernel drops it when the process dies,
// however that happens. The file stays: removing it would let two processes lock two files of the same name.
// (SQLite's own locks are taken per transaction and would let a second server in between two of them.)
class Ownership {
 public:
  // unavailable when another process, or another database of this one, holds it; failed_precondition when the
  // lock file cannot be made.
  static Result<Ownership> take(std::string_view name, const std::string& path);
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
