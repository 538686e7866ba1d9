// The tables of notifications as operations on their log. Loop thread; every call is one transaction.
#pragma once

#include <parley/db/database.hpp>
#include <parley/notifications/notifications.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace parley::notifications {

// Which notifications somebody sees.
struct View {
  std::optional<std::string> user;  // his own and those to everybody; nothing: all of them
  std::uint32_t types = all_types;  // a bit per type

  static constexpr std::int64_t type_count = 6;
  static constexpr std::uint32_t all_types = (1u << type_count) - 1;
  static std::uint32_t bit(NotificationType type) noexcept {
    return std::uint32_t{1} << static_cast<std::uint32_t>(type);
  }
  // None stands for all.
  static std::uint32_t bits(const std::vector<NotificationType>& types) noexcept;
  bool shows(const Notification& notification) const noexcept {
    return (types & bit(notification.type)) != 0 &&
           (!user || notification.user_id.empty() || notification.user_id == *user);
  }
};

// A stretch of the log as somebody sees it, with the log's ends, all of one moment.
struct Page {
  std::vector<Notification> notifications;  // oldest first
  std::int64_t first = 0, last = 0;         // of the log; 0: empty
  bool more = false;                        // the stretch ended before the log did
  std::int64_t position = 0;                // behind the stretch: up to here there is nothing else to see
};

// What is in the tables when the module starts.
struct Inventory {
  std::int64_t first = 0, last = 0;           // of the log; 0: empty
  std::map<std::string, std::int64_t> feeds;  // the positions of those that have begun
};

// What one entry of a feed says, or nothing.
struct FeedEntry {
  std::int64_t seq = 0;
  std::optional<Notification> notification;  // without seq
};

// Where a notification came to stand in the log.
struct Appended {
  std::int64_t seq = 0;
  Timestamp at;  // the time of the notification before it, where that is later than its own
};
inline void place(Notification& notification, const Appended& appended) {
  notification.seq = appended.seq;
  notification.created_at = appended.at;
}

// Pages hold `limit` notifications at most, and fewer (but one at least) where they take more than
// max_page_bytes. The database outlives the store.
class Store {
 public:
  explicit Store(db::Database& database) : database_(database) {}

  Task<Result<Inventory>> load(CallContext context);

  // Gives `notification` the next position.
  Task<Result<Appended>> append(CallContext context, std::shared_ptr<const Notification> notification);

  Task<Result<Page>> newest(CallContext context, View view, std::int32_t limit);
  Task<Result<Page>> after(CallContext context, View view, std::int64_t seq, std::int32_t limit);

  // Puts what the entries of a feed say into the log, and moves the feed on to `position`, all or nothing.
  // Entries at or before the feed's stored position have been consumed already and are left out, unless
  // `anew`: the feed has begun again at its start. Answers where each entry's notification stands, seq 0 for
  // those that made none.
  Task<Result<std::vector<Appended>>> consume(CallContext context, std::string feed,
                                              std::shared_ptr<const std::vector<FeedEntry>> entries,
                                              std::int64_t position, bool anew);

  // Removes the notifications up to and including `seq`; how many there were. The caller keeps the newest:
  // positions are counted from it.
  Task<Result<std::int64_t>> remove_until(CallContext context, std::int64_t seq);

 private:
  db::Database& database_;
};

// About what a notification takes in memory, in bytes.
std::size_t footprint(const Notification& notification) noexcept;

}  // namespace parley::notifications
