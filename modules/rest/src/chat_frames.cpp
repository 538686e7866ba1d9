#include "chat_frames.hpp"

#include "frame_types.hpp"

#include <parley/codec/json.hpp>

namespace parley::rest {

std::string system_frame(std::string_view type, std::string_view content, Timestamp now) {
  return codec::to_json(
      SystemFrame{.type = std::string(type), .content = std::string(content), .timestamp = now});
}

std::string gap_frame(std::string_view room, const LogGap& gap, Timestamp now) {
  return codec::to_json(GapFrame{.content = "messages " + std::to_string(gap.from) + " to " +
                                            std::to_string(gap.to) + " are no longer kept",
                                 .room = std::string(room),
                                 .from = gap.from,
                                 .to = gap.to,
                                 .timestamp = now});
}

std::string room_event_frame(const chat::RoomEvent& event) {
  using enum chat::RoomEventType;
  if (event.type == typing) {
    TypingFrame frame;
    frame.room = event.room;
    frame.user = event.user;
    frame.timestamp = event.timestamp;
    return codec::to_json(frame);
  }
  PresenceFrame frame;
  frame.room = event.room;
  frame.timestamp = event.timestamp;
  if (event.type == here) {
    frame.event = "here";
    frame.users = event.users;
    frame.total = event.total.value_or(0);
  } else {
    frame.event = event.type == join ? "join" : "leave";
    frame.content = event.user + (event.type == join ? " is here" : " has gone");
    frame.user = event.user;
  }
  return codec::to_json(frame);
}

std::string delivered_frame(std::string_view id, std::string_view to, std::int64_t seq, Timestamp now) {
  DeliveredFrame frame;
  frame.id = id;
  frame.to = to;
  frame.seq = seq;
  frame.timestamp = now;
  return codec::to_json(frame);
}

std::string error_frame(const Error& error, Timestamp now) {
  ErrorFrame frame;
  frame.code = info(error.code).name;
  frame.content = error.message;
  frame.timestamp = now;
  if (!error.fields.empty()) frame.errors = error.fields;
  if (error.retry_after.count() > 0)
    frame.retry_after = std::chrono::ceil<std::chrono::seconds>(error.retry_after).count();
  return codec::to_json(frame);
}

}  // namespace parley::rest
