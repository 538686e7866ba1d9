// The chat's tables. A migration that has shipped is never changed.
#include <parley/chat/compose.hpp>

namespace parley::chat {
namespace {

// The log: (room, seq) is its only index, which serves appending, reading by position, and, as neither seq
// nor sent_at ever goes back, reading by time as well. Times are microseconds since 1970.
// A delayed message waits in a table of its own, ordered by when it is due and then by when it came.
// An inbox is a log in `messages` under the name `@user`, and is known by its row in `inboxes`: the rooms
// stay few and are listed without stepping over inboxes. A mention refers to its message instead of copying
// it.
constexpr db::Migration steps[] = {
    {1, "rooms, their logs, and messages that wait for their delay", R"sql(
      CREATE TABLE rooms (
        room TEXT NOT NULL PRIMARY KEY,
        created_at BIGINT NOT NULL
      );
      CREATE TABLE messages (
        room TEXT NOT NULL,
        seq BIGINT NOT NULL,
        id TEXT NOT NULL,
        type TEXT NOT NULL,
        content TEXT NOT NULL,
        sender TEXT NOT NULL,
        sent_at BIGINT NOT NULL,
        extra TEXT NOT NULL,
        PRIMARY KEY (room, seq)
      );
      CREATE TABLE delayed (
        due_at BIGINT NOT NULL,
        entry BIGINT NOT NULL,
        room TEXT NOT NULL,
        id TEXT NOT NULL,
        type TEXT NOT NULL,
        content TEXT NOT NULL,
        sender TEXT NOT NULL,
        extra TEXT NOT NULL,
        PRIMARY KEY (due_at, entry)
      )
    )sql"},
    {2, "titles of rooms, inboxes for direct messages, and the feed of mentions", R"sql(
      ALTER TABLE rooms ADD COLUMN title TEXT NOT NULL DEFAULT '';
      ALTER TABLE rooms ADD COLUMN topic TEXT NOT NULL DEFAULT '';
      CREATE TABLE inboxes (
        room TEXT NOT NULL PRIMARY KEY,
        created_at BIGINT NOT NULL
      );
      CREATE TABLE mentions (
        seq BIGINT NOT NULL PRIMARY KEY,
        mentioned TEXT NOT NULL,
        room TEXT NOT NULL,
        message_seq BIGINT NOT NULL
      )
    )sql"},
    {3, "messages in the order of their positions", R"sql(
      CREATE TABLE messages_3 (
        room TEXT NOT NULL,
        seq BIGINT NOT NULL,
        id TEXT NOT NULL,
        type TEXT NOT NULL,
        content TEXT NOT NULL,
        sender TEXT NOT NULL,
        sent_at BIGINT NOT NULL,
        extra TEXT NOT NULL,
        PRIMARY KEY (room, seq)
      ) /*sqlite WITHOUT ROWID*/;
      INSERT INTO messages_3 SELECT * FROM messages;
      DROP TABLE messages;
      ALTER TABLE messages_3 RENAME TO messages
    )sql"},
};

}  // namespace

std::span<const db::Migration> migrations() {
  return steps;
}

}  // namespace parley::chat
