// The log in memory: how far it goes, its newest notifications, and who follows it. Loop thread only.
#pragma once

#include "store.hpp"

#include <parley/follow.hpp>
#include <parley/log_tail.hpp>
#include <parley/metrics.hpp>
#include <parley/time.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <unordered_set>

namespace parley::notifications {

inline std::int64_t log_seq(const Notification& notification) noexcept {
  return notification.seq.value_or(0);
}

class Log {
 public:
  Log(Store& store, Scheduler& scheduler, Metrics& metrics);

  void restore(std::int64_t first, std::int64_t last) noexcept { first_ = first, last_ = last; }
  std::int64_t first() const noexcept { return first_; }  // 0: empty
  std::int64_t last() const noexcept { return last_; }
  void removed_until(std::int64_t seq) noexcept { first_ = seq + 1; }

  // Takes a notification that is in the log, and wakes those who see it in a later turn of the loop, so that
  // what was committed together reaches them together. Out of order or twice does no harm: followers go by
  // position, and read from the log what the tail has not.
  void publish(Notification notification);
  // No more: everyone who follows ends.
  void close();

 private:
  friend class LogReader;
  void flush();

  Store& store_;
  Scheduler& scheduler_;
  Gauge& following_;
  std::unordered_map<std::int32_t, Counter*> counters_;  // by type
  std::int64_t first_ = 0, last_ = 0;
  LogTailBudget budget_;
  LogTail<Notification> tail_{budget_};  // kept while somebody follows
  std::size_t readers_ = 0;
  // By whom they see: of one user, and of all. A user is here while somebody follows his view.
  const std::shared_ptr<Followers> of_all_ = std::make_shared<Followers>();
  struct OfUser {
    std::shared_ptr<Followers> followers = std::make_shared<Followers>();
    std::size_t readers = 0;
  };
  std::unordered_map<std::string, OfUser> of_users_;
  bool flushing_ = false, wake_users_ = false;
  std::unordered_set<std::string> wake_;  // some users
  bool closed_ = false;
  std::shared_ptr<const int> alive_ = std::make_shared<int>(0);  // guards what was posted
};

// One follower's reading of the log, for follow_log(). Not longer than the Log.
class LogReader {
 public:
  // From `after`, or from the log's end. `positions`: updates without notifications are sent too, to tell how
  // far the reader has come.
  LogReader(Log& log, View view, std::optional<std::int64_t> after, bool positions);
  LogReader(const LogReader&) = delete;
  LogReader& operator=(const LogReader&) = delete;
  ~LogReader();

  Followers& followers() const noexcept { return *followers_; }
  std::int64_t position() const noexcept { return position_; }
  Task<Result<LogPage<NotificationUpdate>>> read(const CallContext& context);

 private:
  // False where the tail does not reach back far enough.
  bool read_tail(NotificationUpdate& update);
  Task<Result<void>> read_store(const CallContext& context, NotificationUpdate& update);

  Log& log_;
  const View view_;
  std::shared_ptr<Followers> followers_;
  std::int64_t position_;
  // A position that was asked for may be beyond the log's end, which only the log itself can tell: it may
  // have notifications that are not published yet.
  bool inside_;
  bool tell_position_;  // with the next update, even if it has nothing else
  const bool positions_;
};

}  // namespace parley::notifications
