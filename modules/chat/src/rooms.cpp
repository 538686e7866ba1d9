#include "rooms.hpp"

#include "limits.hpp"

#include <utility>

namespace parley::chat {

Rooms::Rooms(Scheduler& scheduler, Metrics& metrics, const Limits& limits)
    : scheduler_(scheduler),
      messages_(metrics.counter("chat_messages_total", "Messages that came into a room's log.")),
      followers_(metrics.gauge("chat_followers", "Followers of rooms.")),
      present_(metrics.gauge("chat_present", "Users in rooms, each as often as it is connected.")),
      kinds_{Kind{metrics.gauge("chat_rooms", "Rooms that have a log."), limits.rooms, "rooms"},
             Kind{metrics.gauge("chat_inboxes", "Users that have an inbox."), limits.inboxes, "inboxes"}} {}

Room& Rooms::restore(const std::string& name) {
  Room& room = open(name);
  if (room.stored) return room;
  if (room.writers++ == 0) ++kind(room).counted;
  end_write(room, true);
  return room;
}

Room& Rooms::open(const std::string& name) {
  auto& room = rooms_[name];
  if (!room) room = std::make_unique<Room>(name, budget_);
  return *room;
}

Room* Rooms::find(std::string_view name) noexcept {
  auto found = rooms_.find(std::string(name));
  return found == rooms_.end() ? nullptr : found->second.get();
}

void Rooms::release(Room& room) {
  if (!room.stored && room.users == 0) rooms_.erase(std::string(room.name));
}

Result<void> Rooms::begin_write(Room& room) {
  if (!room.stored && room.writers == 0) {
    auto& of_kind = kind(room);
    if (of_kind.counted >= of_kind.limit)
      return fail(Code::resource_exhausted, "there are " + std::to_string(of_kind.limit) + ' ' +
                                                of_kind.name + " already, which is the limit");
    ++of_kind.counted;
  }
  ++room.writers;
  return {};
}

void Rooms::end_write(Room& room, bool stored) {
  --room.writers;
  if (room.stored) return;
  if (stored) {
    room.stored = true;
    ++kind(room).stored;
    kind(room).gauge.add(1);
  } else if (room.writers == 0) {
    --kind(room).counted;
  }
}

void Rooms::publish(Room& room, Message message) {
  messages_.add();
  if (message.seq <= room.last) return;
  room.last = message.seq;
  if (room.first == 0) room.first = message.seq;
  if (room.followers.size() == 0) return;
  room.tail.append(std::move(message));
  if (std::exchange(room.marked, true)) return;
  marked_.push_back(&room);
  if (marked_.size() > 1) return;  // a flush is on its way
  scheduler_.post([this, alive = std::weak_ptr(alive_)] {
    if (!alive.expired()) flush();
  });
}

void Rooms::flush() {
  for (Room* room : std::exchange(marked_, {})) {
    room->marked = false;
    room->followers.wake();
  }
}

void Rooms::left(Room& room) noexcept {
  followers_.add(-1);
  if (room.followers.size() == 0) room.tail.clear();
}

Result<std::shared_ptr<Attendance>> Rooms::attend(Room& room) {
  if (!room.attendance) room.attendance = std::make_shared<Attendance>(room.name, scheduler_);
  if (room.attendance->attendees() >= max_attendees)
    return fail(Code::resource_exhausted,
                std::to_string(max_attendees) + " connections are in this room already, which is the limit");
  present_.add(1);
  return room.attendance;
}

void Rooms::gone(Room& room) noexcept {
  present_.add(-1);
  if (room.attendance->attendees() == 0) room.attendance.reset();
}

void Rooms::close() {
  // What is woken gives up its room, which may then be forgotten.
  std::vector<std::string> names;
  for (auto& [name, room] : rooms_)
    if (room->followers.size() > 0 || room->attendance) names.push_back(name);
  for (auto& name : names) {
    if (Room* room = find(name)) room->followers.close();
    if (Room* room = find(name))
      if (const auto attendance = room->attendance) attendance->close();
  }
}

}  // namespace parley::chat
