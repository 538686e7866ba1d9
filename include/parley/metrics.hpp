// Counters, gauges and histograms as Prometheus defines them; src/observe implements and exposes them.
#pragma once

#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace parley {

// Handles are thread-safe, cheap, and live as long as the Metrics that gave them. Ask for a handle once and
// keep it: the lookup takes a lock and copies.
class Counter {
 public:
  virtual ~Counter() = default;
  virtual void add(double amount = 1) noexcept = 0;  // never negative
};
class Gauge {
 public:
  virtual ~Gauge() = default;
  virtual void set(double value) noexcept = 0;
  virtual void add(double amount) noexcept = 0;
};
class Histogram {
 public:
  virtual ~Histogram() = default;
  virtual void observe(double value) noexcept = 0;
};

class Metrics {
 public:
  // Label values must come from a bounded set: routes and operation names, never paths, users or rooms.
  using Labels = std::initializer_list<std::pair<std::string_view, std::string_view>>;

  virtual ~Metrics() = default;
  virtual Counter& counter(std::string_view name, std::string_view help, Labels labels = {}) = 0;
  virtual Gauge& gauge(std::string_view name, std::string_view help, Labels labels = {}) = 0;
  // Empty `buckets`: the Prometheus defaults, 5 ms to 10 s, with 100 us to 2.5 ms below.
  virtual Histogram& histogram(std::string_view name, std::string_view help, Labels labels = {},
                               std::span<const double> buckets = {}) = 0;
};

}  // namespace parley
