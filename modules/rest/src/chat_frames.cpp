#include "chat_frames.hpp"

#include "frame_types.hpp"

#include <parley/codec/json.hpp>

namespace parley::rest {

std::string system_frame(std::string_view type, std::string_view content, Timestamp now) {
  return codec::to_json(
      SystemFrame{.type = std::string(type), .content = std::string(content), .timestamp = now});
}

std::string stream_end(std::string_view why) {
  return codec::to_json(StreamEnd{.message = std::string(why)});
}

std::string gap_frame(std::string_view entries, std::string_view room, const LogGap& gap, Timestamp now) {
  GapFrame frame{.content = std::string(entries) + ' ' + std::to_string(gap.from) + " to " +
                            std::to_string(gap.to) + " are no longer kept",
                 .from = gap.from,
                 .to = gap.to,
                 .timestamp = now};
  if (!room.empty()) frame.room = room;
  return codec::to_json(frame);
}

std::string room_event_frame(const chat::RoomEvent& event) {
  using enum chat::RoomEventType;
  if (event.type == typing)
    return codec::to_json(TypingFrame{.room = event.room, .user = event.user, .timestamp = event.timestamp});
  PresenceFrame frame;
  frame.event = event.type;
  frame.room = event.room;
  frame.timestamp = event.timestamp;
  if (event.type == here) {
    frame.users = event.users;
    frame.total = event.total;
  } else {
    frame.user = event.user;
    frame.content = event.user + (event.type == join ? " is here" : " has gone");
  }
  return codec::to_json(frame);
}

std::string delivered_frame(std::string_view id, std::string_view to, std::int64_t seq, Timestamp now) {
  return codec::to_json(
      DeliveredFrame{.id = std::string(id), .to = std::string(to), .seq = seq, .timestamp = now});
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
