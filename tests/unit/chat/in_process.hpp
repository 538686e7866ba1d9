// The chat module in this process, over SQLite, with a clock that the test moves.
#pragma once

#include "contract/chat/placement.hpp"
#include "manual_time.hpp"

#include <filesystem>
#include <functional>
#include <map>
#include <string>

namespace parley::chat::test {

// Sums what is counted, whatever the labels.
class CountingMetrics final : public Metrics {
 public:
  double value(const std::string& name) const;

  Counter& counter(std::string_view name, std::string_view help, Labels labels) override;
  Gauge& gauge(std::string_view name, std::string_view help, Labels labels) override;
  Histogram& histogram(std::string_view name, std::string_view help, Labels labels,
                       std::span<const double> buckets) override;

 private:
  struct Series final : Counter, Gauge, Histogram {
    double sum = 0;
    void add(double amount) noexcept override { sum += amount; }
    void set(double value) noexcept override { sum = value; }
    void observe(double value) noexcept override { sum += value; }
  };
  std::map<std::string, Series, std::less<>> series_;
};

// A folder of its own that goes with it.
class TemporaryFolder {
 public:
  TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder();
  std::filesystem::path path;
};

class InProcess : public contract::Placement {
 public:
  // Puts something between the module and its database.
  using Wrap = std::function<std::unique_ptr<db::Database>(std::unique_ptr<db::Database>)>;
  enum class Storage { memory, file };

  InProcess(const Options& options, Storage storage, Wrap wrap = {});
  ~InProcess() override;

  ChatService& port() override { return *module_; }
  void run_until(const std::function<bool()>& done) override { time.run_until(done); }
  void advance(std::chrono::milliseconds by) override { time.advance(by); }
  bool restart() override;
  CallContext context() override;

  ChatModule& module() { return *module_; }
  db::Statistics statistics() const { return database_->statistics(); }
  // Stops the module and gives its database back to nobody; start() opens it again.
  void stop();
  void start();

  parley::test::ManualTime time;
  CountingMetrics metrics;
  Options options;

 private:
  const Storage storage_;
  Wrap wrap_;
  TemporaryFolder folder_;
  std::unique_ptr<Random> random_ = make_random(42);
  db::Database* database_ = nullptr;  // the module's
  std::unique_ptr<ChatModule> module_;
};

}  // namespace parley::chat::test
