// Makes notifications of other modules' feeds, each entry once: what an entry says and the position behind it
// are stored in one transaction. Loop thread only.
#pragma once

#include "feed.hpp"
#include "log.hpp"
#include "store.hpp"

#include <parley/ids.hpp>
#include <parley/log_cursor.hpp>
#include <parley/metrics.hpp>
#include <parley/task.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace parley::notifications {

class Consumer final : public LogCursor {
 public:
  struct Environment {
    Store& store;
    Log& log;
    LogCursor::Environment cursor;
    Metrics& metrics;
    Random& random;
  };
  // `after`: up to where the feed has been consumed. What it is given outlives it.
  Consumer(const Environment& environment, Feed& feed, std::int64_t after);

 private:
  Task<Result<void>> follow(CallContext context, std::optional<std::int64_t> after, Outbound& out) override;
  Task<bool> take(const void* update) override;
  void broke_off(const Error& error, std::chrono::milliseconds wait) override;
  // Of what is to be stored: fills in what a feed does not know, and leaves out what no notification can be.
  void complete(std::vector<FeedEntry>& entries);

  const Environment& with_;
  Feed& feed_;
  Counter& entries_;
  Counter& failures_;
  Counter& gaps_;
};

// One consumer per feed.
class Consumers {
 public:
  Consumers(Consumer::Environment environment, std::vector<std::unique_ptr<Feed>> feeds);

  // `positions` by the feeds' names; one that is not there begins at its start.
  void start(const std::map<std::string, std::int64_t>& positions);
  // The transaction that runs completes; nothing more begins.
  void stop();

 private:
  const Consumer::Environment environment_;
  const std::vector<std::unique_ptr<Feed>> feeds_;
  std::vector<std::unique_ptr<Consumer>> running_;
  TaskGroup tasks_;
};

}  // namespace parley::notifications
