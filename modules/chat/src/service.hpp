// The chat's rules over its store: the implementation of the port.
#pragma once

#include "delivery.hpp"
#include "mention_feed.hpp"
#include "pruner.hpp"
#include "rooms.hpp"
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
  Task<Result<void>> follow_mentions(CallContext context, FollowMentions request,
                                     Sink<MentionUpdate> sink) override;

 private:
  Result<void> check(PostMessage& request) const;
  Task<Result<Posted>> post_later(CallContext context, Room& room, std::shared_ptr<Message> message,
                                  std::chrono::milliseconds delay);

  const Options options_;
  std::unique_ptr<db::Database> database_;
  Scheduler& scheduler_;
  const Clock& clock_;
  Random& random_;
  Store store_;
  MentionFeed mentions_;
  Rooms rooms_;
  Delivery delivery_;
  Pruner pruner_;
  bool stopped_ = false;
};

}  // namespace parley::chat
