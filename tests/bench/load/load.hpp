// The load generator's parts. One thread; connects to 127.0.0.1 only.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace load {

using SteadyClock = std::chrono::steady_clock;

struct Options {
  std::uint16_t port = 0;
  int connections = 64;
  int pipeline = 1;     // requests or messages in flight: per connection for http, in all for a fan-out
  double seconds = 3;   // measured
  double warmup = 0.5;  // before that
  std::string path = "/";
  std::string post_path;  // sse: where messages are posted
  std::string
      body;  // http: POST if not empty; {n} becomes a number that never repeats. events: what is posted
  int greetings = 0;  // events: how many come to each stream before what is counted
  std::string content_type = "application/json";
};

// Printed as one JSON object.
struct Report {
  std::map<std::string, double> values;
  void print() const;
};

// Latencies in microseconds, by rank.
class Latencies {
 public:
  void add(SteadyClock::duration d) {
    if (samples_.size() < limit)
      samples_.push_back(std::chrono::duration_cast<std::chrono::nanoseconds>(d).count() / 1e3);
  }
  void report(Report& out);

 private:
  static constexpr std::size_t limit = 4'000'000;
  std::vector<double> samples_;
};

// A non-blocking, connected socket without Nagle's delay; throws std::runtime_error.
int connect_to(std::uint16_t port);
// Writes everything, waiting where needed.
void write_all(int fd, std::string_view bytes);
// Sends an upgrade request and waits for 101; gives what came behind the head.
std::string open_websocket(int fd, const Options& options);
// A masked client text frame (RFC 6455 section 5.3).
std::string text_frame(std::string_view payload);

Report run_http(const Options& options);
// `connections` WebSocket members of one room, one of which sends so that `pipeline` of its messages are in
// flight; counts deliveries.
Report run_broadcast(const Options& options);
// The same over Server-Sent Events; messages are posted over HTTP.
Report run_event_streams(const Options& options);
// Opens `connections` WebSockets and holds them until standard input ends.
Report run_idle(const Options& options);

}  // namespace load
