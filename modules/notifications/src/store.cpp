#include "store.hpp"

#include "limits.hpp"

#include <parley/codec/json.hpp>

#include <algorithm>

namespace parley::notifications {
namespace {

// Statements name their parameters in the order of their numbers.

// The one writer finds a position and takes it in one transaction, so that a failed commit leaves no hole;
// the newest notification is never removed, so that a position is never given twice.
constexpr const char* newest_entry = R"sql(
  SELECT seq, created_at FROM notifications ORDER BY seq DESC LIMIT 1)sql";
constexpr const char* append_notification = R"sql(
  INSERT INTO notifications (seq, user_id, type, id, title, message, data, created_at)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8))sql";

constexpr const char* first_seq = "SELECT MIN(seq) FROM notifications";
constexpr const char* last_seq = "SELECT MAX(seq) FROM notifications";
constexpr const char* whole_log_after = R"sql(
  SELECT seq, user_id, type, created_at, id, title, message, data FROM notifications
  WHERE seq > $1 ORDER BY seq LIMIT $2)sql";
constexpr const char* one_notification = R"sql(
  SELECT seq, user_id, type, created_at, id, title, message, data FROM notifications WHERE seq = $1)sql";
// These two read the index alone.
constexpr const char* positions_after = R"sql(
  SELECT seq FROM notifications WHERE user_id = $1 AND type = $2 AND seq > $3 ORDER BY seq LIMIT $4)sql";
constexpr const char* newest_positions = R"sql(
  SELECT seq FROM notifications WHERE user_id = $1 AND type = $2 ORDER BY seq DESC LIMIT $3)sql";
constexpr const char* remove_notifications = "DELETE FROM notifications WHERE seq <= $1";

constexpr const char* feed_positions = "SELECT name, position FROM feeds";
constexpr const char* feed_position = "SELECT position FROM feeds WHERE name = $1";
constexpr const char* move_feed = R"sql(
  INSERT INTO feeds (name, position) VALUES ($1, $2)
  ON CONFLICT (name) DO UPDATE SET position = excluded.position)sql";

using Rows = Result<std::int64_t>;

constexpr const char* to_everybody = "";

// The table of `data` is that of the port's field.
const TypeInfo& data_type() {
  static const TypeInfo& type = [&]() -> const TypeInfo& {
    for (const auto& field : describe<Notification>().fields)
      if (field.name == "data") return *field.type;
    std::terminate();
  }();
  return type;
}

Notification to_notification(const db::Row& row) {
  Notification notification;
  notification.seq = row.integer(0);
  notification.user_id = row.string(1);
  notification.type = static_cast<NotificationType>(row.integer(2));
  notification.created_at = row.timestamp(3);
  notification.id = row.string(4);
  notification.title = row.string(5);
  notification.message = row.string(6);
  // Written by us. A row that somebody else damaged shows what can be read of it.
  if (const auto text = row.text(7); text != "{}")
    static_cast<void>(codec::read_json(text, data_type(), &notification.data));
  return notification;
}

Result<Appended> append_to_log(db::Session& session, const Notification& notification) {
  std::string data;
  codec::write_json(data_type(), &notification.data, data);
  Appended stored{1, notification.created_at};
  Rows rows = session.query(newest_entry, [&](const db::Row& row) {
    stored.seq = row.integer(0) + 1;
    stored.at = std::max(row.timestamp(1), notification.created_at);
  });
  if (rows)
    rows = session.execute(append_notification, stored.seq, notification.user_id,
                           static_cast<std::int64_t>(notification.type), notification.id, notification.title,
                           notification.message, data, stored.at);
  if (!rows) return std::unexpected(std::move(rows.error()));
  return stored;
}

template <class Ends>
Result<void> find_ends(db::Session& session, Ends& ends) {
  Rows rows = session.query(first_seq, [&](const db::Row& row) { ends.first = row.integer(0); });
  if (rows) rows = session.query(last_seq, [&](const db::Row& row) { ends.last = row.integer(0); });
  if (!rows) return std::unexpected(std::move(rows.error()));
  return {};
}

// Collects rows, in the order of the log or against it, until the page is full.
class Collector {
 public:
  Collector(const View& view, std::int32_t limit, Page& page) : view_(view), limit_(limit), page_(page) {}
  bool full() {
    if (rows_ == limit_ || bytes_ >= max_page_bytes) page_.more = true;
    return page_.more;
  }
  void operator()(const db::Row& row) {
    if (full()) return;
    ++rows_;
    page_.position = row.integer(0);
    if ((view_.types & View::bit(static_cast<NotificationType>(row.integer(2)))) == 0) return;
    page_.notifications.push_back(to_notification(row));
    bytes_ += footprint(page_.notifications.back());
  }
  void end() {
    if (!page_.more) page_.position = page_.last;
  }

 private:
  const View& view_;
  std::int32_t limit_;
  Page& page_;
  std::int32_t rows_ = 0;
  std::size_t bytes_ = 0;
};

// The positions that `view` shows, of each kind `limit` at most: what a page of that length is chosen from.
// `read(user, type, add)` queries one kind.
template <class Read>
Result<std::vector<std::int64_t>> positions(const View& view, Read read) {
  std::vector<std::int64_t> all;
  auto add = [&](const db::Row& row) { all.push_back(row.integer(0)); };
  for (std::int64_t type = 0; type < View::type_count; ++type) {
    if ((view.types >> type & 1) == 0) continue;
    Rows rows = read(std::string_view(to_everybody), type, add);
    if (rows) rows = read(std::string_view(*view.user), type, add);
    if (!rows) return std::unexpected(std::move(rows.error()));
  }
  std::sort(all.begin(), all.end());
  return all;
}

Result<void> collect(db::Session& session, const std::vector<std::int64_t>& positions, Collector& collector) {
  for (const auto seq : positions) {
    if (collector.full()) break;
    Rows rows = session.query(one_notification, collector, seq);
    if (!rows) return std::unexpected(std::move(rows.error()));
  }
  return {};
}

}  // namespace

std::uint32_t View::bits(const std::vector<NotificationType>& types) noexcept {
  std::uint32_t bits = 0;
  for (const auto type : types) bits |= bit(type);
  return bits == 0 ? all_types : bits;
}

std::size_t footprint(const Notification& notification) noexcept {
  std::size_t size = sizeof notification + notification.id.size() + notification.user_id.size() +
                     notification.title.size() + notification.message.size();
  constexpr std::size_t node = 32;  // of the map, beside its two strings
  for (auto& [key, value] : notification.data)
    size += node + 2 * sizeof(std::string) + key.size() + value.size();
  return size;
}

Task<Result<Inventory>> Store::load(CallContext context) {
  auto work = [](db::Session& session) -> Result<Inventory> {
    Inventory found;
    if (auto ends = find_ends(session, found); !ends) return std::unexpected(std::move(ends.error()));
    Rows rows = session.query(feed_positions,
                              [&](const db::Row& row) { found.feeds[row.string(0)] = row.integer(1); });
    if (!rows) return std::unexpected(std::move(rows.error()));
    return found;
  };
  return database_.read(std::move(context), std::move(work));
}

Task<Result<Appended>> Store::append(CallContext context, std::shared_ptr<const Notification> notification) {
  auto work = [notification = std::move(notification)](db::Session& session) {
    return append_to_log(session, *notification);
  };
  return database_.write(std::move(context), std::move(work));
}

Task<Result<Page>> Store::newest(CallContext context, View view, std::int32_t limit) {
  auto work = [view = std::move(view), limit](db::Session& session) -> Result<Page> {
    Page page;
    if (auto found = find_ends(session, page); !found) return std::unexpected(found.error());
    auto seqs = positions(view, [&](std::string_view user, std::int64_t type, auto& add) {
      return session.query(newest_positions, add, user, type, limit);
    });
    if (!seqs) return std::unexpected(std::move(seqs.error()));
    std::reverse(seqs->begin(), seqs->end());
    Collector collector(view, limit, page);
    if (auto read = collect(session, *seqs, collector); !read) return std::unexpected(read.error());
    std::reverse(page.notifications.begin(), page.notifications.end());
    page.more = false;  // what did not fit is older
    collector.end();
    return page;
  };
  return database_.read(std::move(context), std::move(work));
}

Task<Result<Page>> Store::after(CallContext context, View view, std::int64_t seq, std::int32_t limit) {
  auto work = [view = std::move(view), seq, limit](db::Session& session) -> Result<Page> {
    Page page;
    if (auto found = find_ends(session, page); !found) return std::unexpected(found.error());
    Collector collector(view, limit, page);
    if (view.user) {
      auto seqs = positions(view, [&](std::string_view user, std::int64_t type, auto& add) {
        return session.query(positions_after, add, user, type, seq, limit + 1);
      });
      if (!seqs) return std::unexpected(std::move(seqs.error()));
      if (auto read = collect(session, *seqs, collector); !read) return std::unexpected(read.error());
    } else {
      Rows rows = session.query(whole_log_after, collector, seq, limit + 1);
      if (!rows) return std::unexpected(std::move(rows.error()));
    }
    collector.end();
    return page;
  };
  return database_.read(std::move(context), std::move(work));
}

Task<Result<std::vector<Appended>>> Store::consume(CallContext context, std::string feed,
                                                   std::shared_ptr<const std::vector<FeedEntry>> entries,
                                                   std::int64_t position, bool anew) {
  auto work = [feed = std::move(feed), entries = std::move(entries), position,
               anew](db::Session& session) -> Result<std::vector<Appended>> {
    std::int64_t stored = 0;
    Rows rows = session.query(
        feed_position, [&](const db::Row& row) { stored = row.integer(0); }, feed);
    if (!rows) return std::unexpected(std::move(rows.error()));
    if (anew) stored = 0;
    std::vector<Appended> appended;
    for (const auto& entry : *entries) {
      auto& place = appended.emplace_back();
      if (entry.seq <= stored || !entry.notification) continue;
      auto found = append_to_log(session, *entry.notification);
      if (!found) return std::unexpected(std::move(found.error()));
      place = *found;
    }
    rows = session.execute(move_feed, feed, std::max(stored, position));
    if (!rows) return std::unexpected(std::move(rows.error()));
    return appended;
  };
  return database_.write(std::move(context), std::move(work));
}

Task<Result<std::int64_t>> Store::remove_until(CallContext context, std::int64_t seq) {
  auto work = [seq](db::Session& session) -> Result<std::int64_t> {
    return session.execute(remove_notifications, seq);
  };
  return database_.write(std::move(context), std::move(work));
}

}  // namespace parley::notifications
