#include <parley/observe/observe.hpp>

#include <algorithm>

namespace parley::observe {
namespace {

// What has come to a counter or histogram since `before`; all of it when it has begun anew.
MetricSeries grown(MetricSeries now, const MetricSeries& before) {
  const bool anew = now.value < before.value || now.counts.size() != before.counts.size() ||
                    !std::ranges::equal(now.counts, before.counts, std::greater_equal());
  if (anew) return now;
  now.value -= before.value;
  for (std::size_t i = 0; i < now.counts.size(); ++i) now.counts[i] -= before.counts[i];
  return now;
}

}  // namespace

void Mirror::follow(std::vector<MetricSeries> now) {
  for (auto& series : now) {
    auto [seen, first] = seen_.try_emplace({series.name, series.labels}, series);
    if (first || series.type == MetricType::gauge)
      registry_.add(series);
    else
      registry_.add(grown(series, seen->second));
    seen->second = std::move(series);
  }
}

void Mirror::end() {
  for (auto& [id, series] : seen_) {
    if (series.type != MetricType::gauge) continue;
    series.value = 0;
    registry_.add(series);
  }
  seen_.clear();
}

}  // namespace parley::observe
