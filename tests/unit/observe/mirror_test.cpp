#include "catch.hpp"

#include <parley/observe/observe.hpp>

using namespace parley;
using observe::Mirror;
using observe::PartMetrics;

namespace {

constexpr double bounds[] = {1, 10};

// A process that measures: what it made of `part` is what it tells.
struct Process {
  std::unique_ptr<observe::Registry> registry = observe::make_registry();
  PartMetrics part{*registry};
  Counter& orders = part.counter("orders_total", "Orders.", {{"status", "success"}});
  Gauge& users = part.gauge("users", "Users.");
  Histogram& seconds = part.histogram("seconds", "Time.", {}, bounds);
  Counter& other = registry->counter("orders_total", "Orders.", {{"status", "error"}});

  std::vector<MetricSeries> told() { return registry->read(part.series()); }
};

bool says(observe::Registry& registry, const std::string& line) {
  INFO(registry.text());
  return registry.text().find(line + "\n") != std::string::npos;
}

}  // namespace

TEST_CASE("a part's series are read with their values, and no others") {
  Process process;
  process.orders.add(3);
  process.other.add(5);
  process.users.set(7);
  for (const double value : {0.5, 1.0, 2.0, 100.0}) process.seconds.observe(value);
  const auto told = process.told();
  REQUIRE(told.size() == 3);
  for (const auto& series : told) {
    if (series.name == "orders_total") {
      CHECK(series.type == MetricType::counter);
      CHECK(series.help == "Orders.");
      CHECK(series.labels == std::map<std::string, std::string>{{"status", "success"}});
      CHECK(series.value == 3);
    } else if (series.name == "users") {
      CHECK(series.type == MetricType::gauge);
      CHECK(series.value == 7);
    } else {
      CHECK(series.type == MetricType::histogram);
      CHECK(series.value == 103.5);
      CHECK(series.bounds == std::vector<double>{1, 10});
      CHECK(series.counts == std::vector<std::int64_t>{2, 1, 1});
    }
  }
}

TEST_CASE("what another process counts comes to what was counted here") {
  Process here, there;
  here.orders.add(2);
  here.seconds.observe(0.5);
  here.users.set(4);
  Mirror mirror(*here.registry);

  there.orders.add(1);
  there.users.set(9);
  there.seconds.observe(2);
  mirror.follow(there.told());
  mirror.follow(there.told());  // nothing has happened meanwhile
  CHECK(says(*here.registry, R"(orders_total{status="success"} 3)"));
  CHECK(says(*here.registry, "users 9"));
  CHECK(says(*here.registry, R"(seconds_bucket{le="1"} 1)"));
  CHECK(says(*here.registry, R"(seconds_bucket{le="10"} 2)"));
  CHECK(says(*here.registry, "seconds_sum 2.5"));

  there.orders.add(4);
  there.users.set(8);
  there.seconds.observe(50);
  mirror.follow(there.told());
  CHECK(says(*here.registry, R"(orders_total{status="success"} 7)"));
  CHECK(says(*here.registry, "users 8"));
  CHECK(says(*here.registry, "seconds_count 3"));
  CHECK(says(*here.registry, "seconds_sum 52.5"));
}

TEST_CASE("a process that has begun anew counts from nothing") {
  Process here, first, second;
  Mirror mirror(*here.registry);
  first.orders.add(5);
  first.seconds.observe(2);
  mirror.follow(first.told());
  second.orders.add(2);
  second.seconds.observe(0.5);
  mirror.follow(second.told());
  CHECK(says(*here.registry, R"(orders_total{status="success"} 7)"));
  CHECK(says(*here.registry, "seconds_count 2"));
}

TEST_CASE("the gauges of a process that is gone are 0, and its counts stay") {
  Process here, there, next;
  Mirror mirror(*here.registry);
  there.orders.add(5);
  there.users.set(3);
  mirror.follow(there.told());
  mirror.end();
  CHECK(says(*here.registry, "users 0"));
  CHECK(says(*here.registry, R"(orders_total{status="success"} 5)"));
  next.orders.add(9);  // more than the one before, and yet another one
  mirror.follow(next.told());
  CHECK(says(*here.registry, R"(orders_total{status="success"} 14)"));
}
