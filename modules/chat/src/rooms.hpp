// The rooms and inboxes in memory: how far each log goes, who follows it, and its newest messages. Loop
// thread only.
#pragma once

#include "attendance.hpp"
#include "tail.hpp"

#include <parley/chat/inbox.hpp>
#include <parley/follow.hpp>
#include <parley/metrics.hpp>
#include <parley/time.hpp>

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace parley::chat {

// An inbox is a room that only direct messages are put into.
struct Room {
  Room(std::string n, TailBudget& budget) : name(std::move(n)), tail(budget) {}

  const std::string name;
  std::int64_t first = 0, last = 0;  // positions of the log; 0: empty
  std::int64_t delayed = 0;          // messages that wait for their delay, or are being stored to wait
  bool stored = false;               // it is in the database, and stays
  bool marked = false;               // its followers are woken at the next flush
  std::size_t writers = 0;           // posts that may bring it into being
  std::size_t users = 0;             // RoomUse that exist
  Tail tail;                         // kept while somebody follows
  Followers followers;
  std::shared_ptr<Attendance> attendance;  // null while nobody is here
};

class Rooms {
 public:
  struct Limits {
    std::int64_t rooms, inboxes;
  };
  Rooms(Scheduler& scheduler, Metrics& metrics, const Limits& limits);

  // Makes a room known that the database has.
  Room& restore(const std::string& name);
  // One that does not exist yet lives while it is used.
  Room& open(const std::string& name);
  // Nothing for one that is not known.
  Room* find(std::string_view name) noexcept;
  // After the last use: forgets a room that never got a message.
  void release(Room& room);

  // Before and after a write that may bring the room into being. resource_exhausted: there would be too many.
  Result<void> begin_write(Room& room);
  void end_write(Room& room, bool stored);
  // Of those that are in the database, without inboxes.
  std::int64_t stored() const noexcept { return kinds_[0].stored; }

  // Takes a message that is in the log, and wakes the followers in a later turn of the loop, so that what
  // was committed together reaches them together. Out of order or twice does no harm: followers go by
  // position, and read from the log what the tail has not.
  void publish(Room& room, Message message);

  // Follow()s that begin and end. A room keeps its tail while it has any.
  void joined() noexcept { followers_.add(1); }
  void left(Room& room) noexcept;
  // Users that attend. resource_exhausted: there would be too many in the room.
  Result<std::shared_ptr<Attendance>> attend(Room& room);
  void gone(Room& room) noexcept;
  // Ends every follower of every room, and who attends it, inline.
  void close();

  const std::unordered_map<std::string, std::unique_ptr<Room>>& all() const noexcept { return rooms_; }

 private:
  struct Kind {
    Gauge& gauge;
    const std::int64_t limit;
    const char* name;
    std::int64_t counted = 0;  // stored, or about to be
    std::int64_t stored = 0;
  };
  Kind& kind(const Room& room) noexcept { return kinds_[is_inbox(room.name) ? 1 : 0]; }
  void flush();

  Scheduler& scheduler_;
  Counter& messages_;
  Gauge& followers_;
  Gauge& present_;
  std::array<Kind, 2> kinds_;  // rooms, inboxes
  TailBudget budget_;
  std::unordered_map<std::string, std::unique_ptr<Room>> rooms_;
  std::vector<Room*> marked_;                                    // stored ones, which are never removed
  std::shared_ptr<const int> alive_ = std::make_shared<int>(0);  // guards what was posted
};

// Keeps a room for as long as a call works with it. Not longer than the Rooms.
class RoomUse {
 public:
  RoomUse(Rooms& rooms, const std::string& name) : rooms_(rooms), room_(rooms.open(name)) { ++room_.users; }
  RoomUse(const RoomUse&) = delete;
  RoomUse& operator=(const RoomUse&) = delete;
  ~RoomUse() {
    --room_.users;
    rooms_.release(room_);
  }
  Room& operator*() const noexcept { return room_; }
  Room* operator->() const noexcept { return &room_; }

 private:
  Rooms& rooms_;
  Room& room_;
};

}  // namespace parley::chat
