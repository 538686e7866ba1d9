#include "catch.hpp"

#include <parley/observe/observe.hpp>

#include <atomic>
#include <thread>

using namespace parley;

namespace {
bool has_line(const std::string& text, const std::string& line) {
  return ("\n" + text).find("\n" + line + "\n") != std::string::npos;
}
}  // namespace

TEST_CASE("metrics are exposed in Prometheus' text format") {
  auto registry = observe::make_registry();
  auto& counter = registry->counter("requests_total", "Requests.", {{"route", "/a"}, {"method", "GET"}});
  counter.add();
  counter.add(2);
  registry->counter("requests_total", "Requests.", {{"route", "/b"}, {"method", "GET"}}).add(5);
  auto& gauge = registry->gauge("open", "Open.");
  gauge.set(4);
  gauge.add(-1.5);
  const double buckets[] = {1, 2};
  auto& histogram = registry->histogram("seconds", "Time.", {}, buckets);
  histogram.observe(0.5);
  histogram.observe(1.5);
  histogram.observe(9);

  const auto text = registry->text();
  CHECK(has_line(text, "# HELP requests_total Requests."));
  CHECK(has_line(text, "# TYPE requests_total counter"));
  CHECK(has_line(text, R"(requests_total{method="GET",route="/a"} 3)"));
  CHECK(has_line(text, R"(requests_total{method="GET",route="/b"} 5)"));
  CHECK(has_line(text, "open 2.5"));
  CHECK(has_line(text, R"(seconds_bucket{le="1"} 1)"));
  CHECK(has_line(text, R"(seconds_bucket{le="2"} 2)"));
  CHECK(has_line(text, R"(seconds_bucket{le="+Inf"} 3)"));
  CHECK(has_line(text, "seconds_count 3"));
  CHECK(has_line(text, "seconds_sum 11"));
}

TEST_CASE("the same name and labels give the same handle") {
  auto registry = observe::make_registry();
  auto& one = registry->counter("c_total", "C.", {{"a", "1"}, {"b", "2"}});
  CHECK(&one == &registry->counter("c_total", "C.", {{"b", "2"}, {"a", "1"}}));
  CHECK(&one != &registry->counter("c_total", "C.", {{"a", "1"}, {"b", "3"}}));
  CHECK(&registry->histogram("h", "H.") == &registry->histogram("h", "H."));
  CHECK(&registry->gauge("g", "G.") == &registry->gauge("g", "G."));
}

TEST_CASE("a counter never falls") {
  auto registry = observe::make_registry();
  auto& counter = registry->counter("c_total", "C.");
  counter.add(3);
  counter.add(-2);
  CHECK(has_line(registry->text(), "c_total 3"));
}

TEST_CASE("default buckets reach from 100 us to 10 s") {
  auto registry = observe::make_registry();
  registry->histogram("seconds", "Time.").observe(0.0002);
  const auto text = registry->text();
  CHECK(has_line(text, R"(seconds_bucket{le="0.0001"} 0)"));
  CHECK(has_line(text, R"(seconds_bucket{le="0.00025"} 1)"));
  CHECK(has_line(text, R"(seconds_bucket{le="10"} 1)"));
}

TEST_CASE("collectors run before each exposition and may ask for handles") {
  auto registry = observe::make_registry();
  int runs = 0;
  registry->on_collect([&] { registry->gauge("runs", "Runs.").set(++runs); });
  CHECK(has_line(registry->text(), "runs 1"));
  CHECK(has_line(registry->text(), "runs 2"));
}

TEST_CASE("a collector remembers from one exposition to the next") {
  auto registry = observe::make_registry();
  registry->on_collect([&, runs = 0]() mutable { registry->gauge("runs", "Runs.").set(++runs); });
  CHECK(has_line(registry->text(), "runs 1"));
  (void)registry->read({});
  CHECK(has_line(registry->text(), "runs 3"));
}

TEST_CASE("handles and look-ups are safe from many threads") {
  auto registry = observe::make_registry();
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&registry] {
      for (int i = 0; i < 500; ++i) {
        registry->counter("c_total", "C.", {{"n", std::to_string(i % 10)}}).add();
        registry->histogram("h", "H.").observe(0.01);
        if (i % 100 == 0) (void)registry->text();
      }
    });
  for (auto& thread : threads) thread.join();
  const auto text = registry->text();
  CHECK(has_line(text, R"(c_total{n="3"} 200)"));
  CHECK(has_line(text, "h_count 2000"));
}
