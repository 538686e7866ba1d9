// The chat's rules over its store: the implementation of the port.
#pragma once

#include "delivery.hpp"
#include "mention_feed.hpp"
#include "pruner.hpp"
#include "rooms.hpp"
#include "senders.hpp"
#include "store.hpp"

#include <parley/chat/compose.hpp>

#include <memory>

namespace parley::chat {

// Loop thread only. Outlives every call made on it: destroy it after stop(), when the loop has run what that
// left behind.
class Service final : public ChatModule {
 public:
  Service(Dependencies dependencies, Options options);

  Task<Result<void>> start() override;
  void stop() override;

  Task<Result<Posted>> post(CallContext context, PostMessage request) override;
  Task<Result<MessagePage>> read(CallContext context, ReadMessages request) override;
  Task<Result<void>> follow(CallContext context, FollowRoom request, Sink<RoomUpdate> sink) override;
  Task<Result<DirectSent>> send_direct(CallContext context, SendDirect request) override;

  Task<Result<RoomPage>> list_rooms(CallContext context, ListRooms request) override;
  Task<Result<RoomInfo>> get_room(CallContext context, GetRoom request) override;
  Task<Result<RoomInfo>> put_room(CallContext context, PutRoom request) override;

  Task<Result<Presence>> presence(CallContext context, GetPresence request) override;
  Task<Result<void>> attend(CallContext context, AttendRoom request, Sink<RoomEvent> sink) override;
  Task<Result<void>> typing(CallContext context, Typing request) override;

  Task<Result<void>> follow_mentions(CallContext context, FollowMentions request,
                                     Sink<MentionUpdate> sink) override;

 private:
  Result<void> check(PostMessage& request) const;
  Task<Result<Posted>> post_later(CallContext context, Room& room, std::shared_ptr<Message> message,
                                  std::chrono::milliseconds delay);
  Task<Result<MessagePage>> read_forwards(CallContext context, ReadMessages request);
  Task<Result<MessagePage>> read_backwards(CallContext context, ReadMessages request);
  std::int64_t present_in(const std::string& room) noexcept;

  const Options options_;
  std::unique_ptr<db::Database> database_;
  Scheduler& scheduler_;
  const Clock& clock_;
  Random& random_;
  Store store_;
  MentionFeed mentions_;
  Rooms rooms_;
  Senders senders_;
  Delivery delivery_;
  Pruner pruner_;
  bool stopped_ = false;
};

}  // namespace parley::chat
