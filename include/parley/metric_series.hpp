// What a metric has measured, as a value: so it passes from one process to another.
#pragma once

#include <parley/describe.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace parley {

enum class MetricType { counter, gauge, histogram };

struct MetricSeries {
  std::string name;
  std::string help;
  MetricType type = MetricType::counter;
  std::map<std::string, std::string> labels;
  double value = 0;                  // of a histogram, the sum of what was observed
  std::vector<double> bounds;        // of a histogram's buckets, upwards; the last bucket has none
  std::vector<std::int64_t> counts;  // observations in each bucket
};

template <>
const TypeInfo& describe<MetricType>();
template <>
const TypeInfo& describe<MetricSeries>();

}  // namespace parley
