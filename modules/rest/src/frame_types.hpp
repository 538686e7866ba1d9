// What the server itself says on the chat's sockets and streams. The bytes and the payload schemas of
// /asyncapi.json come from these tables.
#pragma once

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
  std::string room;
  std::int64_t from = 0, to = 0;
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
const TypeInfo& describe<rest::ErrorFrame>();
template <>
const TypeInfo& describe<rest::StreamEnd>();
}  // namespace parley
