// What the server, its log and its databases count, shown as metrics and as health.
#pragma once

#include <parley/console/console.hpp>
#include <parley/db/database.hpp>
#include <parley/net/server.hpp>
#include <parley/observe/observe.hpp>
#include <parley/time.hpp>

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace parley::app {

// Not owned: each belongs to the module that stores in it.
struct NamedDatabase {
  std::string_view name;
  Metrics* metrics;                  // of its module
  db::Database* database = nullptr;  // null while the module is in another process
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
