#include "attendance.hpp"

#include "limits.hpp"

#include <algorithm>

namespace parley::chat {

void PendingEvents::add(const RoomEvent& event) {
  if (anew_) {
    // The list is made when it is told; only who types is not in it, and that may be missed.
    return;
  }
  const auto waiting = [&](RoomEventType type) {
    return std::find_if(events_.begin(), events_.end(),
                        [&](const RoomEvent& e) { return e.type == type && e.user == event.user; });
  };
  const auto typed = waiting(RoomEventType::typing);
  if (event.type == RoomEventType::typing) {
    if (typed != events_.end()) return;
  } else {
    if (typed != events_.end()) events_.erase(typed);
    const auto opposite =
        waiting(event.type == RoomEventType::join ? RoomEventType::leave : RoomEventType::join);
    if (opposite != events_.end()) {
      events_.erase(opposite);
      return;
    }
  }
  if (events_.size() < max_events) {
    events_.push_back(event);
    return;
  }
  if (event.type == RoomEventType::typing) return;
  events_.clear();
  anew_ = true;
}

std::optional<RoomEvent> PendingEvents::take() {
  if (std::exchange(anew_, false)) return RoomEvent{};
  if (events_.empty()) return std::nullopt;
  RoomEvent event = std::move(events_.front());
  events_.erase(events_.begin());
  return event;
}

Attendee::Attendee(std::shared_ptr<Attendance> attendance, std::string user, const CallContext& context,
                   Scheduler& scheduler)
    : attendance_(std::move(attendance)),
      user_(std::move(user)),
      clock_(*context.clock),
      place_(attendance_->places_, context, scheduler) {
  if (++attendance_->users_[user_] == 1) attendance_->tell(RoomEventType::join, user_, clock_.now());
  attendance_->attendees_.insert(this);
}

Attendee::~Attendee() {
  attendance_->attendees_.erase(this);
  const auto user = attendance_->users_.find(user_);
  if (--user->second > 0) return;
  attendance_->users_.erase(user);
  attendance_->tell(RoomEventType::leave, user_, clock_.now());
}

std::optional<RoomEvent> Attendee::next() {
  auto event = pending_.take();
  if (event && event->type == RoomEventType::here) {
    event->room = attendance_->room();
    event->timestamp = clock_.now();
    event->users = attendance_->names(max_here);
    event->total = static_cast<std::int64_t>(attendance_->users());
  }
  return event;
}

std::vector<std::string> Attendance::names(std::size_t limit) const {
  std::vector<std::string> names;
  names.reserve(std::min(limit, users_.size()));
  for (auto& [name, calls] : users_) {
    if (names.size() == limit) break;
    names.push_back(name);
  }
  return names;
}

void Attendance::tell(RoomEventType type, const std::string& user, Timestamp now) {
  if (attendees_.empty()) return;
  RoomEvent event;
  event.type = type;
  event.room = room_;
  event.user = user;
  event.timestamp = now;
  for (Attendee* attendee : attendees_)
    if (attendee->user_ != user) attendee->pending_.add(event);
  if (std::exchange(waking_, true)) return;
  scheduler_.post([weak = weak_from_this()] {
    if (const auto self = weak.lock()) {
      self->waking_ = false;
      self->places_.wake();
    }
  });
}

}  // namespace parley::chat
