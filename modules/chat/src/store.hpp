// The chat's tables as operations on logs. Loop thread; every call is one transaction.
#pragma once

#include <parley/chat/chat.hpp>
#include <parley/db/database.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace parley::chat {

// What is in the tables when the module starts.
struct Inventory {
  struct Log {
    std::string room;
    std::int64_t first = 0, last = 0;  // 0: empty
    std::int64_t delayed = 0;          // messages that wait
  };
  std::vector<Log> logs;
  std::optional<Timestamp> next_due;
};

struct Appended {
  std::int64_t seq = 0;
  Timestamp at;
  std::int64_t last_mention = 0;  // the log of mentions goes so far now; 0: nobody was mentioned
};

// A stretch of a room's log, with the log's ends, all of one moment.
struct Page {
  std::vector<Message> messages;     // oldest first
  std::int64_t first = 0, last = 0;  // of the log; 0: empty
  bool more = false;                 // the stretch ended before the log did, in the direction of the reading
};

// Where a direct message was put.
struct AppendedDirect {
  Appended theirs, own;
};

struct Delivered {
  std::vector<Message> messages;      // now in their logs, in that order
  std::optional<Timestamp> next_due;  // of those that still wait
  std::int64_t last_mention = 0;      // as in Appended
};

// Pages hold `limit` messages at most, and fewer (but one at least) where they take more than
// max_page_bytes. The database outlives the store.
class Store {
 public:
  explicit Store(db::Database& database) : database_(database) {}

  Task<Result<Inventory>> load(CallContext context);

  // Gives `message` the next position of its room; its time becomes message->timestamp, or that of the
  // message before it where that is later. `new_room`: the room may not be known yet.
  Task<Result<Appended>> append(CallContext context, std::shared_ptr<const Message> message, bool new_room);

  Task<Result<Page>> newest(CallContext context, std::string room, std::int32_t limit);
  Task<Result<Page>> after(CallContext context, std::string room, std::int64_t seq, std::int32_t limit);
  // From the first message at or after `time` on.
  Task<Result<Page>> from_time(CallContext context, std::string room, Timestamp time, std::int32_t limit);

  // Backwards: the last messages before `seq`, or before `time`.
  Task<Result<Page>> before(CallContext context, std::string room, std::int64_t seq, std::int32_t limit);
  Task<Result<Page>> before_time(CallContext context, std::string room, Timestamp time, std::int32_t limit);

  // Gives `message` the next position of its room, which is the recipient's inbox, and of the sender's. The
  // flags: the inbox may not be known yet.
  Task<Result<AppendedDirect>> append_direct(CallContext context, std::shared_ptr<const Message> message,
                                             std::string own_inbox, bool new_inbox, bool new_own);

  // `present` of rooms is left to the caller.
  Task<Result<RoomPage>> rooms(CallContext context, std::string after, std::int32_t limit);
  Task<Result<std::optional<RoomInfo>>> room(CallContext context, std::string name);
  Task<Result<RoomInfo>> put_room(CallContext context, PutRoom room, Timestamp now);

  // Keeps `message` until `due`.
  Task<Result<void>> hold(CallContext context, std::shared_ptr<const Message> message, Timestamp due,
                          bool new_room);
  // Moves what is due at `now` into the logs, in the order of the due times, `limit` at most; all or nothing.
  Task<Result<Delivered>> deliver(CallContext context, Timestamp now, std::int32_t limit);

  // Removes the messages up to and including `seq`; how many there were. The caller keeps the newest of each
  // room: positions are counted from it.
  Task<Result<std::int64_t>> remove_until(CallContext context, std::string room, std::int64_t seq);

 private:
  db::Database& database_;
};

// About what a message takes in memory, in bytes.
std::size_t footprint(const Message& message) noexcept;

}  // namespace parley::chat
