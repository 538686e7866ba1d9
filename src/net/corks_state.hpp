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
  // Output was added to one that is marked already, or a message came in.
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
  static constexpr std::chrono::microseconds kMaxWait{1000};
  // Connections written to before others get their turn: 128 sends take some 1.2 ms. Hops as above lie
  // between two slices, so that the messages which arrive during a large fan-out are read together and join
  // it.
  static constexpr std::size_t kSlice = 128;
  static constexpr std::size_t kTrim = 4096;  // places already written that dirty_ keeps
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
  std::vector<Fanout::Impl*> fanouts_;
  std::vector<Outbox*> attention_;
  std::vector<std::unique_ptr<Outbox::Queue>> pool_;
  SteadyTime now_ = std::chrono::steady_clock::now();
  unsigned sequence_ = 0, seen_ = 0, quiet_ = 0, hops_ = 0;
  SteadyTime latest_{};  // when writing starts in any case
  bool hopping_ = false;
};

}  // namespace parley::net
