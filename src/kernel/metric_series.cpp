#include <parley/metric_series.hpp>

namespace parley {

template <>
const TypeInfo& describe<MetricType>() {
  static constexpr EnumItem items[] = {{"COUNTER", 0}, {"GAUGE", 1}, {"HISTOGRAM", 2}};
  static const TypeInfo type = enumeration<MetricType>("MetricType", items, "As Prometheus defines them.");
  return type;
}

template <>
const TypeInfo& describe<MetricSeries>() {
  static constexpr Row rows[] = {
      field<&MetricSeries::name>("name", number(1), example(R"("orders_created_total")")),
      field<&MetricSeries::help>("help", number(2), doc("What it measures.")),
      field<&MetricSeries::type>("type", number(3)),
      field<&MetricSeries::labels>("labels", number(4), example(R"({"status":"success"})")),
      field<&MetricSeries::value>("value", number(5), doc("Of a histogram, the sum of what was observed."),
                                  example("3")),
      field<&MetricSeries::bounds>(
          "bounds", number(6), doc("The upper bounds of a histogram's buckets; the last bucket has none.")),
      field<&MetricSeries::counts>("counts", number(7), doc("Observations in each bucket.")),
  };
  static const TypeInfo type =
      object<MetricSeries>("MetricSeries", rows, "A metric with its labels, and what it has measured.");
  return type;
}

}  // namespace parley
