#include "rooms.hpp"

#include <utility>

namespace parley::chat {

Rooms::Rooms(Scheduler& scheduler, Metrics& metrics, std::int64_t max_rooms)
    : scheduler_(scheduler),
      messages_(metrics.counter("chat_messages_total", "Messages that came into a room's log.")),
      rooms_gauge_(metrics.gauge("chat_rooms", "Rooms that have a log.")),
      followers_(metrics.gauge("chat_followers", "Followers of rooms.")),
      max_rooms_(max_rooms) {}

Room& Rooms::restore(const std::string& name) {
  Room& room = open(name);
  if (room.stored) return room;
  if (room.writers == 0) ++counted_;
  room.stored = true;
  rooms_gauge_.add(1);
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

bool Rooms::begin_write(Room& room) {
  if (!room.stored && room.writers == 0) {
    if (counted_ >= max_rooms_) return false;
    ++counted_;
  }
  ++room.writers;
  return true;
}

void Rooms::end_write(Room& room, bool stored) {
  --room.writers;
  if (room.stored) return;
  if (stored) {
    room.stored = true;
    rooms_gauge_.add(1);
  } else if (room.writers == 0) {
    --counted_;
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

void Rooms::close() {
  // What is woken gives up its room, which may then be forgotten.
  std::vector<std::string> names;
  for (auto& [name, room] : rooms_)
    if (room->followers.size() > 0) names.push_back(name);
  for (auto& name : names)
    if (Room* room = find(name)) room->followers.close();
}

}  // namespace parley::chat
