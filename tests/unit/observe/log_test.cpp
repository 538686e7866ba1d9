#include "catch.hpp"

#include <parley/observe/observe.hpp>
#include <parley/validate.hpp>

#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <limits>
#include <sstream>
#include <thread>

using namespace parley;

namespace {

// Standard error of the process goes to a file while it lives.
class CapturedErrors {
 public:
  CapturedErrors() : file_(std::tmpfile()), kept_(::dup(STDERR_FILENO)) {
    ::dup2(::fileno(file_), STDERR_FILENO);
  }
  ~CapturedErrors() {
    restore();
    std::fclose(file_);
  }
  std::vector<std::string> lines() {
    restore();
    std::rewind(file_);
    std::vector<std::string> lines;
    std::string line;
    for (int c; (c = std::fgetc(file_)) != EOF;) {
      if (c != '\n') {
        line += static_cast<char>(c);
      } else {
        lines.push_back(std::exchange(line, {}));
      }
    }
    return lines;
  }

 private:
  void restore() {
    if (kept_ < 0) return;
    std::fflush(stderr);
    ::dup2(kept_, STDERR_FILENO);
    ::close(kept_);
    kept_ = -1;
  }
  std::FILE* file_;
  int kept_;
};

template <class Work>
std::vector<std::string> logged(const observe::LogOptions& options, Work work) {
  CapturedErrors captured;
  {
    const auto sink = observe::install_log(options);
    work();
  }
  return captured.lines();
}

std::string without_time(const std::string& line) {
  return line.substr(line.find('Z') + 1);
}

}  // namespace

TEST_CASE("text lines are for people, one entry each") {
  const auto lines = logged({}, [] {
    log::info("http", "request", {{"path", "/a b"}, {"status", 200}, {"ms", 1.5}, {"cached", true}});
    log::warn("db", "two\nlines", {{"why", "a\nb"}, {"empty", ""}, {"plain", "x"}});
    log::debug("db", "not shown");
  });
  REQUIRE(lines.size() == 2);
  CHECK(without_time(lines[0]) == R"( INFO  http: request path="/a b" status=200 ms=1.5 cached=true)");
  CHECK(without_time(lines[1]) == R"( WARN  db: two\nlines why=a\nb empty="" plain=x)");
  CHECK(lines[0].size() > 24);
  CHECK(parse_rfc3339(lines[0].substr(0, lines[0].find(' '))));
}

TEST_CASE("a text line says nothing to the terminal") {
  const auto lines = logged({}, [] {
    log::info("http", "\x1b[2J", {{"path", "/\u009b2J"}, {"peer", "\xff\xe2\x82"}});
    log::info("http", "h\u00e9llo \u00a0\u20ac", {{"next", "a\u0085b c\"\\"}});
  });
  REQUIRE(lines.size() == 2);
  CHECK(without_time(lines[0]) == R"( INFO  http: \x1b[2J path=/\xc2\x9b2J peer=\xff\xe2\x82)");
  CHECK(without_time(lines[1]) == " INFO  http: h\u00e9llo \u00a0\u20ac next=\"a\\xc2\\x85b c\\\"\\\\\"");
}

TEST_CASE("json lines are one object each") {
  observe::LogOptions options;
  options.format = "json";
  options.level = "debug";
  const auto lines = logged(options, [] {
    log::error("http", "say \"hi\"\n",
               {{"path", "/\x01"},
                {"n", -3},
                {"x", 0.25},
                {"nan", std::numeric_limits<double>::quiet_NaN()},
                {"on", false}});
    log::debug("db", "plain");
  });
  REQUIRE(lines.size() == 2);
  CHECK(lines[0].starts_with(R"({"time":"2)"));
  CHECK(
      without_time(lines[0]) ==
      R"(","level":"error","component":"http","msg":"say \"hi\"\n","fields":{"path":"/\u0001","n":-3,"x":0.25,"nan":null,"on":false}})");
  CHECK(without_time(lines[1]) == R"(","level":"debug","component":"db","msg":"plain"})");
}

TEST_CASE("nothing is written below the level, and nothing at all after the log has gone") {
  observe::LogOptions options;
  options.level = "error";
  const auto lines = logged(options, [] {
    log::warn("a", "no");
    log::error("a", "yes");
  });
  REQUIRE(lines.size() == 1);
  CHECK_FALSE(log::enabled(log::Level::error));
  log::error("a", "after the end");
}

TEST_CASE("every line that fits the queue is written before the log goes, from any thread") {
  observe::LogOptions options;
  options.queue = 4096;
  const auto lines = logged(options, [] {
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t)
      threads.emplace_back([t] {
        for (int i = 0; i < 500; ++i) log::info("t", "line", {{"thread", t}, {"i", i}});
      });
    for (auto& thread : threads) thread.join();
  });
  CHECK(lines.size() == 2000);
}

TEST_CASE("lines that give way to others are counted") {
  int ends[2];
  REQUIRE(::pipe(ends) == 0);  // nobody reads it until the lines have been dropped
  const int kept = ::dup(STDERR_FILENO);
  ::dup2(ends[1], STDERR_FILENO);
  ::close(ends[1]);
  observe::LogOptions options;
  options.queue = 64;
  auto log = observe::install_log(options);
  const bool none_yet = log->dropped() == 0;
  const std::string text(1000, 'x');
  for (int i = 0; i < 1000; ++i) log::info("t", text);
  const auto dropped = log->dropped();
  std::thread reader([&] {
    char bytes[4096];
    while (::read(ends[0], bytes, sizeof bytes) > 0) {
    }
  });
  log.reset();
  ::dup2(kept, STDERR_FILENO);
  ::close(kept);
  reader.join();
  ::close(ends[0]);
  CHECK(none_yet);
  CHECK(dropped > 100);  // what the pipe and the queue do not hold
}

TEST_CASE("the log's options name what is wrong") {
  observe::LogOptions options;
  options.level = "loud";
  options.format = "xml";
  options.queue = 1;
  const auto outcome = conform(options);
  REQUIRE_FALSE(outcome);
  REQUIRE(outcome.error().fields.size() == 3);
  CHECK(outcome.error().fields[0].field == "level");
  CHECK(outcome.error().fields[1].problem.find("text or json") != std::string::npos);
  CHECK_THROWS_AS(observe::install_log(options), std::invalid_argument);
}
