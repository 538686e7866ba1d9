// The one file that knows prometheus-cpp.
#include "labels.hpp"

#include <parley/observe/observe.hpp>

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

namespace parley::observe {
namespace {

// Handles count on their own, without a lock, and hand over to prometheus-cpp what has come together when
// somebody collects: its histograms take a mutex for each observation.
class CounterHandle final : public Counter {
 public:
  explicit CounterHandle(prometheus::Counter& counter) : counter_(counter) {}
  void add(double amount) noexcept override {
    if (amount > 0) added_.fetch_add(amount, std::memory_order_relaxed);
  }
  void hand_over() { counter_.Increment(added_.exchange(0, std::memory_order_relaxed)); }

 private:
  prometheus::Counter& counter_;
  std::atomic<double> added_ = 0;
};

class GaugeHandle final : public Gauge {
 public:
  explicit GaugeHandle(prometheus::Gauge& gauge) : gauge_(gauge) {}
  void set(double value) noexcept override { value_.store(value, std::memory_order_relaxed); }
  void add(double amount) noexcept override { value_.fetch_add(amount, std::memory_order_relaxed); }
  void hand_over() { gauge_.Set(value_.load(std::memory_order_relaxed)); }

 private:
  prometheus::Gauge& gauge_;
  std::atomic<double> value_ = 0;
};

class HistogramHandle final : public Histogram {
 public:
  HistogramHandle(prometheus::Histogram& histogram, const prometheus::Histogram::BucketBoundaries& bounds)
      : histogram_(histogram), bounds_(bounds), counts_(bounds.size() + 1) {}
  void observe(double value) noexcept override {
    std::size_t bucket = 0;  // most are of the first buckets
    while (bucket < bounds_.size() && value > bounds_[bucket]) ++bucket;
    counts_[bucket].fetch_add(1, std::memory_order_relaxed);
    sum_.fetch_add(value, std::memory_order_relaxed);
  }
  void add(const std::vector<std::int64_t>& counts, double sum) noexcept {
    for (std::size_t i = 0; i < std::min(counts.size(), counts_.size()); ++i)
      counts_[i].fetch_add(static_cast<std::uint64_t>(counts[i]), std::memory_order_relaxed);
    sum_.fetch_add(sum, std::memory_order_relaxed);
  }
  void hand_over() {
    std::vector<double> counts;
    counts.reserve(counts_.size());
    for (auto& count : counts_)
      counts.push_back(static_cast<double>(count.exchange(0, std::memory_order_relaxed)));
    histogram_.ObserveMultiple(counts, sum_.exchange(0, std::memory_order_relaxed));
  }

 private:
  prometheus::Histogram& histogram_;
  const prometheus::Histogram::BucketBoundaries bounds_;
  std::vector<std::atomic<std::uint64_t>> counts_;  // of each bucket, the last without a bound
  std::atomic<double> sum_ = 0;
};

constexpr double default_buckets[] = {0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025,
                                      0.05,   0.1,     0.25,   0.5,   1,      2.5,   5,    10};

MetricSeries series_of(const prometheus::MetricFamily& family, const prometheus::ClientMetric& metric) {
  MetricSeries series;
  series.name = family.name;
  series.help = family.help;
  for (const auto& [name, value] : metric.label) series.labels.emplace(name, value);
  switch (family.type) {
    case prometheus::MetricType::Counter:
      series.value = metric.counter.value;
      break;
    case prometheus::MetricType::Gauge:
      series.type = MetricType::gauge;
      series.value = metric.gauge.value;
      break;
    default:
      series.type = MetricType::histogram;
      series.value = metric.histogram.sample_sum;
      std::uint64_t before = 0;
      for (const auto& bucket : metric.histogram.bucket) {
        series.bounds.push_back(bucket.upper_bound);
        series.counts.push_back(static_cast<std::int64_t>(bucket.cumulative_count - before));
        before = bucket.cumulative_count;
      }
      series.bounds.pop_back();  // infinite
  }
  return series;
}

// The families of one type and the handles given out. prometheus-cpp gives the same metric for the same
// labels, so a handle is found again by its metric's address.
template <class Metric, class Handle>
class Families {
 public:
  template <class Builder, class... A>
  Handle& get(prometheus::Registry& registry, Builder builder, std::string_view name, std::string_view help,
              const prometheus::Labels& labels, const A&... arguments) {
    auto family = families_.find(name);
    if (family == families_.end()) {
      auto& made = builder.Name(std::string(name)).Help(std::string(help)).Register(registry);
      family = families_.emplace(std::string(name), &made).first;
    }
    auto& metric = family->second->Add(labels, arguments...);
    auto& handle = handles_[&metric];
    if (!handle) handle = std::make_unique<Handle>(metric, arguments...);
    return *handle;
  }

  void hand_over() {
    for (auto& [metric, handle] : handles_) handle->hand_over();
  }

  double sum(std::string_view name, std::string_view label, std::string_view prefix) const {
    const auto family = families_.find(name);
    if (family == families_.end()) return 0;
    double total = 0;
    for (const auto& collected : family->second->Collect())
      for (const auto& series : collected.metric) {
        const bool counts = label.empty() || std::ranges::any_of(series.label, [&](const auto& pair) {
                              return pair.name == label && pair.value.starts_with(prefix);
                            });
        if (counts) total += series.counter.value + series.gauge.value;
      }
    return total;
  }

 private:
  std::map<std::string, prometheus::Family<Metric>*, std::less<>> families_;
  std::unordered_map<Metric*, std::unique_ptr<Handle>> handles_;
};

class PrometheusRegistry final : public Registry {
 public:
  Counter& counter(std::string_view name, std::string_view help, Labels labels) override {
    std::lock_guard lock(mutex_);
    return counters_.get(registry_, prometheus::BuildCounter(), name, help, copy_of(labels));
  }

  Gauge& gauge(std::string_view name, std::string_view help, Labels labels) override {
    std::lock_guard lock(mutex_);
    return gauges_.get(registry_, prometheus::BuildGauge(), name, help, copy_of(labels));
  }

  Histogram& histogram(std::string_view name, std::string_view help, Labels labels,
                       std::span<const double> buckets) override {
    if (buckets.empty()) buckets = default_buckets;
    const prometheus::Histogram::BucketBoundaries boundaries(buckets.begin(), buckets.end());
    std::lock_guard lock(mutex_);
    return histograms_.get(registry_, prometheus::BuildHistogram(), name, help, copy_of(labels), boundaries);
  }

  void on_collect(std::function<void()> collect) override {
    std::lock_guard lock(mutex_);
    collectors_.push_back(std::make_shared<const std::function<void()>>(std::move(collect)));
  }

  double sum(std::string_view name, std::string_view label, std::string_view prefix) override {
    std::lock_guard lock(mutex_);
    hand_over();
    return counters_.sum(name, label, prefix) + gauges_.sum(name, label, prefix);
  }

  std::string text() override {
    collect();
    return prometheus::TextSerializer().Serialize(registry_.Collect());
  }

  std::vector<MetricSeries> read(const std::set<SeriesId>& which) override {
    collect();
    std::vector<MetricSeries> all;
    for (const auto& family : registry_.Collect())
      for (const auto& metric : family.metric)
        if (auto series = series_of(family, metric); which.contains({series.name, series.labels}))
          all.push_back(std::move(series));
    return all;
  }

  void add(const MetricSeries& more) override {
    std::lock_guard lock(mutex_);
    switch (more.type) {
      case MetricType::counter:
        return counters_.get(registry_, prometheus::BuildCounter(), more.name, more.help, more.labels)
            .add(more.value);
      case MetricType::gauge:
        return gauges_.get(registry_, prometheus::BuildGauge(), more.name, more.help, more.labels)
            .set(more.value);
      case MetricType::histogram:
        return histograms_
            .get(registry_, prometheus::BuildHistogram(), more.name, more.help, more.labels, more.bounds)
            .add(more.counts, more.value);
    }
  }

 private:
  void collect() {
    std::lock_guard one_at_a_time(collecting_);
    std::vector<Collector> collectors;
    {
      std::lock_guard lock(mutex_);
      collectors = collectors_;  // they may ask for handles, which takes the lock
    }
    for (const auto& collect : collectors) (*collect)();
    std::lock_guard lock(mutex_);
    hand_over();
  }

  void hand_over() {
    counters_.hand_over();
    gauges_.hand_over();
    histograms_.hand_over();
  }

  // Shared, never copied: one may remember what it saw the last time.
  using Collector = std::shared_ptr<const std::function<void()>>;

  std::mutex collecting_;  // taken before mutex_
  std::mutex mutex_;
  prometheus::Registry registry_;
  Families<prometheus::Counter, CounterHandle> counters_;
  Families<prometheus::Gauge, GaugeHandle> gauges_;
  Families<prometheus::Histogram, HistogramHandle> histograms_;
  std::vector<Collector> collectors_;
};

}  // namespace

std::unique_ptr<Registry> make_registry() {
  return std::make_unique<PrometheusRegistry>();
}

}  // namespace parley::observe
