// The rooms as this edge sees them: one cursor into each active room, whoever listens.
//
// A hub follows its room through the port, encodes each message once per kind of client and gives it to
// fan-outs. A client without a position joins the fan-out at once. One with a position first follows the log
// by a cursor of its own, at the pace at which it takes what it is sent, and joins the fan-out at the very
// message at which its cursor and the hub's meet: nothing is lost or repeated, and nothing is queued.
//
// A hub that has not yet seen a message does not know its own position; clients that catch up then stay on
// their own cursors until the room's next message, where all meet.
#pragma once

#include "room_follower.hpp"

#include <parley/net/loop.hpp>
#include <parley/net/peer.hpp>

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace parley::rest {

enum class Audience : std::uint8_t { chat, lab, events };  // the first two take WebSocket frames
inline constexpr std::size_t audiences = 3;

class CatchUp;
class Rooms;

// Loop thread only.
class RoomHub final : public RoomFollower {
 public:
  RoomHub(Rooms& rooms, const Environment& environment, net::Loop& loop, std::string room);
  ~RoomHub() override;

  // A frame that stands in no log, to everyone of one audience that is not catching up.
  void announce(Audience audience, const net::Frame& frame);
  std::size_t members() const noexcept { return members_; }
  std::size_t catching_up() const noexcept { return catching_up_.size(); }

 private:
  friend class CatchUp;
  friend class Membership;
  friend class Rooms;

  Task<bool> take(const chat::RoomUpdate& update) override;
  void publish(const chat::Message& message);
  void meet();  // lets those join whose cursor is where the hub's is
  net::Fanout& fanout(Audience audience) noexcept { return *fanouts_[static_cast<std::size_t>(audience)]; }
  void entered();
  void left();

  Rooms& rooms_;
  std::array<std::unique_ptr<net::Fanout>, audiences> fanouts_;
  std::vector<CatchUp*> catching_up_;
  std::string buffer_;
  std::size_t members_ = 0;
  Scheduler::Timer linger_;  // runs while there are no members
};

// A client's place in a room, given back by leave() or the destructor, whichever is first: while the peer
// still exists.
class Membership {
 public:
  explicit Membership(std::shared_ptr<RoomHub> hub) noexcept : hub_(std::move(hub)) {}
  Membership(const Membership&) = delete;
  Membership& operator=(const Membership&) = delete;
  ~Membership() { leave(); }

  // Once. With `after`: everything behind that position first. `peer` stays valid until leave().
  void enter(net::Peer& peer, Audience audience, std::optional<std::int64_t> after);
  void leave() noexcept;
  RoomHub& hub() const noexcept { return *hub_; }

 private:
  std::shared_ptr<RoomHub> hub_;
  net::Peer* peer_ = nullptr;  // null: not entered
  std::weak_ptr<CatchUp> catch_up_;
  Audience audience_ = Audience::chat;
};

// The hubs by room. Loop thread only; what it is given outlives it.
class Rooms {
 public:
  Rooms(net::Loop& loop, Scheduler& scheduler, const Clock& clock, chat::ChatService& chat);
  ~Rooms();

  // The room's hub, new if nobody is there. Kept for a while after its last member has left, so that a room
  // does not start anew with every reconnection.
  std::shared_ptr<RoomHub> hub(const std::string& room);
  std::size_t size() const noexcept { return hubs_.size(); }
  // Ends all following; completes when it has ended.
  Task<void> stop();

 private:
  friend class RoomHub;
  friend class Membership;

  void abandoned(RoomHub& hub);
  void remove(RoomHub& hub);
  void start(std::shared_ptr<RoomFollower> follower);

  net::Loop& loop_;
  RoomFollower::Environment environment_;
  std::unordered_map<std::string, std::shared_ptr<RoomHub>> hubs_;
  std::size_t lingering_ = 0;
  std::unordered_map<RoomFollower*, std::shared_ptr<RoomFollower>> running_;
  TaskGroup tasks_;
  bool stopped_ = false;
};

}  // namespace parley::rest
