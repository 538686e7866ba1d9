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
    if (total < seen_) seen_ = 0;  // what counts has begun anew
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
  DatabaseMetrics(Metrics& m, const NamedDatabase& named)
      : named_(named),
        write_queue_(m.gauge("storage_write_queue", "Writes waiting.", {{"database", named.name}})),
        read_queue_(m.gauge("storage_read_queue", "Reads waiting.", {{"database", named.name}})),
        healthy_(
            m.gauge("storage_healthy", "1 while the database takes writes.", {{"database", named.name}})),
        commits_(m.counter("storage_commits_total", "Commits, each of a group of writes.",
                           {{"database", named.name}})),
        commit_seconds_(
            m.counter("storage_commit_seconds_total", "Time spent committing.", {{"database", named.name}})),
        writes_(m.counter("storage_writes_total", "Writes stored.", {{"database", named.name}})),
        reads_(m.counter("storage_reads_total", "Reads answered.", {{"database", named.name}})),
        rejected_(m.counter("storage_rejected_total",
                            "Calls that never ran: a full queue, a passed deadline or a stop.",
                            {{"database", named.name}})),
        failed_(
            m.counter("storage_failed_commits_total", "Commits that failed.", {{"database", named.name}})) {}

  // While the database is in another process, that one's figures are shown here.
  void collect() {
    const auto* const database = named_.database;
    if (!database) return;
    const auto now = database->statistics();
    write_queue_.set(static_cast<double>(now.write_queue));
    read_queue_.set(static_cast<double>(now.read_queue));
    healthy_.set(database->healthy() ? 1 : 0);
    commits_.follow(static_cast<double>(now.commits));
    commit_seconds_.follow(now.commit_seconds);
    writes_.follow(static_cast<double>(now.writes));
    reads_.follow(static_cast<double>(now.reads));
    rejected_.follow(static_cast<double>(now.rejected));
    failed_.follow(static_cast<double>(now.failed_commits));
  }

 private:
  const NamedDatabase& named_;
  Gauge &write_queue_, &read_queue_, &healthy_;
  Total commits_, commit_seconds_, writes_, reads_, rejected_, failed_;
};

}  // namespace

void export_statistics(observe::Registry& registry, const net::Server& server, const observe::Log& log,
                       NamedDatabases databases) {
  auto& dropped =
      registry.counter("log_lines_dropped_total", "Log lines dropped because their queue was full.");
  registry.on_collect(
      [&log, total = Total(dropped)]() mutable { total.follow(static_cast<double>(log.dropped())); });
  registry.on_collect(
      [&server, metrics = ServerMetrics(registry)]() mutable { metrics.collect(server.statistics()); });
  for (const auto* named : databases)
    registry.on_collect(
        [metrics = DatabaseMetrics(*named->metrics, *named)]() mutable { metrics.collect(); });
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
  const auto state = [](const NamedDatabase* named) -> std::optional<bool> {
    if (!named->database) return std::nullopt;
    return named->database->healthy();
  };
  if (!all.empty())
    health.add({"database", true, [all, state] {
                  return std::ranges::all_of(all,
                                             [&](const auto* named) { return state(named).value_or(true); });
                }});
  for (const auto* named : all)
    health.add({"database." + std::string(named->name), true, [named, state] { return state(named); }});
}

std::string format_uptime(std::chrono::nanoseconds uptime) {
  const auto total = std::max<std::int64_t>(0, std::chrono::floor<std::chrono::seconds>(uptime).count());
  std::string out;
  if (total >= 3600) out += std::to_string(total / 3600) + "h";
  if (total >= 60) out += std::to_string(total / 60 % 60) + "m";
  return out + std::to_string(total % 60) + "s";
}

}  // namespace parley::app
