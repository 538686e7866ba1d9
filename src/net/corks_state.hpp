// What Corks, outboxes and fan-outs of one loop share.
#pragma once

#include "fanout_impl.hpp"
#include "outbox.hpp"

namespace parley::net {

struct Outbox::Queue {
  struct Segment {
    Frame bytes;
    std::size_t begin = 0, end = 0;
    bool keep = false;
    std::string_view view() const noexcept { return bytes.bytes().substr(begin, end - begin); }
  };
  std::vector<Segment> segments;
  std::size_t head = 0;  // segments before it are gone
  std::size_t sent = 0;  // of the first one
  std::string tail;      // follows the segments; never begun to be sent

  bool empty() const noexcept { return head == segments.size() && tail.empty(); }
  // The tail becomes a segment.
  void close_tail(bool keep = false);
  void clear() noexcept;
};

class Corks::State {
 public:
  explicit State(asio::io_context& io) : io_(&io), wheel_(std::in_place, io) {}
  void shut() noexcept;

  void add(Outbox& outbox) { outboxes_.push_back(outbox); }
  void mark(Outbox& outbox);
  void mark(Fanout::Impl& fanout);
  void attend(Outbox& outbox);
  void forget(Outbox& outbox) noexcept;
  void forget(Fanout::Impl& fanout) noexcept;
  // Output was added to one that is marked already.
  void touch() noexcept { ++sequence_; }
  TimerWheel& wheel() noexcept { return *wheel_; }
  // When the present writing began; good enough to tell progress by.
  SteadyTime now() const noexcept { return now_; }
  void tell_time() noexcept { now_ = std::chrono::steady_clock::now(); }

  std::unique_ptr<Outbox::Queue> borrow();
  void give_back(std::unique_ptr<Outbox::Queue> queue) noexcept;

 private:
  friend void intrusive_ptr_add_ref(State* state) noexcept;
  friend void intrusive_ptr_release(State* state) noexcept;

  // A protocol engine needs one to three hops through the loop for a message: writing starts after as many
  // without new output, and after kMaxHops in any case.
  static constexpr unsigned kQuietHops = 4;
  static constexpr unsigned kMaxHops = 512;
  // Connections written to before others get their turn: 64 sends take some 0.6 ms. What leads to the next
  // publication (a read, a commit, a hop) waits for a slice each time.
  static constexpr std::size_t kSlice = 64;
  static constexpr std::size_t kPooled = 2048;
  static constexpr std::size_t kPooledTail = 64 << 10;

  void schedule();
  void hop();
  void deliver();
  void write_slice();
  void attend_all();

  std::uint32_t references_ = 0;
  asio::io_context* io_;  // null once the loop is being destroyed
  std::optional<TimerWheel> wheel_;
  boost::intrusive::list<Outbox, boost::intrusive::constant_time_size<false>> outboxes_;
  std::vector<Outbox*> dirty_;  // null: gone meanwhile
  std::size_t written_ = 0;     // dirty_ before it is done
  std::size_t released_ = 0;    // dirty_ before it is being written
  std::vector<Fanout::Impl*> fanouts_;
  std::vector<Outbox*> attention_;
  std::vector<std::unique_ptr<Outbox::Queue>> pool_;
  SteadyTime now_ = std::chrono::steady_clock::now();
  unsigned sequence_ = 0, seen_ = 0, quiet_ = 0, hops_ = 0;
  bool hopping_ = false, writing_ = false;
};

}  // namespace parley::net
