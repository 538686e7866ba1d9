// Who is in a room, and what each of them has still to be told of the others. Loop thread only.
#pragma once

#include <parley/chat/chat.hpp>
#include <parley/follow.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace parley::chat {

class Attendance;

// The events that wait for one who attends: bounded, and only what still matters when it is told.
class PendingEvents {
 public:
  void add(const RoomEvent& event);
  // The next; an event of type `here` without its list when there were too many to tell one by one.
  std::optional<RoomEvent> take();

 private:
  std::vector<RoomEvent> events_;
  bool anew_ = true;  // who is here comes first
};

// One attend() of a user. Outlived by its room.
class Attendee {
 public:
  Attendee(std::shared_ptr<Attendance> attendance, std::string user, const CallContext& context,
           Scheduler& scheduler);
  Attendee(const Attendee&) = delete;
  Attendee& operator=(const Attendee&) = delete;
  ~Attendee();

  // What is next to be told; nothing while nothing is.
  std::optional<RoomEvent> next();
  Task<void> wait() { return place_.wait(); }
  Result<void> may_go_on() const { return place_.may_go_on(); }

 private:
  friend class Attendance;
  const std::shared_ptr<Attendance> attendance_;
  const std::string user_;
  const Clock& clock_;
  PendingEvents pending_;
  Follower place_;
};

// Of one room. Shared by its attendees and by what was posted to wake them.
class Attendance : public std::enable_shared_from_this<Attendance> {
 public:
  Attendance(std::string room, Scheduler& scheduler) : room_(std::move(room)), scheduler_(scheduler) {}

  const std::string& room() const noexcept { return room_; }
  std::size_t users() const noexcept { return users_.size(); }
  std::size_t attendees() const noexcept { return attendees_.size(); }
  // The first `limit` names.
  std::vector<std::string> names(std::size_t limit) const;
  // Tells everyone but that user, in a later turn of the loop, so that what happens at once is told at once.
  void tell(RoomEventType type, const std::string& user, Timestamp now);
  // Ends every attend(), inline.
  void close() { places_.close(); }

 private:
  friend class Attendee;

  const std::string room_;
  Scheduler& scheduler_;
  std::map<std::string, std::size_t> users_;  // with how many calls each is here
  std::set<Attendee*> attendees_;
  Followers places_;
  bool waking_ = false;
};

}  // namespace parley::chat
