// Rooms as they are listed, and who is in them.
#include "checks.hpp"
#include "limits.hpp"
#include "service.hpp"

#include <parley/validate.hpp>

namespace parley::chat {
namespace {

// An attend() in its room: keeps both for as long as it runs.
class RoomAttendance {
 public:
  RoomAttendance(Rooms& rooms, RoomUse& room, std::shared_ptr<Attendance> attendance, std::string user,
                 const CallContext& context, Scheduler& scheduler)
      : counted_{rooms, *room}, attendee_(std::move(attendance), std::move(user), context, scheduler) {}

  Attendee* operator->() noexcept { return &attendee_; }

 private:
  struct Counted {
    Counted(Rooms& r, Room& counted) : rooms(r), room(counted) {}
    ~Counted() { rooms.gone(room); }
    Rooms& rooms;
    Room& room;
  };
  Counted counted_;
  Attendee attendee_;
};

}  // namespace

std::int64_t Service::present_in(const std::string& room) noexcept {
  const Room* known = rooms_.find(room);
  return known && known->attendance ? static_cast<std::int64_t>(known->attendance->users()) : 0;
}

Task<Result<RoomPage>> Service::list_rooms(CallContext context, ListRooms request) {
  if (stopped_) co_return stopping();
  if (auto fine = conform(request); !fine) co_return std::unexpected(std::move(fine.error()));
  auto page = co_await store_.rooms(std::move(context), std::move(request.after), request.limit);
  if (!page) co_return page;
  page->total = rooms_.stored();
  for (RoomInfo& room : page->rooms) room.present = present_in(room.name);
  co_return page;
}

Task<Result<RoomInfo>> Service::get_room(CallContext context, GetRoom request) {
  if (stopped_) co_return stopping();
  if (auto fine = conform(request); !fine) co_return std::unexpected(std::move(fine.error()));
  auto found = co_await store_.room(std::move(context), request.room);
  if (!found) co_return std::unexpected(std::move(found.error()));
  if (!*found)
    co_return fail(Code::not_found, "there is no room " + request.room +
                                        "; it comes into being with its first message or with PUT");
  RoomInfo room = std::move(**found);
  room.present = present_in(room.name);
  co_return room;
}

Task<Result<RoomInfo>> Service::put_room(CallContext context, PutRoom request) {
  if (stopped_) co_return stopping();
  auto fine = conform(request);
  if (fine) fine = refuse_nul("title", request.title);
  if (fine) fine = refuse_nul("topic", request.topic);
  if (!fine) co_return std::unexpected(std::move(fine.error()));
  RoomUse use(rooms_, request.room);
  if (auto room_for_it = rooms_.begin_write(*use); !room_for_it)
    co_return std::unexpected(std::move(room_for_it.error()));
  const Timestamp now = context.now();
  auto stored = co_await store_.put_room(std::move(context), std::move(request), now);
  rooms_.end_write(*use, stored.has_value());
  if (stored) stored->present = present_in(stored->name);
  co_return stored;
}

Task<Result<Presence>> Service::presence(CallContext, GetPresence request) {
  if (stopped_) co_return stopping();
  if (auto fine = conform(request); !fine) co_return std::unexpected(std::move(fine.error()));
  Presence answer;
  if (const Room* room = rooms_.find(request.room); room && room->attendance) {
    answer.users = room->attendance->names(max_presence);
    answer.total = static_cast<std::int64_t>(room->attendance->users());
  }
  answer.room = std::move(request.room);
  co_return answer;
}

Task<Result<void>> Service::attend(CallContext context, AttendRoom request, Sink<RoomEvent> sink) {
  if (stopped_) co_return stopping();
  auto fine = conform(request);
  if (fine) fine = refuse_nul("user", request.user);
  if (!fine) co_return fine;

  RoomUse room(rooms_, request.room);
  auto attendance = rooms_.attend(*room);
  if (!attendance) co_return std::unexpected(std::move(attendance.error()));
  RoomAttendance attendee(rooms_, room, std::move(*attendance), std::move(request.user), context, scheduler_);
  for (;;) {
    if (auto go_on = attendee->may_go_on(); !go_on) co_return go_on;
    const auto event = attendee->next();
    if (!event) {
      auto waiting = attendee->wait();
      co_await std::move(waiting);
      continue;
    }
    auto sending = sink.send(*event);
    const bool taken = co_await std::move(sending);
    if (!taken) co_return fail(Code::cancelled, "the receiver has gone");
  }
}

Task<Result<void>> Service::typing(CallContext context, Typing request) {
  if (stopped_) co_return stopping();
  auto fine = conform(request);
  if (fine) fine = refuse_nul("user", request.user);
  if (!fine) co_return fine;
  const Room* room = rooms_.find(request.room);
  if (room && room->attendance && senders_.may_type(request.user, context.clock->steady()))
    room->attendance->tell(RoomEventType::typing, request.user, context.now());
  co_return Result<void>{};
}

}  // namespace parley::chat
