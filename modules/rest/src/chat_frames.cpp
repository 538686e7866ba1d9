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
