// The port's operations, declared once.
#include <parley/chat/chat.hpp>

namespace {

using namespace parley;
using chat::ChatService;

constexpr Operation rows[] = {
    operation<&ChatService::post>("PostMessage", summary("Puts a message into a room's log."),
                                  http(Verb::post, "/api/messages", 201),
                                  grpc("/chat.ChatService/PostMessage"), permission("chat:write")),
    operation<&ChatService::read>("ReadMessages", summary("Reads a page of a room's log (polling)."),
                                  http(Verb::get, "/api/messages"), grpc("/chat.ChatService/ReadMessages"),
                                  permission("chat:read"), idempotent()),
    operation<&ChatService::follow>("Follow", summary("Streams a room's messages as they come."),
                                    grpc("/chat.ChatService/Follow"), permission("chat:read"), idempotent()),
    operation<&ChatService::follow_mentions>("FollowMentions",
                                             summary("Streams who is mentioned in the rooms' messages."),
                                             grpc("/chat.ChatService/FollowMentions"),
                                             permission("chat:read"), idempotent()),
};
static_assert(distinct(rows));

}  // namespace

template <>
std::span<const parley::Operation> parley::operations<parley::chat::ChatService>() {
  return rows;
}
