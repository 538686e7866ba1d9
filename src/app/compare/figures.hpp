// What `parley compare` and GET /api/compare tell: one operation over several protocols, in bytes and time.
#pragma once

#include <parley/describe.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace parley::app::compare {

// What bytes on a connection are for.
enum class Part : std::int32_t {
  payload = 0,     // the message itself: JSON, or protobuf
  headers = 1,     // of this call: the head of HTTP/1.1, a header block of HTTP/2
  framing = 2,     // what cuts the rest into pieces: headers of frames, gRPC's prefix, chunk sizes
  connection = 3,  // of the connection rather than of a call: WebSocket's handshake, HTTP/2's settings
};

// Bytes one after another, and what they say.
struct Piece {
  Part part = Part::payload;
  std::int32_t depth = 0;  // within the pieces before
  std::int64_t size = 0;
  std::string hex;  // of the first of them, as they are on the wire
  std::string text;
};

// Bytes that a socket took or gave. The four parts add up to the total.
struct Bytes {
  std::int64_t payload = 0, headers = 0, framing = 0, connection = 0, total = 0;
};

// One call.
struct Exchange {
  Bytes sent, received;
};

// Of later calls, one in flight; microseconds.
struct Latency {
  std::int32_t calls = 0;
  std::int64_t p50 = 0, p90 = 0, p99 = 0;
};

// A call on the wire.
struct Shown {
  std::vector<Piece> sent, received;
  std::int64_t left_out = 0;  // pieces beyond the limit
};

// One operation over one protocol.
struct Measured {
  std::string protocol;        // "REST"
  std::string call;            // "GET /api/v3/users/{id}"
  Exchange cold;               // the first call, on a new connection
  Exchange warm;               // the third one on it
  std::int64_t cold_time = 0;  // of the first call, with the connection; microseconds
  std::optional<Latency> latency;
  Shown cold_wire, warm_wire;
};

struct Subject {
  std::string operation;  // "GetUser"
  std::string about;
  std::vector<Measured> protocols;
};

// What the lecture says, beside what was found.
struct Claim {
  std::string claim;
  std::string measured;
  bool holds = false;
  std::string why;
};

struct Comparison {
  std::string http, grpc;     // where the server was reached
  std::string user;           // the id of the user that was asked for
  bool user_created = false;  // for the comparison, as there was none of that e-mail address
  std::vector<Subject> subjects;
  std::vector<Claim> claims;
};

// The most pieces that are shown of one direction of a call.
inline constexpr std::size_t max_pieces = 80;

// How many later calls are timed.
inline constexpr std::int32_t default_calls = 200, max_calls = 5'000;

// GET /api/compare?calls=N
struct Request {
  std::int32_t calls = default_calls;
};

}  // namespace parley::app::compare

namespace parley {
template <>
const TypeInfo& describe<app::compare::Part>();
template <>
const TypeInfo& describe<app::compare::Piece>();
template <>
const TypeInfo& describe<app::compare::Bytes>();
template <>
const TypeInfo& describe<app::compare::Exchange>();
template <>
const TypeInfo& describe<app::compare::Latency>();
template <>
const TypeInfo& describe<app::compare::Shown>();
template <>
const TypeInfo& describe<app::compare::Measured>();
template <>
const TypeInfo& describe<app::compare::Subject>();
template <>
const TypeInfo& describe<app::compare::Claim>();
template <>
const TypeInfo& describe<app::compare::Comparison>();
template <>
const TypeInfo& describe<app::compare::Request>();
}  // namespace parley
