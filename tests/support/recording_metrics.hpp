// Metrics that a test can read.
#pragma once

#include <parley/metrics.hpp>

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace parley::test {

class RecordingMetrics final : public Metrics {
 public:
  struct Series final : Counter, Gauge, Histogram {
    double value = 0;                  // of a counter or gauge
    std::vector<double> observations;  // of a histogram
    void add(double amount) noexcept override { value += amount; }
    void set(double to) noexcept override { value = to; }
    void observe(double seen) noexcept override { observations.push_back(seen); }
  };

  // By name and label values: `user_creations_total success`. Fails on one that nobody asked for.
  const Series& operator[](const std::string& name) const { return *series_.at(name); }

  Counter& counter(std::string_view name, std::string_view, Labels labels) override {
    return find(name, labels);
  }
  Gauge& gauge(std::string_view name, std::string_view, Labels labels) override { return find(name, labels); }
  Histogram& histogram(std::string_view name, std::string_view, Labels labels,
                       std::span<const double>) override {
    return find(name, labels);
  }

 private:
  Series& find(std::string_view name, Labels labels) {
    std::string key(name);
    for (auto& [label, value] : labels) key += ' ' + std::string(value);
    auto& series = series_[key];
    if (!series) series = std::make_unique<Series>();
    return *series;
  }
  std::map<std::string, std::unique_ptr<Series>> series_;
};

}  // namespace parley::test
