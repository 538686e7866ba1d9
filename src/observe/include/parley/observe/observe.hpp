// Metrics, health and logs of the process: the implementations behind the kernel's interfaces.
#pragma once

#include <parley/describe.hpp>
#include <parley/log.hpp>
#include <parley/metrics.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace parley::observe {

// Configuration section [log].
struct LogOptions {
  std::string level = "info";   // trace, debug, info, warn, error, off
  std::string format = "text";  // text or json
  bool access = false;          // one line per request
  std::int32_t queue = 8192;    // lines waiting for the sink's thread; the oldest give way
};

// spdlog behind the kernel's log; writes to standard error on a thread of its own. Installs itself and
// leaves when destroyed, flushing.
class Log : public log::Sink {
 public:
  virtual std::uint64_t dropped() const = 0;  // lines that gave way because the queue was full; any thread
};
std::unique_ptr<Log> install_log(const LogOptions& options);

// prometheus-cpp behind the kernel's metrics.
class Registry : public Metrics {
 public:
  // Runs before each exposition, on the thread that calls text(), to set gauges from what is counted
  // elsewhere. What `collect` refers to outlives the last text().
  virtual void on_collect(std::function<void()> collect) = 0;
  virtual std::string text() = 0;  // text exposition format 0.0.4
  // Over all series of a counter or gauge, or those whose `label` has a value that begins with `prefix`. Of a
  // name that nobody has asked for: 0. Does not collect first.
  virtual double sum(std::string_view name, std::string_view label = {}, std::string_view prefix = {}) = 0;
};
std::unique_ptr<Registry> make_registry();

// As the lecture's health slide: a failed critical dependency makes the server unhealthy, another one
// degraded.
struct HealthCheck {
  std::string name;  // "database"
  bool critical = true;
  // Answers at once, from what is known; nothing for what is no part of the server now. Loop thread.
  std::function<std::optional<bool>()> healthy;
};

class Health {
 public:
  struct Report {
    std::string status;                                             // healthy, degraded, unhealthy
    std::vector<std::pair<std::string, std::string>> dependencies;  // name: healthy or failed
  };
  virtual ~Health() = default;
  virtual void add(HealthCheck check) = 0;
  virtual Report report() const = 0;
};
std::unique_ptr<Health> make_health();

}  // namespace parley::observe

template <>
const parley::TypeInfo& parley::describe<parley::observe::LogOptions>();
