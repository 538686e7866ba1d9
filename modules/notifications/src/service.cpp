#include "service.hpp"

#include "limits.hpp"

#include <parley/log.hpp>
#include <parley/validate.hpp>

#include <algorithm>
#include <charconv>

namespace parley::notifications {
namespace {

std::unexpected<Error> stopping() {
  return std::unexpected(
      Error{Code::unavailable, "notifications are stopping", {}, std::chrono::milliseconds(1000)});
}

// The table has a rule for the keys; PostgreSQL's text cannot hold U+0000 in the values either.
Result<void> refuse_nul(const std::map<std::string, std::string>& data) {
  for (auto& [key, value] : data)
    if (value.find('\0') != value.npos) {
      std::string path = "data";
      append_member(path, key);
      return invalid_field(std::move(path), "must not contain the character U+0000");
    }
  return {};
}

template <class Request>
Result<Notification> to_notification(Request& request) {
  auto fine = conform(request);
  if (fine) fine = refuse_nul(request.data);
  if (!fine) return std::unexpected(std::move(fine.error()));
  Notification notification;
  notification.type = request.type;
  notification.title = std::move(request.title);
  notification.message = std::move(request.message);
  notification.data = std::move(request.data);
  return notification;
}

// Gives a subscriber one notification after the other, of the pages in which the log is followed.
class OneByOne final : public Outbound {
 public:
  OneByOne(Sink<Notification> sink, const std::string& user, const Clock& clock, Random& random)
      : sink_(sink), user_(user), clock_(clock), random_(random) {}

  Task<bool> write(const TypeInfo&, const void* answer) override {
    const auto& update = *static_cast<const NotificationUpdate*>(answer);
    if (update.gap) {
      const auto notice = gap_notice(*update.gap);
      auto telling = sink_.send(notice);
      const bool more = co_await std::move(telling);
      if (!more) co_return false;
    }
    for (const auto& notification : update.notifications) {
      auto sending = sink_.send(notification);
      const bool more = co_await std::move(sending);
      if (!more) co_return false;
    }
    co_return true;
  }

 private:
  Notification gap_notice(const LogGap& gap) const {
    Notification notice;
    notice.created_at = clock_.now();
    notice.id = make_uuid(notice.created_at, random_);
    notice.user_id = user_;
    notice.type = NotificationType::warning;
    notice.title = "Gap";
    const auto from = std::to_string(gap.from), to = std::to_string(gap.to);
    notice.message = "notifications " + from + " to " + to + " are no longer kept";
    notice.data = {{"from", from}, {"to", to}};
    return notice;
  }

  Sink<Notification> sink_;
  const std::string& user_;
  const Clock& clock_;
  Random& random_;
};

}  // namespace

Notification welcome(const std::string& user_id, Timestamp now, Random& random) {
  Notification notification;
  notification.id = make_uuid(now, random);
  notification.user_id = user_id;
  notification.title = "Connected";
  notification.message = "You are now connected to notifications";
  notification.created_at = now;
  return notification;
}

Service::Service(Environment environment, Options options, std::vector<std::unique_ptr<Feed>> feeds)
    : database_(std::move(environment.database)),
      scheduler_(environment.scheduler),
      clock_(environment.clock),
      random_(environment.random),
      store_(*database_),
      log_(store_, environment.scheduler, environment.metrics),
      pruner_(store_, log_, environment.scheduler, environment.clock, options.keep, options.prune_interval),
      consumers_(
          {store_, log_, {environment.scheduler, environment.clock}, environment.metrics, environment.random},
          std::move(feeds)) {}

Task<Result<void>> Service::start() {
  CallContext context;
  context.clock = &clock_;
  auto loading = store_.load(std::move(context));
  auto found = co_await std::move(loading);
  if (!found) co_return std::unexpected(std::move(found.error()));
  log_.restore(found->first, found->last);
  log::debug("notifications", "the log is loaded", {{"first", found->first}, {"last", found->last}});
  pruner_.start();
  consumers_.start(found->feeds);
  co_return Result<void>{};
}

void Service::stop() {
  if (stopped_) return;
  stopped_ = true;
  consumers_.stop();
  pruner_.stop();
  log_.close();
  database_->stop();
}

Task<Result<Notification>> Service::append(CallContext context, Notification notification) {
  auto made = std::make_shared<Notification>(std::move(notification));
  made->created_at = clock_.now();
  made->id = make_uuid(made->created_at, random_);
  auto appending = store_.append(std::move(context), made);
  auto appended = co_await std::move(appending);
  if (!appended) co_return std::unexpected(std::move(appended.error()));
  Notification stored = *made;  // the transaction may still hold it
  place(stored, *appended);
  log_.publish(stored);
  co_return stored;
}

Task<Result<Notification>> Service::send_notification(CallContext context, SendNotification request) {
  if (stopped_) co_return stopping();
  auto notification = to_notification(request);
  if (!notification) co_return std::unexpected(std::move(notification.error()));
  notification->user_id = std::move(request.user_id);
  auto appending = append(std::move(context), std::move(*notification));
  co_return co_await std::move(appending);
}

Task<Result<Notification>> Service::broadcast(CallContext context, Broadcast request) {
  if (stopped_) co_return stopping();
  auto notification = to_notification(request);
  if (!notification) co_return std::unexpected(std::move(notification.error()));
  auto appending = append(std::move(context), std::move(*notification));
  co_return co_await std::move(appending);
}

Task<Result<NotificationPage>> Service::list_notifications(CallContext context, ListNotifications request) {
  if (stopped_) co_return stopping();
  if (auto fine = conform(request); !fine) co_return std::unexpected(std::move(fine.error()));
  const View view{std::move(request.user_id), View::bits(request.types)};

  NotificationPage answer;
  Result<Page> page;
  if (request.since.empty()) {
    auto reading = store_.newest(std::move(context), view, request.limit);
    page = co_await std::move(reading);
  } else {
    std::int64_t since = 0;  // fits: at most 18 digits
    std::from_chars(request.since.data(), request.since.data() + request.since.size(), since);
    auto reading = store_.after(context, view, since, request.limit);
    page = co_await std::move(reading);
    if (page && since > page->last) {
      // The log is not the one that gave this cursor: whatever it has is new to the reader.
      answer.gap = true;
      auto again = store_.after(std::move(context), view, 0, request.limit);
      page = co_await std::move(again);
    } else if (page) {
      answer.gap = page->first > since + 1;
    }
  }
  if (!page) co_return std::unexpected(std::move(page.error()));
  answer.notifications = std::move(page->notifications);
  answer.more = page->more;
  answer.next = std::to_string(page->position);
  co_return answer;
}

Task<Result<void>> Service::run(CallContext context, LogReader& reader, Sink<NotificationUpdate> sink) {
  const CallContext reading = context;
  auto following = follow_log<NotificationUpdate>(
      std::move(context), reader.followers(), scheduler_, reader.position(),
      [&reader, &reading](std::int64_t) { return reader.read(reading); }, sink);
  co_return co_await std::move(following);
}

Task<Result<void>> Service::follow(CallContext context, FollowNotifications request,
                                   Sink<NotificationUpdate> sink) {
  if (stopped_) co_return stopping();
  if (auto fine = conform(request); !fine) co_return std::unexpected(std::move(fine.error()));
  LogReader reader(log_, {std::move(request.user_id), View::bits(request.types)}, request.after_seq, true);
  auto running = run(std::move(context), reader, sink);
  co_return co_await std::move(running);
}

Task<Result<void>> Service::subscribe(CallContext context, Subscribe request, Sink<Notification> sink) {
  if (stopped_) co_return stopping();
  if (auto fine = conform(request); !fine) co_return std::unexpected(std::move(fine.error()));
  // Its place comes first: what is sent while it is welcomed is for it too.
  LogReader reader(log_, {request.user_id, View::bits(request.types)}, request.after_seq, false);
  const auto first = welcome(request.user_id, clock_.now(), random_);
  auto welcoming = sink.send(first);
  const bool there = co_await std::move(welcoming);
  if (!there) co_return fail(Code::cancelled, "the receiver has gone");
  OneByOne one_by_one(sink, request.user_id, clock_, random_);
  auto running = run(std::move(context), reader, Sink<NotificationUpdate>(one_by_one));
  co_return co_await std::move(running);
}

}  // namespace parley::notifications
