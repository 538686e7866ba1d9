#include "service.hpp"

#include "checks.hpp"
#include "limits.hpp"

#include <parley/log.hpp>
#include <parley/validate.hpp>

namespace parley::chat {
namespace {

using std::chrono::milliseconds;

// A follow() in its room: keeps both for as long as it runs.
class RoomFollower {
 public:
  RoomFollower(Rooms& rooms, const std::string& room, const CallContext& context, Scheduler& scheduler)
      : use_(rooms, room), counted_{rooms, *use_}, follower_(use_->followers, context, scheduler) {}

  Room& room() const noexcept { return *use_; }
  // Until something happens: messages, the call's cancellation or deadline, the module's end.
  Task<void> wait() { return follower_.wait(); }
  Result<void> may_go_on() const { return follower_.may_go_on(); }

 private:
  struct Counted {
    Counted(Rooms& r, Room& counted) : rooms(r), room(counted) { rooms.joined(); }
    ~Counted() { rooms.left(room); }
    Rooms& rooms;
    Room& room;
  };
  RoomUse use_;
  Counted counted_;
  Follower follower_;
};

}  // namespace

Service::Service(Dependencies dependencies, Options options)
    : options_(options),
      database_(std::move(dependencies.database)),
      scheduler_(dependencies.scheduler),
      clock_(dependencies.clock),
      random_(dependencies.random),
      store_(*database_),
      mentions_(*database_, dependencies.scheduler, options.keep_mentions),
      rooms_(dependencies.scheduler, dependencies.metrics,
             Rooms::Limits{.rooms = options.max_rooms, .inboxes = options.max_inboxes}),
      senders_(options.messages_per_second, options.burst),
      delivery_(store_, rooms_, mentions_, dependencies.scheduler, dependencies.clock, dependencies.metrics),
      pruner_(store_, rooms_, mentions_, dependencies.scheduler, dependencies.clock, options.keep_messages,
              options.prune_interval) {}

Task<Result<void>> Service::start() {
  CallContext context;
  context.clock = &clock_;
  auto found = co_await store_.load(context);
  if (!found) co_return std::unexpected(std::move(found.error()));
  auto mentions = co_await mentions_.load(std::move(context));
  if (!mentions) co_return mentions;
  std::int64_t waiting = 0;
  for (const Inventory::Log& log : found->logs) {
    Room& room = rooms_.restore(log.room);
    room.first = log.first;
    room.last = log.last;
    room.delayed = log.delayed;
    waiting += log.delayed;
  }
  log::debug("chat", "rooms are loaded", {{"rooms", found->logs.size()}, {"delayed", waiting}});
  delivery_.start(waiting, found->next_due);
  pruner_.start();
  co_return Result<void>{};
}

void Service::stop() {
  if (stopped_) return;
  stopped_ = true;
  delivery_.stop();
  pruner_.stop();
  rooms_.close();
  mentions_.stop();
  database_->stop();
}

Result<void> Service::check(PostMessage& request) const {
  auto fine = conform(request);
  if (fine) fine = refuse_nul("content", request.content);
  if (fine) fine = refuse_nul("user", request.user);
  if (fine) fine = refuse_nul("type", request.type);
  if (!fine) return fine;
  if (request.delay > options_.max_delay.count())
    return invalid_field("delay", "must be at most " + std::to_string(options_.max_delay.count()) +
                                      " milliseconds, is " + std::to_string(request.delay));
  // A reader gets the message's own fields from the server; a client's member of such a name gives way.
  static const std::vector<std::string_view> own_fields = [] {
    std::vector<std::string_view> names;
    for (const FieldInfo& field : describe<Message>().fields) names.push_back(field.name);
    names.push_back("delay");  // which post() adds
    return names;
  }();
  return keep_others(request.extra, own_fields);
}

Task<Result<Posted>> Service::post(CallContext context, PostMessage request) {
  if (stopped_) co_return stopping();
  auto fine = check(request);
  if (fine) fine = senders_.may_send(request.user, context.clock->steady());
  if (!fine) co_return std::unexpected(std::move(fine.error()));

  RoomUse room(rooms_, request.room);
  if (auto room_for_it = rooms_.begin_write(*room); !room_for_it)
    co_return std::unexpected(std::move(room_for_it.error()));

  auto message = std::make_shared<Message>();
  message->timestamp = clock_.now();
  message->id = make_uuid(message->timestamp, random_);
  message->room = std::move(request.room);
  message->type = std::move(request.type);
  message->content = std::move(request.content);
  message->user = std::move(request.user);
  message->extra = std::move(request.extra);

  if (request.delay > 0) {
    const milliseconds delay(request.delay);
    // Its readers see every member that the sender set, this one too.
    auto& others = message->extra.json;
    if (!others.empty()) others += ',';
    others += "\"delay\":" + std::to_string(request.delay);
    auto held = co_await post_later(std::move(context), *room, std::move(message), delay);
    rooms_.end_write(*room, held.has_value());
    co_return held;
  }

  std::shared_ptr<const Message> shared = message;
  auto stored = co_await store_.append(std::move(context), std::move(shared), !room->stored);
  rooms_.end_write(*room, stored.has_value());
  if (!stored) co_return std::unexpected(std::move(stored.error()));
  // The writer has let go of the message.
  message->seq = stored->seq;
  message->timestamp = stored->at;
  Posted posted{message->id, message->room, stored->seq, stored->at};
  rooms_.publish(*room, std::move(*message));
  mentions_.grown(stored->last_mention);
  co_return posted;
}

Task<Result<Posted>> Service::post_later(CallContext context, Room& room, std::shared_ptr<Message> message,
                                         milliseconds delay) {
  if (room.delayed >= options_.max_delayed)
    co_return fail(Code::resource_exhausted,
                   std::to_string(options_.max_delayed) +
                       " messages of this room wait for their delay already, which is "
                       "the limit");
  const Timestamp due = message->timestamp + delay;
  ++room.delayed;
  std::shared_ptr<const Message> shared = message;
  auto held = co_await store_.hold(std::move(context), std::move(shared), due, !room.stored);
  if (!held) {
    --room.delayed;
    co_return std::unexpected(std::move(held.error()));
  }
  delivery_.expect(due);
  co_return Posted{std::move(message->id), std::move(message->room), std::nullopt, due};
}

Task<Result<void>> Service::follow(CallContext context, FollowRoom request, Sink<RoomUpdate> sink) {
  if (stopped_) co_return stopping();
  if (auto fine = conform(request); !fine) co_return std::unexpected(std::move(fine.error()));

  RoomFollower follower(rooms_, request.room, context, scheduler_);
  const Room& room = follower.room();
  std::int64_t position = request.after_seq.value_or(room.last);
  // A position that was asked for may be beyond the log's end, which only the log itself can tell: it may
  // have messages that are not published yet.
  bool inside = position <= room.last;
  if (!request.after_seq) {
    RoomUpdate begin;
    begin.position = position;
    const bool taken = co_await sink.send(begin);
    if (!taken) co_return fail(Code::cancelled, "the receiver has gone");
  }

  for (;;) {
    if (auto fine = follower.may_go_on(); !fine) co_return std::unexpected(std::move(fine.error()));
    if (inside && position >= room.last) {
      auto waiting = follower.wait();
      co_await std::move(waiting);
      continue;
    }
    RoomUpdate update;
    if (room.tail.covers(position)) {
      update.messages = room.tail.after(position, max_update, max_page_bytes);
    } else {
      const std::int64_t known = room.last;
      auto page = co_await store_.after(context, request.room, position, max_update);
      if (auto fine = follower.may_go_on(); !fine) co_return std::unexpected(std::move(fine.error()));
      if (!page) co_return std::unexpected(std::move(page.error()));
      if (!inside && position > page->last) {
        update.gap = LogGap{page->last + 1, position};
        position = 0;
      } else if (page->messages.empty()) {
        // The log ends here, ahead of what is published; or it lacks what was published, and then there is
        // nothing to do until the next message.
        inside = true;
        if (position < room.last && room.last == known) {
          auto waiting = follower.wait();
          co_await std::move(waiting);
        }
        continue;
      } else {
        if (page->messages.front().seq > position + 1)
          update.gap = LogGap{position + 1, page->messages.front().seq - 1};
        update.messages = std::move(page->messages);
      }
      inside = true;
    }
    if (!update.messages.empty()) position = update.messages.back().seq;
    const bool taken = co_await sink.send(update);
    if (!taken) co_return fail(Code::cancelled, "the receiver has gone");
  }
}

Task<Result<void>> Service::follow_mentions(CallContext context, FollowMentions request,
                                            Sink<MentionUpdate> sink) {
  if (stopped_) co_return stopping();
  if (auto fine = conform(request); !fine) co_return std::unexpected(std::move(fine.error()));
  auto following = mentions_.follow(std::move(context), std::move(request), sink);
  auto ended = co_await std::move(following);
  co_return ended;
}

}  // namespace parley::chat
