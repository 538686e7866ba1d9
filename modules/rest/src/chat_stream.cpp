#include "chat_stream.hpp"

#include "chat_frames.hpp"
#include "errors.hpp"
#include "frame_types.hpp"
#include "parameters.hpp"
#include "service_rows.hpp"

#include <parley/codec/json.hpp>
#include <parley/net/event_stream.hpp>

namespace parley::rest {
namespace {

// One open stream, kept by its two callbacks.
struct Listener {
  Listener(ChatEdge& e, std::shared_ptr<RoomHub> hub, std::optional<std::int64_t> position)
      : edge(e), membership(std::move(hub)), after(position) {}
  ChatEdge& edge;
  Membership membership;
  const std::optional<std::int64_t> after;
  bool counted = false;
};

Task<void> serve(ChatEdge& edge, net::Request& request, net::Response& response) {
  if (auto allowed = authorize_chat(edge, request.context, listener_rows); !allowed) {
    refuse_chat(request, response, allowed.error(), listener_rows);
    co_return;
  }
  const auto query = read_parameters<StreamQuery>(request);
  if (!query) {
    write_problem(request, response, query.error());
    co_return;
  }
  const auto after = query->last_event_id ? query->last_event_id : query->since;
  auto listener = std::make_shared<Listener>(edge, edge.rooms.hub(query->room), after);
  response.stream(
      {.slow_event = stream_end(slow_end), .restart_event = stream_end(restart_end)},
      [listener](net::EventStream& stream) {
        listener->counted = true;
        listener->edge.event_streams.add(1);
        listener->membership.enter(stream, Audience::events, listener->after);
      },
      [listener] {
        listener->membership.leave();
        if (listener->counted) listener->edge.event_streams.add(-1);
      });
}

}  // namespace

net::Handler stream_chat(ChatEdge& edge) {
  return [&edge](net::Request& request, net::Response& response) { return serve(edge, request, response); };
}

docs::Endpoint chat_stream_endpoint(docs::Tag tag) {
  return {.id = "StreamMessages",
          .summary = "A room's messages as Server-Sent Events",
          .details =
              "Each event has the message's `seq` as its id, so that Last-Event-ID resumes without loss or "
              "repetition. Messages that are no longer kept are told as a `gap` event.",
          .tag = tag,
          .request = &describe<StreamQuery>(),
          .answers = {docs::events("id: 42\nevent: message\ndata: {\"seq\":42,\"content\":\"Hello\"}\n\n")},
          .errors = handshake_errors,
          .permission = row_of<chat::ChatService>("Follow").permission};
}

docs::Channel chat_stream_channel(docs::Tag tag) {
  using Direction = docs::Flow::Direction;
  return {.id = "messagesStream",
          .title = "A room's messages as Server-Sent Events",
          .details = "Last-Event-ID resumes behind the event it names.",
          .tag = tag,
          .request = &describe<StreamQuery>(),
          .flows = {{.id = "streamMessages",
                     .summary = "What comes into the room's log; event: message, gap, overflow or restart.",
                     .direction = Direction::to_client,
                     .messages = {docs::message_of<chat::Message>("One entry of the room's log."),
                                  docs::message_of<GapFrame>(), docs::message_of<StreamEnd>()}}},
          .permission = row_of<chat::ChatService>("Follow").permission,
          .errors = handshake_errors};
}

}  // namespace parley::rest
