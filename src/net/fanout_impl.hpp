// The inside of a Fanout, and the connection's end of its membership.
#pragma once

#include "outbox.hpp"

#include <parley/net/peer.hpp>

#include <boost/smart_ptr/intrusive_ptr.hpp>

#include <vector>

namespace parley::net {

// What a peer of this room has beside its interface: its outbox and its membership.
class Receiver {
 public:
  explicit Receiver(Outbox& outbox) noexcept : outbox_(outbox) {}
  Receiver(const Receiver&) = delete;
  Receiver& operator=(const Receiver&) = delete;

 protected:
  ~Receiver() = default;
  // Before a frame of its own, so that it arrives after what was published earlier in this turn.
  void catch_up();
  void leave(Peer& self);
  void member_of(Fanout* fanout, std::uint32_t index) noexcept {
    fanout_ = fanout;
    index_ = index;
  }

 private:
  friend class Fanout;
  friend struct Fanout::Impl;
  Outbox& outbox_;
  Fanout* fanout_ = nullptr;
  std::uint32_t index_ = 0;
};

struct Fanout::Impl {
  struct Member {
    Peer* peer;
    Receiver* receiver;  // null: a peer of another make, sent to at once
    std::size_t from;    // what it gets of `batch`
  };
  Impl(Fanout& fanout, Corks::State& state) : self(fanout), corks(&state) {}

  void publish(const Frame& frame);
  void catch_up(Member& member);
  // Hands the batch to every member's outbox.
  void deliver();
  std::size_t index_of(Peer& peer) const noexcept;

  // Past this a batch goes to the outboxes at once: it bounds what a turn gathers, and leaves large frames
  // uncopied.
  static constexpr std::size_t kMaxBatch = 256 << 10;

  Fanout& self;
  boost::intrusive_ptr<Corks::State> corks;
  std::vector<Member> members;
  Frame batch;           // of this turn; empty between
  bool gathers = false;  // `batch` is our own buffer, not the one frame published so far
  bool marked = false;
};

}  // namespace parley::net
