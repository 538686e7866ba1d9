// The users module in this process on SQLite, as tests place it.
#pragma once

#include "catch.hpp"
#include "manual_time.hpp"
#include "recording_metrics.hpp"

#include <parley/db/sqlite.hpp>
#include <parley/users/compose.hpp>

#include <stdlib.h>

#include <filesystem>
#include <stdexcept>
#include <string>

namespace parley::test {

// A directory of its own, removed at the end.
class TemporaryDirectory {
 public:
  TemporaryDirectory() : path_(std::filesystem::temp_directory_path() / "parley-users-XXXXXX") {
    if (!mkdtemp(path_.data())) throw std::runtime_error("no temporary directory");
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  ~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  std::string file(const std::string& name) const { return path_ + '/' + name; }

 private:
  std::string path_;
};

class UsersInProcess {
 public:
  explicit UsersInProcess(const std::string& database_path, users::Options options = {}) {
    auto opened = db::open_sqlite("users", database_path, users::migrations(), db::Options(), time_, time_);
    if (!opened) throw std::runtime_error(opened.error().message);
    database_ = opened->get();
    service_ = users::make_user_service({std::move(*opened), metrics_, *random_}, std::move(options));
    auto started = run(service_->start());
    if (!started) throw std::runtime_error(started.error().message);
  }
  UsersInProcess(const UsersInProcess&) = delete;
  UsersInProcess& operator=(const UsersInProcess&) = delete;
  ~UsersInProcess() {
    database_->stop();
    time_.drain();
  }

  users::UserService& service() { return *service_; }
  CallContext context() {
    time_.advance(std::chrono::milliseconds(1));
    CallContext context;
    context.clock = &time_;
    return context;
  }
  template <class T>
  T run(Task<T> task) {
    return time_.wait(std::move(task));
  }
  void run(Task<void> task) { time_.wait(std::move(task)); }

  ManualTime& time() { return time_; }
  const RecordingMetrics& metrics() const { return metrics_; }
  db::Database& database() { return *database_; }

 private:
  ManualTime time_;
  RecordingMetrics metrics_;
  std::unique_ptr<Random> random_ = make_random();
  std::unique_ptr<users::UserModule> service_;
  db::Database* database_ = nullptr;
};

}  // namespace parley::test
