// A message as a row of the database.
#pragma once

#include <parley/chat/chat.hpp>
#include <parley/db/database.hpp>

namespace parley::chat {

// From the columns seq, sent_at, id, type, sender, content, extra, the first at `column`; its room is the
// caller's to set. The large ones come last, so that a row that no longer fits costs little.
inline void read_message(const db::Row& row, int column, Message& message) {
  message.seq = row.integer(column);
  message.timestamp = row.timestamp(column + 1);
  message.id = row.string(column + 2);
  message.type = row.string(column + 3);
  message.user = row.string(column + 4);
  message.content = row.string(column + 5);
  message.extra.json = row.string(column + 6);
}

}  // namespace parley::chat
