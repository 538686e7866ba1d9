#include "store.hpp"

#include "limits.hpp"
#include "mention_feed.hpp"
#include "message_row.hpp"

#include <algorithm>
#include <unordered_map>

namespace parley::chat {
namespace {

// Statements name their parameters in the order of their numbers.

constexpr const char* add_room =
    "INSERT INTO rooms (room, created_at) VALUES ($1, $2) ON CONFLICT (room) DO NOTHING";
constexpr const char* add_inbox =
    "INSERT INTO inboxes (room, created_at) VALUES ($1, $2) ON CONFLICT (room) DO NOTHING";

// The one writer finds a position and takes it in one transaction, so that a failed commit leaves no hole;
// the newest message is never removed, so that a position is never given twice. Two plain statements:
// RETURNING, or an INSERT that reads its own table, makes SQLite build a table in memory for every message.
constexpr const char* newest_entry = R"sql(
  SELECT seq, sent_at FROM messages WHERE room = $1 ORDER BY seq DESC LIMIT 1)sql";
constexpr const char* append_message = R"sql(
  INSERT INTO messages (room, seq, id, type, content, sender, sent_at, extra)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8))sql";

constexpr const char* all_logs = R"sql(
  SELECT room, (SELECT MIN(seq) FROM messages WHERE messages.room = logs.room),
         (SELECT MAX(seq) FROM messages WHERE messages.room = logs.room)
  FROM (SELECT room FROM rooms UNION ALL SELECT room FROM inboxes) AS logs)sql";
constexpr const char* count_delayed = "SELECT room, COUNT(*) FROM delayed GROUP BY room";
constexpr const char* first_due = "SELECT MIN(due_at) FROM delayed";

constexpr const char* first_seq = "SELECT MIN(seq) FROM messages WHERE room = $1";
constexpr const char* last_seq = "SELECT MAX(seq) FROM messages WHERE room = $1";
constexpr const char* time_at = R"sql(
  SELECT seq, sent_at FROM messages WHERE room = $1 AND seq >= $2 ORDER BY seq LIMIT 1)sql";
constexpr const char* messages_after = R"sql(
  SELECT seq, sent_at, id, type, sender, content, extra FROM messages
  WHERE room = $1 AND seq > $2 ORDER BY seq LIMIT $3)sql";
constexpr const char* newest_messages = R"sql(
  SELECT seq, sent_at, id, type, sender, content, extra FROM messages
  WHERE room = $1 ORDER BY seq DESC LIMIT $2)sql";
constexpr const char* messages_before = R"sql(
  SELECT seq, sent_at, id, type, sender, content, extra FROM messages
  WHERE room = $1 AND seq < $2 ORDER BY seq DESC LIMIT $3)sql";
constexpr const char* remove_messages = "DELETE FROM messages WHERE room = $1 AND seq <= $2";

constexpr const char* hold_message = R"sql(
  INSERT INTO delayed (due_at, entry, room, id, type, content, sender, extra)
  SELECT $1, COALESCE(MAX(entry), 0) + 1, $2, $3, $4, $5, $6, $7 FROM delayed WHERE due_at = $1)sql";
constexpr const char* due_messages = R"sql(
  SELECT due_at, entry, room, id, type, content, sender, extra FROM delayed
  WHERE due_at <= $1 ORDER BY due_at, entry LIMIT $2)sql";
constexpr const char* release_message = "DELETE FROM delayed WHERE due_at = $1 AND entry = $2";

using Rows = Result<std::int64_t>;

// A room's times never go back, whatever the clock does.
Result<Appended> append_to_log(db::Session& session, const Message& message, const std::string& room) {
  Appended stored{1, message.timestamp};
  Rows rows = session.query(
      newest_entry,
      [&](const db::Row& row) {
        stored.seq = row.integer(0) + 1;
        stored.at = std::max(row.timestamp(1), message.timestamp);
      },
      room);
  if (rows)
    rows = session.execute(append_message, room, stored.seq, message.id, message.type, message.content,
                           message.user, stored.at, message.extra.json);
  if (!rows) return std::unexpected(std::move(rows.error()));
  return stored;
}

Result<void> remember_room(db::Session& session, const Message& message) {
  Rows rows = session.execute(add_room, message.room, message.timestamp);
  if (!rows) return std::unexpected(std::move(rows.error()));
  return {};
}

Result<void> find_ends(db::Session& session, const std::string& room, Page& page) {
  Rows rows = session.query(
      first_seq, [&](const db::Row& row) { page.first = row.integer(0); }, room);
  if (rows)
    rows = session.query(
        last_seq, [&](const db::Row& row) { page.last = row.integer(0); }, room);
  if (!rows) return std::unexpected(std::move(rows.error()));
  return {};
}

// Collects rows until the page is full.
class Collector {
 public:
  Collector(const std::string& room, std::int32_t limit, Page& page)
      : room_(room), limit_(static_cast<std::size_t>(limit)), page_(page) {}
  void operator()(const db::Row& row) {
    if (page_.more) return;
    if (page_.messages.size() == limit_ || bytes_ >= max_page_bytes) {
      page_.more = true;
      return;
    }
    Message message;
    message.room = room_;
    read_message(row, 0, message);
    bytes_ += footprint(message);
    page_.messages.push_back(std::move(message));
  }

 private:
  const std::string& room_;
  std::size_t limit_;
  Page& page_;
  std::size_t bytes_ = 0;
};

Result<Page> page_after(db::Session& session, const std::string& room, std::int64_t seq, std::int32_t limit,
                        Page page) {
  Rows rows = session.query(messages_after, Collector(room, limit, page), room, seq, limit + 1);
  if (!rows) return std::unexpected(std::move(rows.error()));
  return page;
}

Result<Page> page_before(db::Session& session, const std::string& room, std::int64_t seq, std::int32_t limit,
                         Page page) {
  Rows rows = session.query(messages_before, Collector(room, limit, page), room, seq, limit + 1);
  if (!rows) return std::unexpected(std::move(rows.error()));
  std::reverse(page.messages.begin(), page.messages.end());
  return page;
}

// The last position before `time`: as a room's times never go back, halving its positions finds it.
Result<std::int64_t> last_before(db::Session& session, const std::string& room, const Page& ends,
                                 Timestamp time) {
  std::int64_t low = ends.first, high = ends.last + 1;  // the answer + 1 is in [low, high]
  while (low < high) {
    const std::int64_t middle = low + (high - low) / 2;
    std::int64_t seq = high;
    Timestamp at = time;
    Rows rows = session.query(
        time_at, [&](const db::Row& row) { seq = row.integer(0), at = row.timestamp(1); }, room, middle);
    if (!rows) return std::unexpected(std::move(rows.error()));
    if (at < time) {
      low = seq + 1;
    } else {
      high = middle;
    }
  }
  return low - 1;
}

Result<std::optional<Timestamp>> next_due(db::Session& session) {
  std::optional<Timestamp> due;
  Rows rows = session.query(first_due, [&](const db::Row& row) {
    if (!row.is_null(0)) due = row.timestamp(0);
  });
  if (!rows) return std::unexpected(std::move(rows.error()));
  return due;
}

struct Waiting {
  Timestamp due;
  std::int64_t entry = 0;
  Message message;
};

}  // namespace

std::size_t footprint(const Message& message) noexcept {
  return sizeof message + message.id.size() + message.room.size() + message.type.size() +
         message.content.size() + message.user.size() + message.extra.json.size();
}

Task<Result<Inventory>> Store::load(CallContext context) {
  auto work = [](db::Session& session) -> Result<Inventory> {
    Inventory found;
    std::unordered_map<std::string, std::size_t> index;
    Rows rows = session.query(all_logs, [&](const db::Row& row) {
      index.emplace(row.string(0), found.logs.size());
      found.logs.push_back({row.string(0), row.integer(1), row.integer(2), 0});
    });
    if (rows) {
      rows = session.query(count_delayed, [&](const db::Row& row) {
        if (auto log = index.find(row.string(0)); log != index.end())
          found.logs[log->second].delayed = row.integer(1);
      });
    }
    if (!rows) return std::unexpected(std::move(rows.error()));
    auto due = next_due(session);
    if (!due) return std::unexpected(std::move(due.error()));
    found.next_due = *due;
    return found;
  };
  return database_.read(std::move(context), std::move(work));
}

Task<Result<Appended>> Store::append(CallContext context, std::shared_ptr<const Message> message,
                                     bool new_room) {
  auto work = [message = std::move(message), new_room](db::Session& session) -> Result<Appended> {
    if (new_room)
      if (auto known = remember_room(session, *message); !known) return std::unexpected(known.error());
    auto stored = append_to_log(session, *message, message->room);
    if (stored) {
      auto mentioned = add_mentions(session, *message, stored->seq);
      if (!mentioned) return std::unexpected(std::move(mentioned.error()));
      stored->last_mention = *mentioned;
    }
    return stored;
  };
  return database_.write(std::move(context), std::move(work));
}

Task<Result<Page>> Store::newest(CallContext context, std::string room, std::int32_t limit) {
  auto work = [room = std::move(room), limit](db::Session& session) -> Result<Page> {
    Page page;
    if (auto found = find_ends(session, room, page); !found) return std::unexpected(found.error());
    Rows rows = session.query(newest_messages, Collector(room, limit, page), room, limit);
    if (!rows) return std::unexpected(std::move(rows.error()));
    std::reverse(page.messages.begin(), page.messages.end());
    page.more = false;  // what did not fit is older
    return page;
  };
  return database_.read(std::move(context), std::move(work));
}

Task<Result<Page>> Store::after(CallContext context, std::string room, std::int64_t seq, std::int32_t limit) {
  auto work = [room = std::move(room), seq, limit](db::Session& session) -> Result<Page> {
    Page page;
    if (auto found = find_ends(session, room, page); !found) return std::unexpected(found.error());
    return page_after(session, room, seq, limit, std::move(page));
  };
  return database_.read(std::move(context), std::move(work));
}

Task<Result<Page>> Store::from_time(CallContext context, std::string room, Timestamp time,
                                    std::int32_t limit) {
  auto work = [room = std::move(room), time, limit](db::Session& session) -> Result<Page> {
    Page page;
    if (auto found = find_ends(session, room, page); !found) return std::unexpected(found.error());
    if (page.last == 0) return page;
    auto before = last_before(session, room, page, time);
    if (!before) return std::unexpected(std::move(before.error()));
    return page_after(session, room, *before, limit, std::move(page));
  };
  return database_.read(std::move(context), std::move(work));
}

Task<Result<Page>> Store::before(CallContext context, std::string room, std::int64_t seq,
                                 std::int32_t limit) {
  auto work = [room = std::move(room), seq, limit](db::Session& session) -> Result<Page> {
    Page page;
    if (auto found = find_ends(session, room, page); !found) return std::unexpected(found.error());
    return page_before(session, room, seq, limit, std::move(page));
  };
  return database_.read(std::move(context), std::move(work));
}

Task<Result<Page>> Store::before_time(CallContext context, std::string room, Timestamp time,
                                      std::int32_t limit) {
  auto work = [room = std::move(room), time, limit](db::Session& session) -> Result<Page> {
    Page page;
    if (auto found = find_ends(session, room, page); !found) return std::unexpected(found.error());
    if (page.last == 0) return page;
    auto last = last_before(session, room, page, time);
    if (!last) return std::unexpected(std::move(last.error()));
    return page_before(session, room, *last + 1, limit, std::move(page));
  };
  return database_.read(std::move(context), std::move(work));
}

Task<Result<AppendedDirect>> Store::append_direct(CallContext context, std::shared_ptr<const Message> message,
                                                  std::string own_inbox, bool new_inbox, bool new_own) {
  auto work = [message = std::move(message), own = std::move(own_inbox), new_inbox,
               new_own](db::Session& session) -> Result<AppendedDirect> {
    const Message& m = *message;
    Rows known = 0;
    if (new_inbox) known = session.execute(add_inbox, m.room, m.timestamp);
    if (known && new_own) known = session.execute(add_inbox, own, m.timestamp);
    if (!known) return std::unexpected(std::move(known.error()));
    AppendedDirect stored;
    auto placed = append_to_log(session, m, m.room);
    if (!placed) return std::unexpected(std::move(placed.error()));
    stored.theirs = stored.own = *placed;
    if (own == m.room) return stored;  // a note to oneself is one message
    placed = append_to_log(session, m, own);
    if (!placed) return std::unexpected(std::move(placed.error()));
    stored.own = *placed;
    return stored;
  };
  return database_.write(std::move(context), std::move(work));
}

Task<Result<void>> Store::hold(CallContext context, std::shared_ptr<const Message> message, Timestamp due,
                               bool new_room) {
  auto work = [message = std::move(message), due, new_room](db::Session& session) -> Result<void> {
    if (new_room)
      if (auto known = remember_room(session, *message); !known) return known;
    const Message& m = *message;
    Rows rows = session.execute(hold_message, due, m.room, m.id, m.type, m.content, m.user, m.extra.json);
    if (!rows) return std::unexpected(std::move(rows.error()));
    return {};
  };
  return database_.write(std::move(context), std::move(work));
}

Task<Result<Delivered>> Store::deliver(CallContext context, Timestamp now, std::int32_t limit) {
  auto work = [now, limit](db::Session& session) -> Result<Delivered> {
    std::vector<Waiting> due;
    Rows rows = session.query(
        due_messages,
        [&](const db::Row& row) {
          Waiting& waiting = due.emplace_back();
          waiting.due = row.timestamp(0);
          waiting.entry = row.integer(1);
          Message& message = waiting.message;
          message.room = row.string(2);
          message.id = row.string(3);
          message.type = row.string(4);
          message.content = row.string(5);
          message.user = row.string(6);
          message.extra.json = row.string(7);
          message.timestamp = now;
        },
        now, limit);
    if (!rows) return std::unexpected(std::move(rows.error()));

    Delivered delivered;
    for (Waiting& waiting : due) {
      rows = session.execute(release_message, waiting.due, waiting.entry);
      if (!rows) return std::unexpected(std::move(rows.error()));
      auto stored = append_to_log(session, waiting.message, waiting.message.room);
      if (!stored) return std::unexpected(std::move(stored.error()));
      waiting.message.seq = stored->seq;
      waiting.message.timestamp = stored->at;
      auto mentioned = add_mentions(session, waiting.message, stored->seq);
      if (!mentioned) return std::unexpected(std::move(mentioned.error()));
      delivered.last_mention = std::max(delivered.last_mention, *mentioned);
      delivered.messages.push_back(std::move(waiting.message));
    }
    auto next = next_due(session);
    if (!next) return std::unexpected(std::move(next.error()));
    delivered.next_due = *next;
    return delivered;
  };
  return database_.write(std::move(context), std::move(work));
}

Task<Result<std::int64_t>> Store::remove_until(CallContext context, std::string room, std::int64_t seq) {
  auto work = [room = std::move(room), seq](db::Session& session) -> Result<std::int64_t> {
    return session.execute(remove_messages, room, seq);
  };
  return database_.write(std::move(context), std::move(work));
}

}  // namespace parley::chat
