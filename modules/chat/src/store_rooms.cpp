// The rooms as they are listed.
#include "store.hpp"

namespace parley::chat {
namespace {

// Statements name their parameters in the order of their numbers. The newest message of a room is found by
// the log's index.
constexpr const char* list_rooms = R"sql(
  SELECT room, title, topic, created_at,
         (SELECT seq FROM messages WHERE messages.room = rooms.room ORDER BY seq DESC LIMIT 1),
         (SELECT sent_at FROM messages WHERE messages.room = rooms.room ORDER BY seq DESC LIMIT 1)
  FROM rooms WHERE room > $1 ORDER BY room LIMIT $2)sql";
constexpr const char* find_room = R"sql(
  SELECT room, title, topic, created_at,
         (SELECT seq FROM messages WHERE messages.room = rooms.room ORDER BY seq DESC LIMIT 1),
         (SELECT sent_at FROM messages WHERE messages.room = rooms.room ORDER BY seq DESC LIMIT 1)
  FROM rooms WHERE room = $1)sql";
constexpr const char* put_room_row = R"sql(
  INSERT INTO rooms (room, created_at, title, topic) VALUES ($1, $2, $3, $4)
  ON CONFLICT (room) DO UPDATE SET title = excluded.title, topic = excluded.topic)sql";

using Rows = Result<std::int64_t>;

RoomInfo read_room(const db::Row& row) {
  RoomInfo room;
  room.name = row.string(0);
  room.title = row.string(1);
  if (room.title.empty()) room.title = room.name;
  room.topic = row.string(2);
  room.created_at = row.timestamp(3);
  if (!row.is_null(4)) {
    room.last_seq = row.integer(4);
    room.last_message_at = row.timestamp(5);
  }
  return room;
}

Result<std::optional<RoomInfo>> look_up(db::Session& session, const std::string& name) {
  std::optional<RoomInfo> found;
  Rows rows = session.query(
      find_room, [&](const db::Row& row) { found = read_room(row); }, name);
  if (!rows) return std::unexpected(std::move(rows.error()));
  return found;
}

}  // namespace

Task<Result<RoomPage>> Store::rooms(CallContext context, std::string after, std::int32_t limit) {
  auto work = [after = std::move(after), limit](db::Session& session) -> Result<RoomPage> {
    RoomPage page;
    const auto most = static_cast<std::size_t>(limit);
    Rows rows = session.query(
        list_rooms,
        [&](const db::Row& row) {
          page.more = page.rooms.size() == most;
          if (!page.more) page.rooms.push_back(read_room(row));
        },
        after, limit + 1);
    if (!rows) return std::unexpected(std::move(rows.error()));
    return page;
  };
  return database_.read(std::move(context), std::move(work));
}

Task<Result<std::optional<RoomInfo>>> Store::room(CallContext context, std::string name) {
  auto work = [name = std::move(name)](db::Session& session) { return look_up(session, name); };
  return database_.read(std::move(context), std::move(work));
}

Task<Result<RoomInfo>> Store::put_room(CallContext context, PutRoom room, Timestamp now) {
  auto work = [room = std::move(room), now](db::Session& session) -> Result<RoomInfo> {
    Rows rows = session.execute(put_room_row, room.room, now, room.title, room.topic);
    if (!rows) return std::unexpected(std::move(rows.error()));
    auto found = look_up(session, room.room);
    if (!found) return std::unexpected(std::move(found.error()));
    if (!*found) return fail(Code::internal, "the room is not there after it was stored");
    return **found;
  };
  return database_.write(std::move(context), std::move(work));
}

}  // namespace parley::chat
