// The tables of notifications. A migration that has shipped is never changed.
#include <parley/notifications/compose.hpp>

namespace parley::notifications {
namespace {

// The log, with a second index for a user's view of it: his own notifications and those to everybody (user_id
// ''), of some types. Times are microseconds since 1970, `data` is a JSON object. `feeds` has the positions
// up to which other modules' feeds have become notifications.
constexpr db::Migration steps[] = {
    {1, "the log of notifications, and how far the feeds are consumed", R"sql(
      CREATE TABLE notifications (
        seq BIGINT NOT NULL PRIMARY KEY,
        user_id TEXT NOT NULL,
        type BIGINT NOT NULL,
        created_at BIGINT NOT NULL,
        id TEXT NOT NULL,
        title TEXT NOT NULL,
        message TEXT NOT NULL,
        data TEXT NOT NULL
      );
      CREATE INDEX notifications_of_user ON notifications (user_id, type, seq);
      CREATE TABLE feeds (
        name TEXT NOT NULL PRIMARY KEY,
        position BIGINT NOT NULL
      )
    )sql"},
    {2, "rows in the order of their positions", R"sql(
      CREATE TABLE notifications_2 (
        seq BIGINT NOT NULL PRIMARY KEY,
        user_id TEXT NOT NULL,
        type BIGINT NOT NULL,
        created_at BIGINT NOT NULL,
        id TEXT NOT NULL,
        title TEXT NOT NULL,
        message TEXT NOT NULL,
        data TEXT NOT NULL
      ) /*sqlite WITHOUT ROWID*/;
      INSERT INTO notifications_2 SELECT * FROM notifications;
      DROP TABLE notifications;
      ALTER TABLE notifications_2 RENAME TO notifications;
      CREATE INDEX notifications_of_user ON notifications (user_id, type, seq)
    )sql"},
};

}  // namespace

std::span<const db::Migration> migrations() {
  return steps;
}

}  // namespace parley::notifications
