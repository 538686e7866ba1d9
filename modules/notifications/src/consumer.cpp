#include "consumer.hpp"

#include <parley/log.hpp>
#include <parley/validate.hpp>

#include <algorithm>

namespace parley::notifications {

Consumer::Consumer(const Environment& environment, Feed& feed, std::int64_t after)
    : LogCursor(environment.cursor, after),
      with_(environment),
      feed_(feed),
      entries_(environment.metrics.counter("notifications_feed_entries_total", "Entries of feeds consumed.",
                                           {{"feed", feed.name()}})),
      failures_(environment.metrics.counter("notifications_feed_failures_total",
                                            "Times that consuming a feed broke off.",
                                            {{"feed", feed.name()}})),
      gaps_(environment.metrics.counter("notifications_feed_gaps_total", "Gaps in feeds, which were skipped.",
                                        {{"feed", feed.name()}})) {}

Task<Result<void>> Consumer::follow(CallContext context, std::optional<std::int64_t> after, Outbound& out) {
  return feed_.follow(std::move(context), after.value_or(0), out);
}

void Consumer::broke_off(const Error& error, std::chrono::milliseconds wait) {
  failures_.add();
  log::warn("notifications", "consuming a feed broke off; trying again",
            {{"feed", feed_.name()},
             {"code", info(error.code).name},
             {"reason", error.message},
             {"wait_ms", wait.count()}});
}

Task<bool> Consumer::take(const void* update) {
  auto read = feed_.read(update);
  auto position = position_.value_or(0);
  bool anew = false;
  if (read.gap) {
    gaps_.add();
    anew = behind(*read.gap) == 0;
    log::warn("notifications",
              anew ? "a feed has begun again at its start" : "a feed no longer has all its entries",
              {{"feed", feed_.name()}, {"from", read.gap->from}, {"to", read.gap->to}});
    position = behind(*read.gap);
  }
  if (!read.entries.empty()) position = read.entries.back().seq;
  const auto count = read.entries.size();
  complete(read.entries);
  const auto entries = std::make_shared<std::vector<FeedEntry>>(std::move(read.entries));

  for (auto backoff = first_backoff;; backoff = std::min(backoff * 2, last_backoff)) {
    CallContext context;
    context.clock = &with_.cursor.clock;
    auto consuming =
        with_.store.consume(std::move(context), std::string(feed_.name()), entries, position, anew);
    auto stored = co_await std::move(consuming);
    if (stored) {
      for (std::size_t i = 0; i < count; ++i) {
        if ((*stored)[i].seq == 0) continue;
        auto& notification = *(*entries)[i].notification;
        place(notification, (*stored)[i]);
        with_.log.publish(std::move(notification));
      }
      break;
    }
    if (stopped()) co_return false;
    broke_off(stored.error(), backoff);
    auto wait = pause_.wait(with_.cursor.scheduler, backoff);
    co_await std::move(wait);
    if (stopped()) co_return false;
  }
  entries_.add(static_cast<double>(count));
  position_ = position;
  co_return !stopped();
}

void Consumer::complete(std::vector<FeedEntry>& entries) {
  const auto now = with_.cursor.clock.now();
  for (auto& entry : entries) {
    if (!entry.notification) continue;
    auto& notification = *entry.notification;
    // The rules of one that is sent.
    SendNotification sample{std::move(notification.user_id), notification.type, std::move(notification.title),
                            std::move(notification.message), std::move(notification.data)};
    if (auto fine = conform(sample); !fine) {
      log::warn("notifications", "an entry of a feed makes no notification",
                {{"feed", feed_.name()}, {"seq", entry.seq}, {"reason", fine.error().message}});
      entry.notification.reset();
      continue;
    }
    notification.user_id = std::move(sample.user_id);
    notification.title = std::move(sample.title);
    notification.message = std::move(sample.message);
    notification.data = std::move(sample.data);
    notification.id = make_uuid(now, with_.random);
    notification.created_at = now;
  }
}

Consumers::Consumers(Consumer::Environment environment, std::vector<std::unique_ptr<Feed>> feeds)
    : environment_(std::move(environment)),
      feeds_(std::move(feeds)),
      tasks_(log_failures("notifications", "consuming a feed failed unexpectedly")) {}

void Consumers::start(const std::map<std::string, std::int64_t>& positions) {
  for (auto& feed : feeds_) {
    const auto known = positions.find(std::string(feed->name()));
    auto& consumer = running_.emplace_back(
        std::make_unique<Consumer>(environment_, *feed, known == positions.end() ? 0 : known->second));
    tasks_.spawn(consumer->run());
  }
}

void Consumers::stop() {
  for (auto& consumer : running_) consumer->stop_now();
}

}  // namespace parley::notifications
