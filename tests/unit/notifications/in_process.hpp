// The notifications module in this process, over SQLite, beside a feed that the test fills, with a clock that
// it moves.
#pragma once

#include "contract/notifications/placement.hpp"
#include "feed.hpp"
#include "manual_time.hpp"
#include "recording_metrics.hpp"
#include "service.hpp"

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace parley::notifications::test {

// A feed as a test wants it: entry n says "f<n>" to bob, or nothing. Outlives the modules that follow it.
class Source {
 public:
  struct Update {
    std::optional<LogGap> gap;
    std::vector<std::int64_t> seqs;
  };
  // Adds entries and wakes the follower.
  void append(int count);
  void forget_until(std::int64_t seq) { first = seq + 1; }
  // Ends the call that runs, and those to come while `error` is set.
  void interrupt();

  std::int64_t first = 1, last = 0;
  std::size_t page = 7;
  std::vector<std::int64_t> silent;  // entries that make no notification
  std::vector<std::int64_t> unfit;   // entries that say what no notification can be
  std::optional<Error> error;
  std::vector<std::int64_t> calls;  // where they began

 private:
  friend class FakeFeed;
  std::shared_ptr<Followers> followers_ = std::make_shared<Followers>();
};

class InProcess : public contract::Placement {
 public:
  // Puts something between the module and its database.
  using Wrap = std::function<std::unique_ptr<db::Database>(std::unique_ptr<db::Database>)>;
  enum class Storage { memory, file };

  InProcess(const Options& options, Storage storage, Wrap wrap = {});
  ~InProcess() override;

  NotificationService& port() override { return *module_; }
  void run_until(const std::function<bool()>& done) override { time.run_until(done); }
  void advance(std::chrono::milliseconds by) override { time.advance(by); }
  bool restart() override;
  CallContext context() override;

  db::Statistics statistics() const { return database_->statistics(); }
  void stop();
  void start();

  parley::test::ManualTime time;
  parley::test::RecordingMetrics metrics;
  Options options;
  Source source;

 private:
  const Storage storage_;
  Wrap wrap_;
  std::filesystem::path folder_;
  std::unique_ptr<Random> random_ = make_random(42);
  db::Database* database_ = nullptr;  // the module's
  std::unique_ptr<Service> module_;
};

}  // namespace parley::notifications::test
