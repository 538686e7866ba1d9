// The port wherever its module is: a line for each method.
#include <parley/chat/placed.hpp>

namespace parley::chat {
namespace {

class PlacedChatService final : public Placed<ChatService> {
 public:
  using Placed::Placed;
  Task<Result<Posted>> post(CallContext context, PostMessage request) override {
    return call<&ChatService::post>(std::move(context), std::move(request));
  }
  Task<Result<MessagePage>> read(CallContext context, ReadMessages request) override {
    return call<&ChatService::read>(std::move(context), std::move(request));
  }
  Task<Result<void>> follow(CallContext context, FollowRoom request, Sink<RoomUpdate> sink) override {
    return call<&ChatService::follow>(std::move(context), std::move(request), sink);
  }
  Task<Result<DirectSent>> send_direct(CallContext context, SendDirect request) override {
    return call<&ChatService::send_direct>(std::move(context), std::move(request));
  }
  Task<Result<RoomPage>> list_rooms(CallContext context, ListRooms request) override {
    return call<&ChatService::list_rooms>(std::move(context), std::move(request));
  }
  Task<Result<RoomInfo>> get_room(CallContext context, GetRoom request) override {
    return call<&ChatService::get_room>(std::move(context), std::move(request));
  }
  Task<Result<RoomInfo>> put_room(CallContext context, PutRoom request) override {
    return call<&ChatService::put_room>(std::move(context), std::move(request));
  }
  Task<Result<Presence>> presence(CallContext context, GetPresence request) override {
    return call<&ChatService::presence>(std::move(context), std::move(request));
  }
  Task<Result<void>> attend(CallContext context, AttendRoom request, Sink<RoomEvent> sink) override {
    return call<&ChatService::attend>(std::move(context), std::move(request), sink);
  }
  Task<Result<void>> typing(CallContext context, Typing request) override {
    return call<&ChatService::typing>(std::move(context), std::move(request));
  }
  Task<Result<void>> follow_mentions(CallContext context, FollowMentions request,
                                     Sink<MentionUpdate> sink) override {
    return call<&ChatService::follow_mentions>(std::move(context), std::move(request), sink);
  }
};

}  // namespace

std::unique_ptr<Placed<ChatService>> make_placed(Scheduler& scheduler, std::size_t max_waiting) {
  return std::make_unique<PlacedChatService>("chat", scheduler, max_waiting);
}

}  // namespace parley::chat
