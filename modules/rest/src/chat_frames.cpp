#include "chat_frames.hpp"

#include <parley/codec/json.hpp>

namespace parley::rest {
namespace {

std::string begin(std::string_view type) {
  std::string out = R"({"type":")";
  out += type;
  out += '"';
  return out;
}

void member(std::string_view key, std::string_view value, std::string& out) {
  out += ",\"";
  out += key;
  out += "\":";
  codec::append_json_string(value, out);
}

std::string end(std::string out, Timestamp now, std::string_view user = "system") {
  member("user", user, out);
  out += R"(,"timestamp":")";
  append_rfc3339(now, out);
  out += "\"}";
  return out;
}

}  // namespace

std::string system_frame(std::string_view type, std::string_view content, Timestamp now) {
  auto out = begin(type);
  member("content", content, out);
  return end(std::move(out), now);
}

std::string gap_frame(std::string_view entries, std::string_view room, const LogGap& gap, Timestamp now) {
  const auto from = std::to_string(gap.from), to = std::to_string(gap.to);
  auto out = begin("gap");
  member("content", std::string(entries) + ' ' + from + " to " + to + " are no longer kept", out);
  if (!room.empty()) member("room", room, out);
  out += ",\"from\":" + from + ",\"to\":" + to;
  return end(std::move(out), now);
}

std::string room_event_frame(const chat::RoomEvent& event) {
  using enum chat::RoomEventType;
  if (event.type == typing) {
    auto out = begin("typing");
    member("content", "", out);
    member("room", event.room, out);
    return end(std::move(out), event.timestamp, event.user);
  }
  auto out = begin("presence");
  if (event.type == here) {
    member("event", "here", out);
    member("content", "", out);
    member("room", event.room, out);
    out += R"(,"users":[)";
    for (auto& user : event.users) {
      if (&user != &event.users.front()) out += ',';
      codec::append_json_string(user, out);
    }
    out += ']';
    out += ",\"total\":" + std::to_string(event.total.value_or(0));
    return end(std::move(out), event.timestamp);
  }
  const bool joins = event.type == join;
  member("event", joins ? "join" : "leave", out);
  member("content", event.user + (joins ? " is here" : " has gone"), out);
  member("room", event.room, out);
  return end(std::move(out), event.timestamp, event.user);
}

std::string delivered_frame(std::string_view id, std::string_view to, std::int64_t seq, Timestamp now) {
  auto out = begin("delivered");
  member("content", "", out);
  member("id", id, out);
  member("to", to, out);
  out += ",\"seq\":" + std::to_string(seq);
  return end(std::move(out), now);
}

std::string error_frame(const Error& error, Timestamp now) {
  auto out = begin("error");
  member("code", info(error.code).name, out);
  member("content", error.message, out);
  if (!error.fields.empty()) {
    out += R"(,"errors":[)";
    for (auto& problem : error.fields) {
      if (&problem != &error.fields.front()) out += ',';
      out += R"({"field":)";
      codec::append_json_string(problem.field, out);
      out += R"(,"message":)";
      codec::append_json_string(problem.problem, out);
      out += '}';
    }
    out += ']';
  }
  if (error.retry_after.count() > 0)
    out += ",\"retry_after\":" +
           std::to_string(std::chrono::ceil<std::chrono::seconds>(error.retry_after).count());
  return end(std::move(out), now);
}

}  // namespace parley::rest
