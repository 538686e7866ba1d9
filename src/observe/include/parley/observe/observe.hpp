// Metrics, health and logs of the process: the implementations behind the kernel's interfaces.
#pragma once

#include <parley/describe.hpp>
#include <parley/log.hpp>
#include <parley/metric_series.hpp>
#include <parley/metrics.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace parley::observe {

// Configuration section [log].
struct LogOptions {
  std::string level = "info";   // trace, debug, info, warn, error, off
  std::string format = "text";  // text or json
  bool access = false;          // one line per request
  std::int32_t queue = 8192;    // lines waiting for the sink's thread; the oldest give way
};

// spdlog behind the kernel's log; writes to standard error on a thread of its own. Installs itself and
// leaves when destroyed, flushing.
class Log : public log::Sink {
 public:
  virtual std::uint64_t dropped() const = 0;  // lines that gave way because the queue was full; any thread
};
std::unique_ptr<Log> install_log(const LogOptions& options);

// prometheus-cpp behind the kernel's metrics.
class Registry : public Metrics {
 public:
  // Runs before each exposition, on the thread that calls text(), to set gauges from what is counted
  // elsewhere; one thread at a time. What `collect` refers to outlives the last text().
  virtual void on_collect(std::function<void()> collect) = 0;
  virtual std::string text() = 0;  // text exposition format 0.0.4
  // Over all series of a counter or gauge, or those whose `label` has a value that begins with `prefix`. Of a
  // name that nobody has asked for: 0. Does not collect first.
  virtual double sum(std::string_view name, std::string_view label = {}, std::string_view prefix = {}) = 0;

  // A series is a metric's name and labels.
  using SeriesId = std::pair<std::string, std::map<std::string, std::string>>;
  // Of these, the ones that there are. Collects first, as text() does.
  virtual std::vector<MetricSeries> read(const std::set<SeriesId>& which) = 0;
  // Counters and histograms grow by it, a gauge is set to it. Its type and bounds are those it has here.
  virtual void add(const MetricSeries& more) = 0;
};
std::unique_ptr<Registry> make_registry();

// The metrics of one part of the process: gives those of all, and knows which were asked for.
class PartMetrics final : public Metrics {
 public:
  explicit PartMetrics(Metrics& all) noexcept : all_(all) {}  // outlives it
  // Of the thread that asks for handles.
  const std::set<Registry::SeriesId>& series() const noexcept { return series_; }

  Counter& counter(std::string_view name, std::string_view help, Labels labels = {}) override;
  Gauge& gauge(std::string_view name, std::string_view help, Labels labels = {}) override;
  Histogram& histogram(std::string_view name, std::string_view help, Labels labels = {},
                       std::span<const double> buckets = {}) override;

 private:
  void note(std::string_view name, Labels labels);
  Metrics& all_;
  std::set<Registry::SeriesId> series_;
};

// Keeps in a registry what another process measures: its counts are added as they grow, whatever was counted
// here before or is later; its gauges are taken as they are. One thread at a time.
class Mirror {
 public:
  explicit Mirror(Registry& registry) noexcept : registry_(registry) {}  // outlives it
  // What the other process has measured since its start. One that has counted less than before is another.
  void follow(std::vector<MetricSeries> now);
  // It is gone: its gauges are 0, and the next one counts from the beginning.
  void end();

 private:
  Registry& registry_;
  std::map<Registry::SeriesId, MetricSeries> seen_;
};

// As the lecture's health slide: a failed critical dependency makes the server unhealthy, another one
// degraded.
struct HealthCheck {
  std::string name;  // "database"
  bool critical = true;
  // Answers at once, from what is known; nothing for what is no part of the server now. Loop thread.
  std::function<std::optional<bool>()> healthy;
};

class Health {
 public:
  struct Report {
    std::string status;                                             // healthy, degraded, unhealthy
    std::vector<std::pair<std::string, std::string>> dependencies;  // name: healthy or failed
  };
  virtual ~Health() = default;
  virtual void add(HealthCheck check) = 0;
  virtual Report report() const = 0;
};
std::unique_ptr<Health> make_health();

}  // namespace parley::observe

template <>
const parley::TypeInfo& parley::describe<parley::observe::LogOptions>();
