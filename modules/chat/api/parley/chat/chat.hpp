// The chat port: rooms, each one append-only log with a sequence of its own. WebSocket, polling, SSE and
// gRPC are cursors into it, so to resume means the same everywhere.
#pragma once

#include <parley/context.hpp>
#include <parley/describe.hpp>
#include <parley/follow.hpp>
#include <parley/operation.hpp>
#include <parley/result.hpp>
#include <parley/task.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace parley::chat {

inline constexpr const char* default_room = "lobby";

// One entry of a room's log. Everything the sender set is kept: unknown members travel in `extra`.
struct Message {
  std::string id;
  std::string room;
  std::int64_t seq = 0;  // 1, 2, 3 ... in the room, without a hole
  std::string type;
  std::string content;
  std::string user;
  Timestamp timestamp;
  ExtraMembers extra;
  std::optional<std::string> to;  // whom a direct message is for
  bool operator==(const Message&) const = default;
};

struct PostMessage {
  std::string room = default_room;
  std::string type = "message";
  std::string content;  // `text` is accepted as another spelling
  std::string user = "anonymous";
  std::int64_t delay = 0;  // milliseconds until it is delivered, kept across a restart; 0: now
  ExtraMembers extra;
};

// What a post answers: the message, or for a delayed one its id and when it is due (seq is absent then).
struct Posted {
  std::string id;
  std::string room;
  std::optional<std::int64_t> seq;
  Timestamp timestamp;
};

struct ReadMessages {
  std::string room = default_room;
  // Where to go on: whole Unix seconds (at most 12 digits; messages of that second and later), a cursor from
  // `next` ("s" and a seq: messages after that one), or empty for the newest page. A cursor beyond the end of
  // the log was given by a log that has been replaced: the page has `gap` and begins with what is kept.
  std::string since;
  std::int32_t limit = 100;
};

struct MessagePage {
  std::vector<Message> messages;  // oldest first
  bool has_new = false;           // messages is not empty
  std::string next;               // cursor behind the last message; give it as `since`
  bool more = false;              // another page is waiting
  bool gap = false;               // messages that were asked for are no longer kept (of a time: may be so)
};

struct FollowRoom {
  std::string room = default_room;
  std::optional<std::int64_t> after_seq;  // absent: only what comes from now on
};

// What a follower gets, in order: pages of messages, and a gap where the log no longer has what it asked for.
struct RoomUpdate {
  std::vector<Message> messages;  // at most 100
  std::optional<LogGap> gap;      // before `messages`
};

// Somebody was named in a room's message as `@name`: at the start of its content, or behind a character that
// is no ASCII letter, digit or underscore; the longest run of 1 to 64 ASCII letters, digits, '.', '_' and '-',
// without the dots at its end. At most 20 different names of one message count. One log for all rooms, with a
// sequence of its own; direct messages mention nobody.
struct Mention {
  std::int64_t seq = 0;
  std::string user;  // who was named, without the @
  Message message;
};

struct FollowMentions {
  std::optional<std::int64_t> after_seq;  // absent: only what comes from now on
};

struct MentionUpdate {
  std::vector<Mention> mentions;  // at most 100
  std::optional<LogGap> gap;      // before `mentions`
};

// Loop thread. Besides the codes named: invalid_argument, unavailable, deadline_exceeded.
class ChatService {
 public:
  virtual ~ChatService() = default;
  // Durable when it answers; followers have it at about the same time, in the order of `seq`. Posts of one
  // caller that are started in order get their `seq` in that order. resource_exhausted: too many messages
  // of the room wait for their delay.
  virtual Task<Result<Posted>> post(CallContext context, PostMessage request) = 0;
  virtual Task<Result<MessagePage>> read(CallContext context, ReadMessages request) = 0;
  // Runs until the context is cancelled or the receiver goes; then `cancelled`. A position beyond the end of
  // the log is a gap too: the log was replaced. A follower that takes what it is sent holds no memory; one
  // that is behind reads pages from the log. After `unavailable`, follow again from the last seq that came.
  virtual Task<Result<void>> follow(CallContext context, FollowRoom request, Sink<RoomUpdate> sink) = 0;
  // The feed for other modules: a mention is stored together with its message. Ends and resumes as follow()
  // does; a mention whose message its room no longer keeps is part of a gap.
  virtual Task<Result<void>> follow_mentions(CallContext context, FollowMentions request,
                                             Sink<MentionUpdate> sink) = 0;
};

}  // namespace parley::chat

namespace parley {
template <>
const TypeInfo& describe<chat::Message>();
template <>
const TypeInfo& describe<chat::PostMessage>();
template <>
const TypeInfo& describe<chat::Posted>();
template <>
const TypeInfo& describe<chat::ReadMessages>();
template <>
const TypeInfo& describe<chat::MessagePage>();
template <>
const TypeInfo& describe<chat::FollowRoom>();
template <>
const TypeInfo& describe<chat::RoomUpdate>();
template <>
const TypeInfo& describe<chat::Mention>();
template <>
const TypeInfo& describe<chat::FollowMentions>();
template <>
const TypeInfo& describe<chat::MentionUpdate>();
template <>
std::span<const Operation> operations<chat::ChatService>();
}  // namespace parley
