// What the server itself says on the chat's sockets and streams. The bytes and the payload schemas of
// /asyncapi.json come from these tables.
#pragma once

#include <parley/chat/chat.hpp>
#include <parley/describe.hpp>
#include <parley/result.hpp>

#include <optional>
#include <string>
#include <vector>

namespace parley::rest {

// A greeting, a notification, a pong.
struct SystemFrame {
  std::string type;
  std::string content;
  std::string user = "system";
  Timestamp timestamp;
};

// Messages that this client asked for and will not get.
struct GapFrame {
  std::string type = "gap";
  std::string content;
  std::optional<std::string> room = {};  // of the chat
  std::int64_t from = 0, to = 0;
  std::string user = "system";
  Timestamp timestamp;
};

// Who is in the room, and who comes and goes.
struct PresenceFrame {
  std::string type = "presence";
  chat::RoomEventType event = chat::RoomEventType::here;  // typing is a frame of its own
  std::string content;
  std::string room;
  std::optional<std::vector<std::string>> users;  // of `here`, 200 at most
  std::optional<std::int64_t> total;
  std::string user = "system";  // who comes or goes
  Timestamp timestamp;
};

struct TypingFrame {
  std::string type = "typing";
  std::string content = {};
  std::string room;
  std::string user;
  Timestamp timestamp;
};

// A direct message of this client has been handed to a socket of its recipient.
struct DeliveredFrame {
  std::string type = "delivered";
  std::string content = {};
  std::string id;
  std::string to;
  std::int64_t seq = 0;  // in the recipient's inbox
  std::string user = "system";
  Timestamp timestamp;
};

struct ErrorFrame {
  std::string type = "error";
  std::string code;
  std::string content;
  std::optional<std::vector<FieldProblem>> errors;
  std::optional<std::int64_t> retry_after;  // seconds
  std::string user = "system";
  Timestamp timestamp;
};

// The data of the last event of a stream that the server ends.
struct StreamEnd {
  std::string code = "unavailable";
  std::string message;
};

}  // namespace parley::rest

namespace parley {
template <>
const TypeInfo& describe<rest::SystemFrame>();
template <>
const TypeInfo& describe<rest::GapFrame>();
template <>
const TypeInfo& describe<rest::PresenceFrame>();
template <>
const TypeInfo& describe<rest::TypingFrame>();
template <>
const TypeInfo& describe<rest::DeliveredFrame>();
template <>
const TypeInfo& describe<rest::ErrorFrame>();
template <>
const TypeInfo& describe<rest::StreamEnd>();
}  // namespace parley
