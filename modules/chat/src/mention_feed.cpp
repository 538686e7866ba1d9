#include "mention_feed.hpp"

#include "limits.hpp"
#include "mentions.hpp"
#include "message_row.hpp"
#include "store.hpp"

#include <parley/log.hpp>

#include <algorithm>

namespace parley::chat {
namespace {

constexpr std::int64_t mentions_at_once = 500;  // mentions removed in one transaction

// Statements name their parameters in the order of their numbers. The newest mention is never removed, so
// that a position is never given twice.
constexpr const char* add_mention = R"sql(
  INSERT INTO mentions (seq, mentioned, room, message_seq) VALUES ($1, $2, $3, $4))sql";
constexpr const char* first_mention = "SELECT MIN(seq) FROM mentions";
constexpr const char* last_mention = "SELECT MAX(seq) FROM mentions";
constexpr const char* mentions_after = R"sql(
  SELECT mentions.seq, mentioned, mentions.room,
         messages.seq, sent_at, id, type, sender, content, extra
  FROM mentions JOIN messages ON messages.room = mentions.room AND messages.seq = message_seq
  WHERE mentions.seq > $1 ORDER BY mentions.seq LIMIT $2)sql";
constexpr const char* remove_mentions = "DELETE FROM mentions WHERE seq <= $1";

using Rows = Result<std::int64_t>;

struct Ends {
  std::int64_t first = 0, last = 0;
};

Result<Ends> find_ends(db::Session& session) {
  Ends ends;
  Rows rows = session.query(first_mention, [&](const db::Row& row) { ends.first = row.integer(0); });
  if (rows) rows = session.query(last_mention, [&](const db::Row& row) { ends.last = row.integer(0); });
  if (!rows) return std::unexpected(std::move(rows.error()));
  return ends;
}

// What there is behind `position`, up to the next hole. A hole at the start is a gap.
Result<LogPage<MentionUpdate>> read_page(db::Session& session, std::int64_t position) {
  auto ends = find_ends(session);
  if (!ends) return std::unexpected(std::move(ends.error()));
  LogPage<MentionUpdate> page;
  if (position > ends->last) {  // the log is not the one that this position is of
    page.update.gap = LogGap{ends->last + 1, position};
    page.empty = false;
    return page;
  }
  auto& mentions = page.update.mentions;
  std::size_t bytes = 0;
  bool full = false;
  page.position = position;
  Rows rows = session.query(
      mentions_after,
      [&](const db::Row& row) {
        const std::int64_t seq = row.integer(0);
        full = full || bytes >= max_page_bytes || (!mentions.empty() && seq != page.position + 1);
        if (full) return;
        if (seq != page.position + 1) page.update.gap = LogGap{page.position + 1, seq - 1};
        Mention& mention = mentions.emplace_back();
        mention.seq = page.position = seq;
        mention.user = row.string(1);
        mention.message.room = row.string(2);
        read_message(row, 3, mention.message);
        bytes += footprint(mention.message);
      },
      position, max_update);
  if (!rows) return std::unexpected(std::move(rows.error()));
  if (mentions.empty() && ends->last > position) {
    page.update.gap = LogGap{position + 1, ends->last};
    page.position = ends->last;
  }
  page.empty = mentions.empty() && !page.update.gap;
  return page;
}

}  // namespace

Result<std::int64_t> add_mentions(db::Session& session, const Message& message, std::int64_t seq) {
  const auto names = mentions_in(message.content);
  if (names.empty()) return 0;
  std::int64_t last = 0;
  Rows rows = session.query(last_mention, [&](const db::Row& row) { last = row.integer(0); });
  for (const auto name : names) {
    if (rows) rows = session.execute(add_mention, ++last, name, message.room, seq);
    if (!rows) return rows;
  }
  return last;
}

MentionFeed::MentionFeed(db::Database& database, Scheduler& scheduler, std::int64_t keep)
    : database_(database), scheduler_(scheduler), keep_(std::max<std::int64_t>(keep, 1)) {}

Task<Result<void>> MentionFeed::load(CallContext context) {
  auto work = [](db::Session& session) -> Result<Ends> { return find_ends(session); };
  auto ends = co_await database_.read(std::move(context), std::move(work));
  if (!ends) co_return std::unexpected(std::move(ends.error()));
  first_ = ends->first;
  last_ = ends->last;
  co_return Result<void>{};
}

void MentionFeed::grown(std::int64_t last) {
  if (last <= last_) return;
  last_ = last;
  if (first_ == 0) first_ = 1;
  if (std::exchange(waking_, true)) return;
  scheduler_.post([this, alive = std::weak_ptr(alive_)] {
    if (alive.expired()) return;
    waking_ = false;
    followers_.wake();
  });
}

Task<Result<LogPage<MentionUpdate>>> MentionFeed::page(CallContext context, std::int64_t position) {
  auto work = [position](db::Session& session) { return read_page(session, position); };
  auto read = co_await database_.read(std::move(context), std::move(work));
  co_return read;
}

Task<Result<void>> MentionFeed::follow(CallContext context, FollowMentions request,
                                       Sink<MentionUpdate> sink) {
  const std::int64_t position = request.after_seq.value_or(last_);
  auto read = [this, context](std::int64_t after) { return page(context, after); };
  auto following = follow_log(std::move(context), followers_, scheduler_, position, std::move(read), sink);
  auto ended = co_await std::move(following);
  co_return ended;
}

Task<bool> MentionFeed::prune(CallContext context) {
  if (last_ - first_ + 1 <= keep_) co_return false;
  const std::int64_t until = std::min(last_ - keep_, first_ + mentions_at_once - 1);
  auto work = [until](db::Session& session) -> Rows { return session.execute(remove_mentions, until); };
  auto removed = co_await database_.write(std::move(context), std::move(work));
  if (!removed) {
    log::warn("chat", "old mentions could not be removed", {{"error", removed.error().message}});
    co_return false;
  }
  first_ = until + 1;
  co_return true;
}

}  // namespace parley::chat
