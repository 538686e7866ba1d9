#include "compare/lecture.hpp"

#include <parley/codec/json.hpp>
#include <parley/codec/protobuf.hpp>

#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

// The lecture's messages where they are not the server's own, with the lecture's numbers.
namespace parley::app::compare {

struct LectureUser {
  std::int32_t id = 0;
  std::string name, email;
  bool active = true;
  std::int64_t created_at = 0;
};
struct LectureUsers {
  std::vector<LectureUser> users;
  std::int32_t total = 0, page = 0;
};

}  // namespace parley::app::compare

namespace parley {

using app::compare::LectureUser;
using app::compare::LectureUsers;

template <>
const TypeInfo& describe<LectureUser>() {
  static constexpr Row rows[] = {
      field<&LectureUser::id>("id", number(1)),
      field<&LectureUser::name>("name", number(2)),
      field<&LectureUser::email>("email", number(3)),
      field<&LectureUser::active>("active", number(4)),
      field<&LectureUser::created_at>("created_at", number(5)),
  };
  static const TypeInfo type = object<LectureUser>("LectureUser", rows);
  return type;
}

template <>
const TypeInfo& describe<LectureUsers>() {
  static constexpr Row rows[] = {
      field<&LectureUsers::users>("users", number(1)),
      field<&LectureUsers::total>("total", number(2)),
      field<&LectureUsers::page>("page", number(3)),
  };
  static const TypeInfo type = object<LectureUsers>("LectureUsers", rows);
  return type;
}

}  // namespace parley

namespace parley::app::compare {
namespace {

// As the lecture prints them; lines of its head end with CR LF on the wire.
constexpr std::string_view printed_head =
    "POST /api/v1/users HTTP/1.1\r\n"
    "Host: api.example.com\r\n"
    "Content-Type: application/json\r\n"
    "Authorization: Bearer eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9...\r\n"
    "Accept: application/json\r\n"
    "User-Agent: MyApp/1.0\r\n"
    "Content-Length: 156\r\n"
    "\r\n";
constexpr std::string_view printed_user = R"({
  "name": "John Doe",
  "email": "john.doe@example.com",
  "age": 30,
  "city": "New York",
  "country": "USA",
  "phone": "+1-555-123-4567"
})";
constexpr std::string_view printed_users = R"({
  "users": [
    {
      "id": 12345,
      "name": "John Doe",
      "email": "john@example.com",
      "active": true,
      "created_at": 1642781234
    },
    {
      "id": 12346,
      "name": "Jane Smith", 
      "email": "jane@example.com",
      "active": true,
      "created_at": 1642781235
    }
  ],
  "total": 2,
  "page": 1
})";

enum Place : std::size_t { rest, rpc, socket, grpc };

std::string number_text(std::int64_t value) {
  return std::to_string(value);
}

std::string ratio_of(double ratio) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f", ratio);
  return text;
}

// By how many percent `small` is smaller.
int smaller(std::int64_t small, std::int64_t large) {
  return static_cast<int>(
      std::lround(100.0 * (1.0 - static_cast<double>(small) / static_cast<double>(large))));
}

// A rounded figure may be off by a tenth.
bool about(std::int64_t measured, std::int64_t said) {
  return std::llabs(measured - said) * 10 <= said;
}

double seconds_of(const std::function<void()>& work) {
  const auto begun = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
}

// How many times longer JSON takes than protobuf, to write and read the lecture's user.
double codec_ratio() {
  constexpr int rounds = 2'000, tries = 5;
  const auto user = lecture_user();
  std::size_t sink = 0;  // what is not used could be left out
  double json = 1e9, protobuf = 1e9;
  for (int i = 0; i < tries; ++i) {
    json = std::min(json, seconds_of([&] {
                      for (int n = 0; n < rounds; ++n)
                        sink += codec::from_json<users::CreateUser>(codec::to_json(user))->name.size();
                    }));
    protobuf =
        std::min(protobuf, seconds_of([&] {
                   for (int n = 0; n < rounds; ++n)
                     sink += codec::from_protobuf<users::CreateUser>(codec::to_protobuf(user))->name.size();
                 }));
  }
  return sink > 0 && protobuf > 0 ? json / protobuf : 0;
}

Claim json_request(const Bytes& sent) {
  const auto head = static_cast<std::int64_t>(printed_head.size()),
             body = static_cast<std::int64_t>(printed_user.size());
  return {
      .claim = "Creating a user over HTTP with JSON sends ~650 bytes: headers ~480, body ~156.",
      .measured = number_text(sent.total) + " bytes from this client (head " + number_text(sent.headers) +
                  ", JSON " + number_text(sent.payload) + "); " + number_text(head + body) +
                  " as the lecture prints it (head " + number_text(head) + ", JSON " + number_text(body) +
                  ").",
      .holds = about(head + body, 650) || about(sent.total, 650),
      .why =
          "Both were counted byte by byte. A browser with cookies and a whole token sends more; nothing in "
          "the printed request does."};
}

Claim grpc_request(const Exchange& cold, const Exchange& warm) {
  const auto& sent = warm.sent;
  return {
      .claim = "The same over gRPC sends ~85 bytes: HTTP/2 headers ~20, protobuf ~65.",
      .measured = number_text(sent.total) + " bytes on a connection in use (header block " +
                  number_text(sent.headers) + ", protobuf " + number_text(sent.payload) + ", framing " +
                  number_text(sent.framing) +
                  (sent.connection ? ", connection " + number_text(sent.connection) : "") + "); " +
                  number_text(cold.sent.total) + " for the first call.",
      .holds = about(sent.total, 85) && about(sent.payload, 65),
      .why =
          "Two headers of frames (9 bytes each) and gRPC's prefix (5) are part of what is sent. The header "
          "block is short once HPACK's table knows the fields: the first one took " +
          number_text(cold.sent.headers) + " bytes, and the connection's beginning " +
          number_text(cold.sent.connection) + "."};
}

Claim saving(const Measured& json, const Measured& protobuf) {
  const auto total = smaller(protobuf.warm.sent.total, json.warm.sent.total);
  const auto first = smaller(protobuf.cold.sent.total, json.cold.sent.total);
  return {
      .claim = "gRPC is 87 % smaller than JSON over HTTP (85 bytes for 650).",
      .measured =
          number_text(total) + " % smaller in all that is sent on a connection in use; the message alone " +
          number_text(smaller(protobuf.warm.sent.payload, json.warm.sent.payload)) + " %; the first call " +
          (first < 0 ? number_text(-first) + " % larger." : number_text(first) + " % smaller."),
      .holds = std::abs(total - 87) <= 5,
      .why =
          "Names of fields, quotes and repeated headers go, the texts themselves stay: they are most of this "
          "message. " +
          number_text(protobuf.warm.sent.total) + " bytes were counted for " +
          number_text(json.warm.sent.total) + "."};
}

Claim list() {
  const LectureUsers users{.users = {{12345, "John Doe", "john@example.com", true, 1642781234},
                                     {12346, "Jane Smith", "jane@example.com", true, 1642781235}},
                           .total = 2,
                           .page = 1};
  const auto printed = static_cast<std::int64_t>(printed_users.size()),
             compact = static_cast<std::int64_t>(codec::to_json(users).size()),
             bytes = static_cast<std::int64_t>(codec::to_protobuf(users).size());
  return {.claim = "A page of two users is 267 bytes as JSON and 89 as protobuf: 66 % smaller.",
          .measured = number_text(printed) + " bytes as the lecture prints it, " + number_text(compact) +
                      " as JSON is sent, without spaces; " + number_text(bytes) + " as protobuf: " +
                      number_text(smaller(bytes, compact)) + " % smaller than JSON that is sent.",
          .holds = about(bytes, 89) && about(compact, 267),
          .why = "Only the message was counted, encoded here and not sent: no headers, no framing. " +
                 std::string(about(bytes, 89) ? "The size of the protobuf is right" : "The sizes differ") +
                 "; indentation is no part of JSON, and without it the saving is smaller."};
}

Claim thousand(const Subject& create) {
  const auto kilobytes = [&](Place place) {
    const auto& measured = create.protocols[place];
    return (measured.cold.sent.total + 999 * measured.warm.sent.total + 500) / 1000;
  };
  const auto json = kilobytes(rest), web = kilobytes(socket), rpc2 = kilobytes(grpc);
  return {
      .claim = "1000 requests send ~650 KB over HTTP/JSON, ~85 KB over gRPC, ~50 KB over a WebSocket.",
      .measured = number_text(json) + " KB over HTTP/JSON, " + number_text(rpc2) + " KB over gRPC, " +
                  number_text(web) + " KB over a WebSocket (JSON-RPC).",
      .holds = about(json, 650) && about(rpc2, 85) && about(web, 50),
      .why =
          "The first call once and the later one 999 times, of creating the lecture's user; answers are not "
          "counted. A WebSocket saves the headers, not the JSON."};
}

Claim overhead(const Subject& user) {
  const auto& http = user.protocols[rest].warm;
  const auto& web = user.protocols[socket].warm;
  const auto heads = http.sent.headers + http.received.headers,
             frames = web.sent.framing + web.received.framing;
  return {.claim = "HTTP costs 200+ bytes of headers each time, a WebSocket has no header overhead.",
          .measured = number_text(heads) + " bytes of HTTP headers for a call and its answer, " +
                      number_text(frames) + " bytes of WebSocket frame headers for the same two messages.",
          .holds = heads >= 200 && frames <= 20,
          .why =
              "Counted on a connection in use. A frame's header is 2 to 4 bytes at this size, and 4 more "
              "from the "
              "client for the masking key."};
}

Claim faster(const Subject& user) {
  const auto& http = user.protocols[rest].latency;
  const auto& rpc2 = user.protocols[grpc].latency;
  const double times =
      http && rpc2 && rpc2->p50 > 0 ? static_cast<double>(http->p50) / static_cast<double>(rpc2->p50) : 0;
  return {
      .claim = "gRPC is 7x faster than JSON.",
      .measured = ratio_of(times) + "x: half of the calls took at most " + number_text(http ? http->p50 : 0) +
                  " µs over REST and " + number_text(rpc2 ? rpc2->p50 : 0) + " µs over gRPC.",
      .holds = times >= 5,
      .why =
          "Whole calls, one in flight: of a call over loopback most is spent on waking processes and in the "
          "kernel, which every protocol pays. The clients differ, too: gRPC's runs on an event loop, the "
          "others block."};
}

Claim serialization() {
  const auto times = codec_ratio();
  return {
      .claim = "Protobuf is 5-7x faster to serialize than JSON.",
      .measured = ratio_of(times) + "x, writing and reading the lecture's user.",
      .holds = times >= 5,
      .why =
          "Measured with this program's own codecs, both interpreters of one table, and with the checks of "
          "every field, which cost the same for both. Generated code and other libraries differ."};
}

Claim compression(const Measured& protobuf) {
  const auto encoded = static_cast<std::int64_t>(codec::to_protobuf(lecture_user()).size());
  const bool plain = protobuf.warm.sent.payload == encoded;
  return {.claim = "gRPC has compression built in (gzip by default).",
          .measured = plain ? "The message went as it is: its " + number_text(encoded) +
                                  " bytes of protobuf, with 0 for `compressed` in the prefix."
                            : "The message of " + number_text(encoded) + " bytes went as " +
                                  number_text(protobuf.warm.sent.payload) + ".",
          .holds = !plain,
          .why = "gRPC has a flag for it, and both sides must ask for it; nothing is compressed by default."};
}

}  // namespace

users::CreateUser lecture_user() {
  users::CreateUser user;
  user.name = "John Doe";
  user.email = "john.doe@example.com";
  user.age = 30;
  user.city = "New York";
  user.country = "USA";
  user.phone = "+1-555-123-4567";
  return user;
}

std::vector<Claim> judge(const Subject& user, const Subject& create) {
  const auto& json = create.protocols[rest];
  const auto& protobuf = create.protocols[grpc];
  return {json_request(json.warm.sent),
          grpc_request(protobuf.cold, protobuf.warm),
          saving(json, protobuf),
          list(),
          thousand(create),
          overhead(user),
          faster(user),
          serialization(),
          compression(protobuf)};
}

}  // namespace parley::app::compare
