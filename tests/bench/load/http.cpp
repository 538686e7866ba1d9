#include "load.hpp"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <deque>
#include <stdexcept>

namespace load {
namespace {

struct Connection {
  int fd = -1;
  std::string in, out;
  std::size_t consumed = 0;
  std::deque<SteadyClock::time_point> sent;
};

class HttpLoad {
 public:
  explicit HttpLoad(const Options& options) : options_(options) {}

  Report run() {
    const int poll = ::epoll_create1(EPOLL_CLOEXEC);
    std::vector<Connection> connections(static_cast<std::size_t>(options_.connections));
    for (auto& c : connections) {
      c.fd = connect_to(options_.port);
      epoll_event event{};
      event.events = EPOLLIN;
      event.data.ptr = &c;
      ::epoll_ctl(poll, EPOLL_CTL_ADD, c.fd, &event);
      for (int i = 0; i < options_.pipeline; ++i) request(c);
      flush(c);
    }
    const auto begin = SteadyClock::now() + to_duration(options_.warmup);
    const auto end = begin + to_duration(options_.seconds);
    bool measuring = false;
    std::uint64_t answered = 0, failed = 0;
    Latencies latencies;
    epoll_event events[256];
    for (auto now = SteadyClock::now(); now < end; now = SteadyClock::now()) {
      if (!measuring && now >= begin) {
        measuring = true;
        answered = failed = 0;
      }
      const int ready = ::epoll_wait(poll, events, std::size(events), 100);
      const auto arrived = SteadyClock::now();
      for (int i = 0; i < ready; ++i) {
        auto& c = *static_cast<Connection*>(events[i].data.ptr);
        const int n = receive(c, failed);
        for (int k = 0; k < n; ++k) {
          if (measuring) latencies.add(arrived - c.sent.front());
          c.sent.pop_front();
          request(c);
        }
        answered += static_cast<std::uint64_t>(n);
        flush(c);
      }
    }
    Report report;
    report.values["per_second"] = static_cast<double>(answered) / options_.seconds;
    report.values["failed"] = static_cast<double>(failed);
    latencies.report(report);
    for (auto& c : connections) ::close(c.fd);
    ::close(poll);
    return report;
  }

 private:
  static SteadyClock::duration to_duration(double seconds) {
    return std::chrono::duration_cast<SteadyClock::duration>(std::chrono::duration<double>(seconds));
  }

  void request(Connection& c) {
    if (options_.body.empty()) {
      c.out += "GET " + options_.path + " HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";
    } else {
      std::string body = options_.body;
      for (auto at = body.find("{n}"); at != body.npos; at = body.find("{n}", at))
        body.replace(at, 3, std::to_string(base_ + ++counter_));
      c.out += "POST " + options_.path +
               " HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: " + options_.content_type +
               "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
    }
    c.sent.push_back(SteadyClock::now());
  }

  void flush(Connection& c) {
    if (c.out.empty()) return;
    write_all(c.fd, c.out);
    c.out.clear();
  }

  // Whole answers taken from the socket.
  int receive(Connection& c, std::uint64_t& failed) {
    char buffer[65536];
    const auto n = ::recv(c.fd, buffer, sizeof buffer, 0);
    if (n == 0) throw std::runtime_error("the server closed a connection");
    if (n < 0) {
      if (errno == EAGAIN) return 0;
      throw std::runtime_error(std::string("recv: ") + std::strerror(errno));
    }
    c.in.append(buffer, static_cast<std::size_t>(n));
    int answers = 0;
    std::string_view rest(c.in);
    for (;;) {
      const auto head_end = rest.find("\r\n\r\n");
      if (head_end == rest.npos) break;
      const auto head = rest.substr(0, head_end);
      const auto at = find_length(head);
      std::size_t length = 0;
      std::from_chars(head.data() + at, head.data() + head.size(), length);
      if (rest.size() < head_end + 4 + length) break;
      if (head[9] != '2') ++failed;
      rest.remove_prefix(head_end + 4 + length);
      ++answers;
    }
    c.in.erase(0, c.in.size() - rest.size());
    return answers;
  }

  static std::size_t find_length(std::string_view head) {
    for (const auto name : {"\r\nContent-Length: ", "\r\ncontent-length: "})
      if (const auto at = head.find(name); at != head.npos) return at + 18;
    throw std::runtime_error("an answer without Content-Length");
  }

  const Options& options_;
  // Different in every run against the same server.
  const std::uint64_t base_ =
      static_cast<std::uint64_t>(std::chrono::system_clock::now().time_since_epoch().count()) / 1000 * 1000;
  std::uint64_t counter_ = 0;
};

}  // namespace

Report run_http(const Options& options) {
  return HttpLoad(options).run();
}

}  // namespace load
