// A database that fails or holds back what a test wants, around one that works.
#pragma once

#include <parley/db/database.hpp>

#include <deque>
#include <functional>
#include <memory>

namespace parley::chat::test {

// Outlives the calls made on it. Loop thread only.
class UnreliableDatabase final : public db::Database {
 public:
  explicit UnreliableDatabase(std::unique_ptr<db::Database> inner) : inner_(std::move(inner)) {}

  // Asked once per write and read; true: its commit fails, after the work has run.
  std::function<bool()> write_fails, read_fails;
  // Writes that are on disk, and reads that are done, are not answered before release().
  bool hold_writes = false, hold_reads = false;
  std::size_t held() const { return held_.size(); }
  void release(std::size_t index) {
    Resume<bool> resume = std::move(held_[index]);
    held_.erase(held_.begin() + static_cast<std::ptrdiff_t>(index));
    resume(true);
  }
  int failures = 0;
  // Calls that are not answered yet.
  std::size_t pending() const { return calls_.size(); }

  bool healthy() const noexcept override { return inner_->healthy(); }
  db::Statistics statistics() const noexcept override { return inner_->statistics(); }
  void stop() override { inner_->stop(); }

 protected:
  void enqueue(bool write, Job& job) override {
    auto& asked = write ? write_fails : read_fails;
    const bool fails = asked && asked();
    if (fails) ++failures;
    calls_.spawn(forward(*this, write, job, fails));
  }

 private:
  static Task<void> forward(UnreliableDatabase& self, bool write, Job& job, bool fails) {
    bool good = false;
    auto work = [&job, &good, fails](db::Session& session) -> Result<bool> {
      good = job.run(session);
      if (fails || !good) return fail(Code::unavailable, "the disk is full");
      return true;
    };
    CallContext context;
    Result<bool> done;
    if (write) {
      done = co_await self.inner_->write(std::move(context), std::move(work));
    } else {
      done = co_await self.inner_->read(std::move(context), std::move(work));
    }
    if (!done && (good || fails)) job.refuse(std::move(done.error()));
    if (write ? self.hold_writes : self.hold_reads)
      co_await callback<bool>([&](Resume<bool> resume) { self.held_.push_back(std::move(resume)); });
    job.finish();
  }

  std::unique_ptr<db::Database> inner_;
  std::deque<Resume<bool>> held_;
  TaskGroup calls_{[](std::exception_ptr e) { std::rethrow_exception(e); }};
};

}  // namespace parley::chat::test
