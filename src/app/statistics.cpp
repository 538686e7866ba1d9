#include "statistics.hpp"

#include "process.hpp"

#include <cmath>

namespace parley::app {
namespace {

// A counter that follows a total counted elsewhere.
class Total {
 public:
  explicit Total(Counter& counter) : counter_(&counter) {}
  void follow(double total) {
    if (total > seen_) counter_->add(total - seen_);
    seen_ = total;
  }

 private:
  Counter* counter_;
  double seen_ = 0;
};

class ServerMetrics {
 public:
  explicit ServerMetrics(Metrics& m)
      : connections_(m.gauge("parley_connections", "Open connections of every kind.")),
        websockets_(m.gauge("parley_websockets", "Open WebSocket connections.")),
        event_streams_(m.gauge("parley_event_streams", "Open Server-Sent Events streams.")),
        memory_(m.gauge("process_resident_memory_bytes", "Memory in use.")),
        accepted_(m.counter("parley_connections_accepted_total", "Connections accepted.")),
        refused_(m.counter("parley_connections_refused_total", "Connections refused by a limit.")),
        timeouts_(m.counter("parley_timeouts_total", "Connections closed because a time limit had passed.")),
        bad_requests_(
            m.counter("parley_bad_requests_total", "Requests that are not HTTP as it is specified.")),
        slow_(m.counter("parley_slow_consumers_total",
                        "Connections closed because the client read too slowly.")),
        messages_in_(m.counter("websocket_messages_total", "WebSocket messages.", {{"direction", "in"}})),
        bytes_out_(m.counter("parley_bytes_sent_total", "Bytes sent.")) {}

  void collect(const net::ServerStatistics& now) {
    connections_.set(static_cast<double>(now.connections));
    websockets_.set(static_cast<double>(now.websockets));
    event_streams_.set(static_cast<double>(now.event_streams));
    memory_.set(resident_bytes());
    accepted_.follow(static_cast<double>(now.accepted));
    refused_.follow(static_cast<double>(now.refused));
    timeouts_.follow(static_cast<double>(now.timeouts));
    bad_requests_.follow(static_cast<double>(now.bad_requests));
    slow_.follow(static_cast<double>(now.slow_consumers));
    messages_in_.follow(static_cast<double>(now.websocket_messages_in));
    bytes_out_.follow(static_cast<double>(now.bytes_out));
  }

 private:
  Gauge &connections_, &websockets_, &event_streams_, &memory_;
  Total accepted_, refused_, timeouts_, bad_requests_, slow_, messages_in_, bytes_out_;
};

class DatabaseMetrics {
 public:
  explicit DatabaseMetrics(const NamedDatabase& database)
      : database_(database),
        write_queue_(gauge("storage_write_queue", "Writes waiting.")),
        read_queue_(gauge("storage_read_queue", "Reads waiting.")),
        healthy_(gauge("storage_healthy", "1 while the database takes writes.")),
        commits_(counter("storage_commits_total", "Commits, each of a group of writes.")),
        commit_seconds_(counter("storage_commit_seconds_total", "Time spent committing.")),
        writes_(counter("storage_writes_total", "Writes stored.")),
        reads_(counter("storage_reads_total", "Reads answered.")),
        rejected_(
            counter("storage_rejected_total",
                    "Calls that never ran: a full queue, a passed deadline, a withdrawn call or a stop.")),
        failed_(counter("storage_failed_commits_total", "Commits that failed.")) {}

  void collect() {
    const auto now = database_.statistics();
    commits_.follow(static_cast<double>(now.commits));
    commit_seconds_.follow(now.commit_seconds);
    writes_.follow(static_cast<double>(now.writes));
    reads_.follow(static_cast<double>(now.reads));
    rejected_.follow(static_cast<double>(now.rejected));
    failed_.follow(static_cast<double>(now.failed_commits));
    const auto healthy = database_.healthy();
    if (!healthy) return;  // the gauges of the process that has it are shown here
    write_queue_.set(static_cast<double>(now.write_queue));
    read_queue_.set(static_cast<double>(now.read_queue));
    healthy_.set(*healthy ? 1 : 0);
  }

 private:
  Gauge& gauge(std::string_view name, std::string_view help) const {
    return database_.metrics().gauge(name, help, {{"database", database_.name()}});
  }
  Counter& counter(std::string_view name, std::string_view help) const {
    return database_.metrics().counter(name, help, {{"database", database_.name()}});
  }

  const NamedDatabase& database_;
  Gauge &write_queue_, &read_queue_, &healthy_;
  Total commits_, commit_seconds_, writes_, reads_, rejected_, failed_;
};

}  // namespace

void NamedDatabase::closing() noexcept {
  past_ = statistics();
  past_.write_queue = past_.read_queue = 0;
  database_ = nullptr;
}

std::optional<bool> NamedDatabase::healthy() const noexcept {
  return database_ ? std::optional(database_->healthy()) : std::nullopt;
}

db::Statistics NamedDatabase::statistics() const noexcept {
  if (!database_) return past_;
  db::Statistics all = database_->statistics();
  all.commits += past_.commits;
  all.writes += past_.writes;
  all.reads += past_.reads;
  all.rejected += past_.rejected;
  all.failed_commits += past_.failed_commits;
  all.commit_seconds += past_.commit_seconds;
  return all;
}

void export_statistics(observe::Registry& registry, const net::Server& server, const observe::Log& log,
                       NamedDatabases databases) {
  auto& dropped =
      registry.counter("log_lines_dropped_total", "Log lines dropped because their queue was full.");
  registry.on_collect(
      [&log, total = Total(dropped)]() mutable { total.follow(static_cast<double>(log.dropped())); });
  registry.on_collect(
      [&server, metrics = ServerMetrics(registry)]() mutable { metrics.collect(server.statistics()); });
  for (const auto* database : databases)
    registry.on_collect([metrics = DatabaseMetrics(*database)]() mutable { metrics.collect(); });
}

std::vector<console::Figure> live_figures(observe::Registry& registry, const net::Server& server,
                                          const Clock& clock) {
  using Shown = console::Figure::Shown;
  const auto of_server = [&server](auto member) {
    return [&server, member] { return static_cast<double>(server.statistics().*member); };
  };
  const auto sum = [&registry](std::string_view name, std::string_view label = {},
                               std::string_view prefix = {}) {
    return [&registry, name, label, prefix] { return registry.sum(name, label, prefix); };
  };
  return {
      {"uptime", "up",
       [&clock, started = clock.steady()] {
         return std::floor(std::chrono::duration<double>(clock.steady() - started).count());
       },
       Shown::seconds},
      {"requests_per_second", "requests a second", sum("http_requests_total"), Shown::per_second},
      {"requests", "requests answered", sum("http_requests_total")},
      {"errors", "server errors (5xx)", sum("http_requests_total", "status", "5")},
      {"websockets", "open WebSockets", of_server(&net::ServerStatistics::websockets)},
      {"event_streams", "open event streams", of_server(&net::ServerStatistics::event_streams)},
      {"messages", "chat messages", sum("chat_messages_total")},
      {"users", "users", sum("active_users_total")},
      {"orders", "orders created", sum("orders_created_total", "status", "success")},
      {"notifications", "notifications sent", sum("notifications_total")},
  };
}

void watch_databases(observe::Health& health, NamedDatabases databases) {
  const std::vector<const NamedDatabase*> all(databases.begin(), databases.end());
  if (!all.empty())
    health.add({"database", true, [all] {
                  return std::ranges::all_of(
                      all, [](const auto* database) { return database->healthy().value_or(true); });
                }});
  for (const auto* database : all)
    health.add(
        {"database." + std::string(database->name()), true, [database] { return database->healthy(); }});
}

std::string format_uptime(std::chrono::nanoseconds uptime) {
  const auto total = std::max<std::int64_t>(0, std::chrono::floor<std::chrono::seconds>(uptime).count());
  std::string out;
  if (total >= 3600) out += std::to_string(total / 3600) + "h";
  if (total >= 60) out += std::to_string(total / 60 % 60) + "m";
  return out + std::to_string(total % 60) + "s";
}

}  // namespace parley::app
