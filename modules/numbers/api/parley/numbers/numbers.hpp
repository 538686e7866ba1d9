// The numbers port (lecture: "gRPC streaming example"): a stream from the server, one from the client, and
// one in each direction.
#pragma once

#include <parley/context.hpp>
#include <parley/describe.hpp>
#include <parley/follow.hpp>
#include <parley/operation.hpp>
#include <parley/result.hpp>
#include <parley/task.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace parley::numbers {

struct PrimeRequest {
  std::int32_t limit = 0;  // the last number that may come
};
struct Prime {
  std::int32_t value = 0;
};

struct Number {
  std::int64_t value = 0;
};
struct Sum {
  std::int64_t value = 0;
  std::int64_t count = 0;  // of the numbers
};

// A message of the chat's rooms, in both directions. The first of a call says who joins which room, and from
// where in its log; one without content does nothing else.
struct ChatMessage {
  std::string user;     // empty: as in the first of the call; in that one, the chat's anonymous
  std::string content;  // empty: nothing is posted
  std::string room;     // empty: as in the first of the call; in that one, the chat's default room
  std::string type;     // empty: "message"
  ExtraMembers extra;
  // Of the first: what is behind it comes first. Left out: what comes from now on.
  std::optional<std::int64_t> after_seq;
  // Set by the server.
  std::optional<std::string> id;
  std::optional<std::int64_t> seq;  // in the room's log
  std::optional<Timestamp> timestamp;
  // What is missing before the next message: the type is "gap" then, and there is no content.
  std::optional<LogGap> gap;
};

// Loop thread. Besides the codes named: invalid_argument with field details, deadline_exceeded, and
// `cancelled` for a call that was or whose receiver has gone.
class NumberService {
 public:
  virtual ~NumberService() = default;
  // The primes up to the limit, in their order, with a pause between two.
  virtual Task<Result<void>> get_primes(CallContext context, PrimeRequest request, Sink<Prime> sink) = 0;
  // out_of_range when a partial sum does not fit into Sum::value.
  virtual Task<Result<Sum>> sum_numbers(CallContext context, Source<Number> numbers) = 0;
  // Joins a room of the chat: what is sent is posted there, and what comes into the room is received, the
  // sender's own included. When the client has sent all, the call ends well as soon as it has received what
  // it posted, and with after_seq all that the log has then. Otherwise it ends with what the chat refuses a
  // message or the following with. permission_denied for a caller who may not read the chat.
  virtual Task<Result<void>> chat(CallContext context, Source<ChatMessage> messages,
                                  Sink<ChatMessage> sink) = 0;
};

}  // namespace parley::numbers

namespace parley {
template <>
const TypeInfo& describe<numbers::PrimeRequest>();
template <>
const TypeInfo& describe<numbers::Prime>();
template <>
const TypeInfo& describe<numbers::Number>();
template <>
const TypeInfo& describe<numbers::Sum>();
template <>
const TypeInfo& describe<numbers::ChatMessage>();
template <>
std::span<const Operation> operations<numbers::NumberService>();
}  // namespace parley
