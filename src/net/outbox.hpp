// Output of long-lived connections: what one turn of the loop produces for a connection leaves in one write.
// Loop thread only.
#pragma once

#include "loop_impl.hpp"
#include "timer_wheel.hpp"

#include <parley/net/peer.hpp>

#include <boost/intrusive/list.hpp>
#include <boost/smart_ptr/intrusive_ptr.hpp>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace parley::net {

class Outbox;

// Gathers the output of all connections of one loop and writes it once the loop has nothing more to add.
class Corks {
 public:
  explicit Corks(asio::io_context& io);
  // Lets go of what connections hold until their output drains; they may outlive this, but send nothing more.
  ~Corks();
  Corks(const Corks&) = delete;
  Corks& operator=(const Corks&) = delete;

  class State;
  State& state() const noexcept { return *state_; }
  // Deadlines of this loop's connections.
  TimerWheel& wheel() const noexcept;
  // A message came in: what it leads to joins the output that is gathered.
  void touch() noexcept;

 private:
  State* state_;  // counted
};

// Outboxes and fan-outs share the state, which outlives its Corks.
void intrusive_ptr_add_ref(Corks::State* state) noexcept;
void intrusive_ptr_release(Corks::State* state) noexcept;

// What one connection has still to send, and its socket. Bytes are referred to where they are shared or large
// and copied into one string where they are small. The amount is bounded by a budget in bytes.
class Outbox
    : public boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
 public:
  // Told from the loop itself, never from within a call to the outbox.
  class Owner {
   public:
    virtual std::shared_ptr<void> keep_alive() = 0;
    // What watch() waits for.
    virtual void drained() = 0;
    // More than the budget waits: nothing is accepted until drop_unsent().
    virtual void overflowed() = 0;
    // Writing has failed; nothing waits any more.
    virtual void broken() = 0;
    // The loop is being destroyed: release whatever refers to the owner.
    virtual void loop_gone() noexcept = 0;

   protected:
    ~Owner() = default;
  };

  // `budget` is what may wait before a send is an overflow; one frame may go beyond it, as a message that is
  // larger than the budget must fit somewhere. `bytes_out` counts what the kernel took and outlives this.
  Outbox(Corks& corks, Socket socket, Owner& owner, std::size_t budget, std::uint64_t& bytes_out);
  Outbox(const Outbox&) = delete;
  Outbox& operator=(const Outbox&) = delete;
  ~Outbox();

  Socket& socket() noexcept { return socket_; }

  // From `begin` to the end that `bytes` has now, by reference unless that is short.
  void send(const Frame& bytes, std::size_t begin = 0);
  // Copied, one after the other.
  void send_copy(std::string_view header, std::string_view payload = {});
  // The last bytes: what waits is sent before, nothing after.
  void finish(std::string_view last);

  // For a protocol engine that writes by itself: its bytes skip the budget (it is held back by what it gets
  // told of the backlog) and go out before frames that wait for `at_border`.
  void write(std::string_view bytes);
  // Between frames, others may be inserted; inside one, or inside a fragmented message, they wait.
  void border(bool at_border);
  // Nothing more is accepted; what waits is sent.
  void seal() noexcept;

  // Calls drained() once, when at most `bytes` wait; the latest call counts.
  void watch(std::size_t bytes);
  // What waits now is kept by drop_unsent().
  void protect();
  // Drops what has not begun to be sent: of the bytes under way the part up to `border` remains. Ends an
  // overflow.
  using Border = std::size_t (*)(std::string_view bytes, std::size_t sent) noexcept;
  void drop_unsent(Border border);
  // Drops everything and closes the socket.
  void abort() noexcept;

  std::size_t backlog() const noexcept { return size_ + (parked_ ? parked_->size() : 0); }
  bool accepts() const noexcept { return !sealed_ && !ending_ && !dead_ && !overflow_; }
  bool dead() const noexcept { return dead_; }
  bool at_border() const noexcept { return at_border_; }
  // Since when the kernel has taken nothing although something waits; nothing if it does.
  std::optional<SteadyTime> stalled_since() const noexcept;

 private:
  friend class Corks::State;
  friend class Corks;
  struct Queue;
  enum Event : std::uint8_t { kDrained = 1, kOverflowed = 2, kBroken = 4 };
  static constexpr std::int32_t kNotDirty = -1;
  static constexpr std::size_t kNoWatch = static_cast<std::size_t>(-1);

  bool admit();
  Queue& queue();
  bool flush_single();
  void append(std::string_view bytes);
  void appended();
  void unpark();
  void flush();
  void consume(std::size_t bytes);
  void check_watch();
  void wait();
  void drop_all() noexcept;
  void fail();
  void raise(std::uint8_t events);
  void attend();

  boost::intrusive_ptr<Corks::State> corks_;
  Owner& owner_;
  std::uint64_t& bytes_out_;
  // While a part of one shared frame is all that waits, as in a broadcast, it needs no queue.
  Frame single_;
  std::uint32_t single_begin_ = 0, single_end_ = 0;
  std::unique_ptr<Queue> queue_;         // what waits otherwise; none while nothing does
  std::unique_ptr<std::string> parked_;  // frames that wait for a border
  std::size_t size_ = 0;                 // bytes in both
  std::size_t budget_;
  std::size_t watch_ = kNoWatch;
  SteadyTime progress_{};
  Socket socket_;
  std::int32_t dirty_ = kNotDirty;  // place in the state's list
  std::uint8_t events_ = 0;
  bool at_border_ = true;
  bool sealed_ = false;  // the last byte is in
  bool ending_ = false;  // the last byte waits for a border
  bool listed_ = false;  // for attend()
  bool overflow_ = false;
  bool waiting_ = false;  // for the kernel to take more
  bool dead_ = false;
};

}  // namespace parley::net
