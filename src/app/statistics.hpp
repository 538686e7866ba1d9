// What the server, its log and its databases count, shown as metrics and as health.
#pragma once

#include <parley/console/console.hpp>
#include <parley/db/database.hpp>
#include <parley/net/server.hpp>
#include <parley/observe/observe.hpp>
#include <parley/time.hpp>

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace parley::app {

// A module's database, which is opened and closed as the module comes and goes. Loop thread only.
class NamedDatabase {
 public:
  // Both outlive it; the metrics are those of its module.
  NamedDatabase(std::string_view name, Metrics& metrics) noexcept : name_(name), metrics_(metrics) {}

  std::string_view name() const noexcept { return name_; }
  Metrics& metrics() const noexcept { return metrics_; }
  // `database` outlives the time until closing().
  void opened(const db::Database& database) noexcept { database_ = &database; }
  void closing() noexcept;
  // Nothing while it is closed here, the module being in another process.
  std::optional<bool> healthy() const noexcept;
  // What it counted since it was opened first; the queues of now.
  db::Statistics statistics() const noexcept;

 private:
  std::string_view name_;
  Metrics& metrics_;
  const db::Database* database_ = nullptr;  // null: closed
  db::Statistics past_;                     // what was counted until it was closed the last time
};
using NamedDatabases = std::span<const NamedDatabase* const>;

// From each exposition on; what is given outlives the registry's last exposition.
void export_statistics(observe::Registry& registry, const net::Server& server, const observe::Log& log,
                       NamedDatabases databases);

// What the page at `/` shows live. What is given outlives the console.
std::vector<console::Figure> live_figures(observe::Registry& registry, const net::Server& server,
                                          const Clock& clock);

// `database`, and `database.<module>` for each.
void watch_databases(observe::Health& health, NamedDatabases databases);

// "1h2m3s", "2m0s", "5s".
std::string format_uptime(std::chrono::nanoseconds uptime);

}  // namespace parley::app
