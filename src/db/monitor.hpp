// What a database tells about itself. Any thread.
#pragma once

#include "job.hpp"

#include <atomic>
#include <string>

namespace parley::db {

class Monitor {
 public:
  explicit Monitor(std::string database) : database_(std::move(database)) {}

  std::atomic<std::uint64_t> commits{0}, writes{0}, reads{0}, rejected{0}, failed_commits{0};
  std::atomic<std::uint64_t> commit_nanoseconds{0};

  bool healthy() const noexcept {
    return writing() && reading() && !damaged_.load(std::memory_order_relaxed);
  }
  bool writing() const noexcept { return writing_.load(std::memory_order_relaxed); }
  bool reading() const noexcept { return reading_.load(std::memory_order_relaxed); }
  // Each change is logged once.
  void set_writing(bool work, std::string_view why = {}) noexcept { change(writing_, work, "writing", why); }
  void set_reading(bool work, std::string_view why = {}) noexcept { change(reading_, work, "reading", why); }
  // Stays until the process ends: damage does not heal, and a restart examines the file.
  void set_damaged() noexcept;
  const std::string& database() const noexcept { return database_; }

 private:
  void change(std::atomic<bool>& state, bool work, std::string_view what, std::string_view why) noexcept;

  const std::string database_;
  std::atomic<bool> writing_{true}, reading_{true}, damaged_{false};
};

}  // namespace parley::db
