// The chat port: rooms, each one append-only log with a sequence of its own. WebSocket, polling, SSE and
// gRPC are cursors into it, so to resume means the same everywhere.
//
// A user's inbox is such a log too, under the name `@user`: read and followed as a room, but written by
// send_direct() alone.
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

// One entry of a room's log. Everything the sender set is kept: unknown members travel in `extra`. A direct
// message has the type "direct" and whom it is for as the member `to` of `extra`.
struct Message {
  std::string id;
  std::string room;
  std::int64_t seq = 0;  // 1, 2, 3 ... in the room, without a hole
  std::string type;
  std::string content;
  std::string user;
  Timestamp timestamp;
  ExtraMembers extra;
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
  std::string room = default_room;  // or an inbox
  // Where to go on: whole Unix seconds (at most 12 digits; messages of that second and later), a cursor from
  // `next` ("s" and a seq: messages after that one), or empty for the newest page. A cursor beyond the end of
  // the log was given by a log that has been replaced: the page has `gap` and begins with what is kept.
  std::string since;
  std::int32_t limit = 100;
  // Backwards instead, not together with `since`: the last messages before a cursor from `previous` ("s" and
  // a seq) or before a Unix second.
  std::string before = {};
};

struct MessagePage {
  std::vector<Message> messages;  // oldest first
  bool has_new = false;           // messages is not empty
  std::string next;               // cursor behind the last message; give it as `since`
  bool more = false;              // another page is waiting in the direction that was asked for
  bool gap = false;               // messages that were asked for are no longer kept (of a time: may be so)
  // Cursor of the page before this one; give it as `before`. Absent where there is none.
  std::optional<std::string> previous;
};

struct FollowRoom {
  std::string room = default_room;        // or an inbox
  std::optional<std::int64_t> after_seq;  // absent: only what comes from now on
};

// What a follower gets, in order: pages of messages, and a gap where the log no longer has what it asked for.
struct RoomUpdate {
  std::vector<Message> messages;  // at most 100
  std::optional<LogGap> gap;      // before `messages`
  // Of the first update of a call that follows what comes from now on, which has no messages: behind which
  // one that is. Who loses the call goes on from there.
  std::optional<std::int64_t> position;
};

// Somebody was named in a room's message as `@name`: at the start of its content, or behind a character that
// is no ASCII letter, digit or underscore; the longest run of 1 to 64 ASCII letters, digits, '.', '_' and
// '-', without the dots at its end. At most 20 different names of one message count. One log for all rooms,
// with a sequence of its own; direct messages mention nobody.
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

// A message from one user to another. Inboxes are logs: it comes into the recipient's and the sender's, in
// one transaction, as the same message with a seq in each. Nobody is asked whether there is such a user.
struct SendDirect {
  std::string user;     // who sends it; `from` is accepted as another spelling
  std::string to;       // for whom
  std::string content;  // `text` is accepted as another spelling
  ExtraMembers extra;
};

struct DirectSent {
  std::string id;
  std::string room;          // the recipient's inbox
  std::int64_t seq = 0;      // in it
  std::int64_t own_seq = 0;  // in the sender's inbox
  Timestamp timestamp;
};

// A room as it is listed. Inboxes are none.
struct RoomInfo {
  std::string name;
  std::string title;  // the name, unless it was given another
  std::string topic;
  Timestamp created_at;
  std::int64_t last_seq = 0;  // 0: no message yet
  std::optional<Timestamp> last_message_at;
  std::int64_t present = 0;  // users that are here
};

struct ListRooms {
  std::string after;  // the last name of the page before; empty: from the first
  std::int32_t limit = 100;
};

struct RoomPage {
  std::vector<RoomInfo> rooms;  // in the order of their names
  std::int64_t total = 0;       // of all pages
  bool more = false;
};

struct GetRoom {
  std::string room;
};

// Creates the room, or gives it another title and topic.
struct PutRoom {
  std::string room;
  std::string title;
  std::string topic;
};

struct GetPresence {
  std::string room;
};

struct Presence {
  std::string room;
  std::vector<std::string> users;  // in the order of their names, 1000 at most
  std::int64_t total = 0;          // how many are here
};

struct AttendRoom {
  std::string room = default_room;
  std::string user;
};

enum class RoomEventType : std::int32_t { here = 0, join = 1, leave = 2, typing = 3 };

struct RoomEvent {
  RoomEventType type = RoomEventType::here;
  std::string room;
  std::string user;  // whom it is about; empty in `here`
  Timestamp timestamp;
  // Of `here`: who is present, the receiver included, 200 at most, and how many there are.
  std::vector<std::string> users;
  std::optional<std::int64_t> total;
};

struct Typing {
  std::string room;
  std::string user;
};

// Loop thread. Besides the codes named: invalid_argument, unavailable, deadline_exceeded.
class ChatService {
 public:
  virtual ~ChatService() = default;
  // Durable when it answers; followers have it at about the same time, in the order of `seq`. Posts of one
  // caller that are started in order get their `seq` in that order. resource_exhausted: the user sends faster
  // than is allowed (with retry_after), there are too many rooms, or too many messages of the room wait for
  // their delay.
  virtual Task<Result<Posted>> post(CallContext context, PostMessage request) = 0;
  virtual Task<Result<MessagePage>> read(CallContext context, ReadMessages request) = 0;
  // Runs until the context is cancelled or the receiver goes; then `cancelled`. A position beyond the end of
  // the log is a gap too: the log was replaced. A follower that takes what it is sent holds no memory; one
  // that is behind reads pages from the log. After `unavailable`, follow again from the last seq that came.
  virtual Task<Result<void>> follow(CallContext context, FollowRoom request, Sink<RoomUpdate> sink) = 0;
  // Durable when it answers. resource_exhausted as in post().
  virtual Task<Result<DirectSent>> send_direct(CallContext context, SendDirect request) = 0;

  virtual Task<Result<RoomPage>> list_rooms(CallContext context, ListRooms request) = 0;
  virtual Task<Result<RoomInfo>> get_room(CallContext context, GetRoom request) = 0;  // not_found
  virtual Task<Result<RoomInfo>> put_room(CallContext context, PutRoom request) = 0;

  virtual Task<Result<Presence>> presence(CallContext context, GetPresence request) = 0;
  // The user is in the room while the call lives; several calls of one user count once. The receiver gets who
  // is here, and then what others do: join, leave, type. One that is behind gets what still matters: a visit
  // that is over is not told, and past 64 events it is told anew who is here. Ends as follow() does;
  // resource_exhausted when there are too many in the room.
  virtual Task<Result<void>> attend(CallContext context, AttendRoom request, Sink<RoomEvent> sink) = 0;
  // Tells the others in the room, once per second and user at most; nothing is stored.
  virtual Task<Result<void>> typing(CallContext context, Typing request) = 0;

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
const TypeInfo& describe<chat::SendDirect>();
template <>
const TypeInfo& describe<chat::DirectSent>();
template <>
const TypeInfo& describe<chat::RoomInfo>();
template <>
const TypeInfo& describe<chat::ListRooms>();
template <>
const TypeInfo& describe<chat::RoomPage>();
template <>
const TypeInfo& describe<chat::GetRoom>();
template <>
const TypeInfo& describe<chat::PutRoom>();
template <>
const TypeInfo& describe<chat::GetPresence>();
template <>
const TypeInfo& describe<chat::Presence>();
template <>
const TypeInfo& describe<chat::AttendRoom>();
template <>
const TypeInfo& describe<chat::RoomEventType>();
template <>
const TypeInfo& describe<chat::RoomEvent>();
template <>
const TypeInfo& describe<chat::Typing>();
template <>
const TypeInfo& describe<chat::Mention>();
template <>
const TypeInfo& describe<chat::FollowMentions>();
template <>
const TypeInfo& describe<chat::MentionUpdate>();
template <>
std::span<const Operation> operations<chat::ChatService>();
}  // namespace parley
