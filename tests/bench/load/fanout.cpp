#include "load.hpp"

#include <poll.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <deque>
#include <stdexcept>

namespace load {
namespace {

// Counts whole WebSocket text frames in a byte stream that is cut anywhere.
class FrameCounter {
 public:
  int feed(const unsigned char* p, std::size_t n) {
    int messages = 0;
    while (n > 0) {
      if (left_ > 0) {
        const auto step = std::min(left_, n);
        left_ -= step;
        p += step;
        n -= step;
        if (left_ == 0 && text_) ++messages;
        continue;
      }
      head_[have_++] = *p++;
      --n;
      if (have_ < 2) continue;
      const unsigned length = head_[1] & 0x7f;
      const std::size_t need = 2 + (length == 126 ? 2 : length == 127 ? 8 : 0);
      if (have_ < need) continue;
      std::uint64_t size = length;
      if (length >= 126) {
        size = 0;
        for (std::size_t i = 2; i < need; ++i) size = size << 8 | head_[i];
      }
      left_ = size;
      text_ = (head_[0] & 0x0f) == 1;
      if ((head_[0] & 0x0f) == 8) throw std::runtime_error("the server closed a WebSocket");
      have_ = 0;
      if (left_ == 0 && text_) ++messages;
    }
    return messages;
  }

 private:
  unsigned char head_[10];
  std::size_t have_ = 0, left_ = 0;
  bool text_ = false;
};

// Counts lines that begin with `data:`, one per event here, in a byte stream that is cut anywhere.
class EventCounter {
 public:
  int feed(const unsigned char* p, std::size_t n) {
    const std::string_view chunk(reinterpret_cast<const char*>(p), n);
    tail_ += chunk.substr(0, mark.size() - 1);
    int events = count(tail_);
    events += count(chunk);
    if (chunk.size() >= mark.size() - 1)
      tail_ = chunk.substr(chunk.size() - (mark.size() - 1));
    else
      tail_.erase(0, tail_.size() - std::min(tail_.size(), mark.size() - 1));
    return events;
  }

 private:
  static constexpr std::string_view mark = "\ndata:";
  static int count(std::string_view text) {
    int n = 0;
    for (auto at = text.find(mark); at != text.npos; at = text.find(mark, at + mark.size())) ++n;
    return n;
  }
  std::string tail_;  // too short to hold a whole mark
};

template <class Counter>
struct Member {
  int fd = -1;
  Counter counter;
  int greetings = 0;  // messages that it is still to get before those that are counted
};

// The members, and a sender that keeps `pipeline` messages in flight as seen by the first member.
template <class Counter, class Send>
Report fan_out(const Options& options, std::vector<Member<Counter>>& members, Send send) {
  const int poll = ::epoll_create1(EPOLL_CLOEXEC);
  for (auto& m : members) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.ptr = &m;
    ::epoll_ctl(poll, EPOLL_CTL_ADD, m.fd, &event);
  }
  Latencies latencies;
  std::deque<SteadyClock::time_point> sent;
  const auto submit = [&](int count) {
    for (int i = 0; i < count; ++i) sent.push_back(SteadyClock::now());
    send(count);
  };
  submit(options.pipeline);
  const auto seconds = [](double s) {
    return std::chrono::duration_cast<SteadyClock::duration>(std::chrono::duration<double>(s));
  };
  const auto begin = SteadyClock::now() + seconds(options.warmup);
  const auto end = begin + seconds(options.seconds);
  bool measuring = false;
  std::uint64_t deliveries = 0;
  // With one message in flight the next one waits for every member, so that a round is a whole broadcast.
  std::uint64_t round = 0;
  std::vector<unsigned char> buffer(1 << 18);
  epoll_event events[512];
  for (auto now = SteadyClock::now(); now < end; now = SteadyClock::now()) {
    if (!measuring && now >= begin) {
      measuring = true;
      deliveries = 0;
    }
    const int ready = ::epoll_wait(poll, events, std::size(events), 100);
    for (int i = 0; i < ready; ++i) {
      auto& m = *static_cast<Member<Counter>*>(events[i].data.ptr);
      const auto n = ::recv(m.fd, buffer.data(), buffer.size(), 0);
      if (n == 0) throw std::runtime_error("the server closed a member");
      if (n < 0) {
        if (errno == EAGAIN) continue;
        throw std::runtime_error(std::string("recv: ") + std::strerror(errno));
      }
      int got = m.counter.feed(buffer.data(), static_cast<std::size_t>(n));
      const int greeted = std::min(got, m.greetings);
      m.greetings -= greeted;
      got -= greeted;
      deliveries += static_cast<std::uint64_t>(got);
      round += static_cast<std::uint64_t>(got);
      if (options.pipeline == 1) {
        if (round >= members.size()) {
          round = 0;
          if (measuring) latencies.add(SteadyClock::now() - sent.front());
          sent.pop_front();
          submit(1);
        }
      } else if (&m == &members.front() && got > 0) {
        const auto arrived = SteadyClock::now();
        for (int k = 0; k < got; ++k) {
          if (measuring) latencies.add(arrived - sent.front());
          sent.pop_front();
        }
        submit(got);
      }
    }
  }
  Report report;
  report.values["deliveries_per_second"] = static_cast<double>(deliveries) / options.seconds;
  latencies.report(report);
  for (auto& m : members) ::close(m.fd);
  ::close(poll);
  return report;
}

constexpr std::string_view message =
    R"({"type":"message","content":"hello to everybody in this room, once more","user":"alice"})";

}  // namespace

Report run_broadcast(const Options& options) {
  std::vector<Member<FrameCounter>> members(static_cast<std::size_t>(options.connections));
  for (auto& m : members) {
    m.fd = connect_to(options.port);
    const auto early = open_websocket(m.fd, options);
    m.counter.feed(reinterpret_cast<const unsigned char*>(early.data()), early.size());
  }
  const auto frame = text_frame(message);
  std::string burst;
  return fan_out(options, members, [&](int count) {
    burst.clear();
    for (int i = 0; i < count; ++i) burst += frame;
    write_all(members.front().fd, burst);
  });
}

Report run_event_streams(const Options& options) {
  std::vector<Member<EventCounter>> members(static_cast<std::size_t>(options.connections));
  const auto mark = options.path.find("{n}");
  for (std::size_t i = 0; i < members.size(); ++i) {
    auto& m = members[i];
    m.fd = connect_to(options.port);
    m.greetings = options.greetings;
    auto path = options.path;
    if (mark != path.npos) path.replace(mark, 3, std::to_string(i));
    write_all(m.fd, "GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/event-stream\r\n\r\n");
    char head[4096];
    pollfd p{m.fd, POLLIN, 0};
    if (::poll(&p, 1, 10'000) == 0) throw std::runtime_error("no answer of the event stream");
    const auto n = ::recv(m.fd, head, sizeof head, 0);
    if (n < 12 || std::memcmp(head, "HTTP/1.1 200", 12) != 0) throw std::runtime_error("no event stream");
    // The head has no line that begins as an event's data does.
    m.greetings -= m.counter.feed(reinterpret_cast<const unsigned char*>(head), static_cast<std::size_t>(n));
  }
  // A connection answers its requests one after the other: as many connections as messages in flight.
  std::vector<int> posters(static_cast<std::size_t>(options.pipeline));
  for (int& poster : posters) poster = connect_to(options.port);
  const std::string body = options.body.empty() ? std::string(message) : options.body;
  const std::string request =
      "POST " + options.post_path +
      " HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: " +
      std::to_string(body.size()) + "\r\n\r\n" + body;
  std::size_t turn = 0;
  auto report = fan_out(options, members, [&](int count) {
    char answers[65536];
    for (int i = 0; i < count; ++i) {
      const int poster = posters[turn++ % posters.size()];
      while (::recv(poster, answers, sizeof answers, 0) > 0) {
      }
      write_all(poster, request);
    }
  });
  for (int poster : posters) ::close(poster);
  return report;
}

Report run_idle(const Options& options) {
  std::vector<int> sockets;
  for (int i = 0; i < options.connections; ++i) {
    sockets.push_back(connect_to(options.port));
    open_websocket(sockets.back(), options);
  }
  Report report;
  report.values["open"] = static_cast<double>(sockets.size());
  report.print();
  std::fflush(stdout);
  char byte;
  while (::read(0, &byte, 1) > 0) {
  }
  for (int fd : sockets) ::close(fd);
  return report;
}

}  // namespace load
