// The port's operations, declared once.
#include <parley/chat/chat.hpp>

namespace {

using namespace parley;
using chat::ChatService;

constexpr Operation rows[] = {
    operation<&ChatService::post>("PostMessage", summary("Puts a message into a room's log."),
                                  http(Verb::post, "/api/messages", 201),
                                  grpc_method("/chat.ChatService/PostMessage"), permission("chat:write"),
                                  fails(Code::resource_exhausted)),
    operation<&ChatService::read>("ReadMessages", summary("Reads a page of a room's log (polling, history)."),
                                  http(Verb::get, "/api/messages"),
                                  grpc_method("/chat.ChatService/ReadMessages"), permission("chat:read"),
                                  idempotent()),
    operation<&ChatService::follow>(
        "Follow", summary("Streams a room's messages as they come."), http(Verb::get, "/api/messages/stream"),
        grpc_method("/chat.ChatService/Follow"), permission("chat:read"), idempotent(), endless()),
    operation<&ChatService::send_direct>("SendDirect", summary("Sends a message from one user to another."),
                                         http(Verb::post, "/api/messages/direct", 201),
                                         grpc_method("/chat.ChatService/SendDirect"),
                                         permission("chat:write"), fails(Code::resource_exhausted)),
    operation<&ChatService::list_rooms>(
        "ListRooms", summary("Lists the rooms by name."), http(Verb::get, "/api/rooms"),
        grpc_method("/chat.ChatService/ListRooms"), permission("chat:read"), idempotent()),
    operation<&ChatService::get_room>("GetRoom", summary("Shows a room."),
                                      http(Verb::get, "/api/rooms/{room}"),
                                      grpc_method("/chat.ChatService/GetRoom"), permission("chat:read"),
                                      idempotent(), fails(Code::not_found)),
    operation<&ChatService::put_room>(
        "PutRoom", summary("Creates a room, or gives it another title and topic."),
        http(Verb::put, "/api/rooms/{room}"), grpc_method("/chat.ChatService/PutRoom"),
        permission("chat:write"), idempotent(), fails(Code::resource_exhausted)),
    operation<&ChatService::presence>(
        "GetPresence", summary("Tells who is in a room."), http(Verb::get, "/api/rooms/{room}/presence"),
        grpc_method("/chat.ChatService/GetPresence"), permission("chat:read"), idempotent()),
    operation<&ChatService::attend>("Attend", summary("Enters a room and streams who comes, goes and types."),
                                    grpc_method("/chat.ChatService/Attend"), permission("chat:write"),
                                    endless()),
    operation<&ChatService::typing>(
        "AnnounceTyping", summary("Tells the others in a room that a user types."),
        http(Verb::post, "/api/rooms/{room}/typing", 204), grpc_method("/chat.ChatService/AnnounceTyping"),
        permission("chat:write"), idempotent()),
    operation<&ChatService::follow_mentions>(
        "FollowMentions", summary("Streams who is mentioned in the rooms' messages."),
        grpc_method("/chat.ChatService/FollowMentions"), permission("chat:read"), idempotent(), endless()),
};
static_assert(distinct(rows));

}  // namespace

template <>
std::span<const parley::Operation> parley::operations<parley::chat::ChatService>() {
  return rows;
}
