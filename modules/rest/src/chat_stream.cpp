#include "chat_stream.hpp"

#include "chat_frames.hpp"
#include "errors.hpp"

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
  if (auto allowed = authorize_chat(edge, request.context, false); !allowed) {
    write_problem(request, response, allowed.error());
    co_return;
  }
  auto query = read_chat_query(request, "user");
  if (query) {
    if (const auto last = request.header("Last-Event-ID"); last && !last->empty()) {
      auto position = parse_position("Last-Event-ID", *last);
      if (!position)
        query = std::unexpected(std::move(position.error()));
      else
        query->since = *position;
    }
  }
  if (!query) {
    write_problem(request, response, query.error());
    co_return;
  }
  auto listener = std::make_shared<Listener>(edge, edge.rooms.hub(query->room), query->since);
  response.stream(
      {.slow_event = slow_event, .restart_event = restart_event},
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

}  // namespace parley::rest
