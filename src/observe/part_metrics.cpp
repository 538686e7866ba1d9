#include "labels.hpp"

#include <parley/observe/observe.hpp>

namespace parley::observe {

void PartMetrics::note(std::string_view name, Labels labels) {
  series_.emplace(name, copy_of(labels));
}

Counter& PartMetrics::counter(std::string_view name, std::string_view help, Labels labels) {
  note(name, labels);
  return all_.counter(name, help, labels);
}
Gauge& PartMetrics::gauge(std::string_view name, std::string_view help, Labels labels) {
  note(name, labels);
  return all_.gauge(name, help, labels);
}
Histogram& PartMetrics::histogram(std::string_view name, std::string_view help, Labels labels,
                                  std::span<const double> buckets) {
  note(name, labels);
  return all_.histogram(name, help, labels, buckets);
}

}  // namespace parley::observe
