#include "notification_edge.hpp"

#include "chat_frames.hpp"
#include "errors.hpp"
#include "frame_types.hpp"
#include "parameters.hpp"

#include <parley/codec/json.hpp>
#include <parley/net/event_stream.hpp>
#include <parley/validate.hpp>

#include <limits>

namespace parley::rest {
namespace {

using notifications::NotificationService;
using notifications::Subscribe;

constexpr std::size_t max_frame = 4096;  // bytes of what a client may say

const Operation& subscription_row() {
  for (const auto& row : operations<NotificationService>())
    if (row.shape == Shape::server_stream && row.verb == Verb::get) return row;
  std::terminate();  // the first test finds it
}

Result<Subscribe> admit(const NotificationEdge& edge, const net::Request& request) {
  if (const auto& permission = subscription_row().permission; edge.authorize && !permission.empty())
    if (auto allowed = edge.authorize(request.context, permission); !allowed)
      return std::unexpected(std::move(allowed.error()));
  auto query = read_parameters<NotificationQuery>(request);
  if (!query) return std::unexpected(std::move(query.error()));
  return Subscribe{std::move(query->user_id), std::move(query->types),
                   query->last_event_id ? query->last_event_id : query->since};
}

void write_refusal(const net::Request& request, net::Response& response, const Error& error) {
  write_problem(request, response, error);
  name_scope(request, response, subscription_row().permission);
}

std::string welcome(const NotificationEdge& edge, const std::string& user) {
  return codec::to_json(notifications::welcome(user, edge.clock.now(), edge.random));
}

void enter(NotificationEdge& edge, const Subscribe& subscribe, net::Peer& peer, Form form, Place& place) {
  auto group = edge.hubs.hub()->group(subscribe.user_id, subscribe.types, form);
  place.enter(std::move(group), peer, subscribe.after_seq);
}

// One open stream, kept by its two callbacks.
struct Listener {
  Listener(NotificationEdge& e, Subscribe s) : edge(e), subscribe(std::move(s)) {}
  NotificationEdge& edge;
  Subscribe subscribe;
  Place place;
  bool counted = false;
};

Task<void> serve(NotificationEdge& edge, net::Request& request, net::Response& response) {
  auto subscribe = admit(edge, request);
  if (!subscribe) {
    write_refusal(request, response, subscribe.error());
    co_return;
  }
  auto listener = std::make_shared<Listener>(edge, std::move(*subscribe));
  response.stream(
      {.slow_event = stream_end(slow_end), .restart_event = stream_end(restart_end)},
      [listener](net::EventStream& stream) {
        listener->counted = true;
        listener->edge.event_streams.add(1);
        stream.send(
            net::Frame::event({}, "notification", welcome(listener->edge, listener->subscribe.user_id)));
        enter(listener->edge, listener->subscribe, stream, Form::event, listener->place);
      },
      [listener] {
        listener->place.leave();
        if (listener->counted) listener->edge.event_streams.add(-1);
      });
}

// What a client may say.
struct ClientFrame {
  std::string type;
};

class NotificationSocket final : public net::WebSocketHandler {
 public:
  NotificationSocket(NotificationEdge& edge, Subscribe subscribe)
      : edge_(edge), subscribe_(std::move(subscribe)) {}

  void on_open(net::WebSocket& socket) override {
    socket_ = &socket;
    edge_.sockets.add(1);
    socket.send_text(welcome(edge_, subscribe_.user_id));
    enter(edge_, subscribe_, socket, Form::text, place_);
  }

  void on_message(std::string_view message, bool text) override;

  void on_oversized(std::size_t bytes, bool) override {
    refuse({Code::invalid_argument, "a frame must have at most " + std::to_string(max_frame) +
                                        " bytes, this one has " + std::to_string(bytes)});
  }

  void on_close(std::uint16_t) override {
    if (!socket_) return;
    socket_ = nullptr;
    place_.leave();
    edge_.sockets.add(-1);
  }

 private:
  void refuse(const Error& error) {
    edge_.refused_frames.add();
    socket_->send_text(error_frame(error, edge_.clock.now()));
  }

  NotificationEdge& edge_;
  const Subscribe subscribe_;
  net::WebSocket* socket_ = nullptr;  // null before on_open() and after on_close()
  Place place_;
};

}  // namespace
}  // namespace parley::rest

template <>
const parley::TypeInfo& parley::describe<parley::rest::ClientFrame>() {
  using rest::ClientFrame;
  static constexpr Row rows[] = {field<&ClientFrame::type>(
      "type", pattern("ping", R"("ping": this socket only tells)"), example(R"("ping")"))};
  static const TypeInfo type =
      object<ClientFrame>("ListenerFrame", rows, "Asks whether the server is there; answered with a pong.");
  return type;
}

template <>
const parley::TypeInfo& parley::describe<parley::rest::NotificationQuery>() {
  using rest::NotificationQuery;
  constexpr auto last_seq = std::numeric_limits<std::int64_t>::max();
  static constexpr Row rows[] = {
      field<&NotificationQuery::user_id>("user_id"),
      field<&NotificationQuery::types>("types", may_be_absent()),
      field<&NotificationQuery::since>("since"),
      field<&NotificationQuery::last_event_id>(
          "last_event_id", from_header("Last-Event-ID"), range(0, last_seq),
          doc("The id of the last event seen: what came after it is sent first. Goes before `since`."),
          example("42")),
  };
  static const TypeInfo type = [] {
    auto made = object<NotificationQuery>("NotificationQuery", rows);
    const auto& of_port = describe<notifications::Subscribe>();
    rest::share_rules(made, "user_id", of_port, "user_id");
    rest::share_rules(made, "types", of_port, "types");
    rest::share_rules(made, "since", of_port, "after_seq");
    return made;
  }();
  return type;
}

namespace parley::rest {

void NotificationSocket::on_message(std::string_view message, bool text) {
  if (!text) return refuse({Code::invalid_argument, "a frame must be JSON text, this one is binary"});
  ClientFrame frame;
  if (auto read = codec::read_json(message, describe<ClientFrame>(), &frame); !read)
    return refuse(read.error());
  socket_->send_text(system_frame("pong", "pong", edge_.clock.now()));
}

std::string_view notifications_path() {
  return subscription_row().path;
}

net::Handler stream_notifications(NotificationEdge& edge) {
  return [&edge](net::Request& request, net::Response& response) { return serve(edge, request, response); };
}

net::WebSocketAcceptor accept_notifications(NotificationEdge& edge) {
  return [&edge](net::Request& request, net::WebSocketOptions& options,
                 net::Response& refusal) -> std::unique_ptr<net::WebSocketHandler> {
    const auto refuse = [&](const Error& error) {
      write_problem(request, refusal, error);
      return nullptr;
    };
    if (!edge.cors.admits(request))
      return refuse({Code::permission_denied, "pages of this origin may not listen here"});
    auto subscribe = admit(edge, request);
    if (!subscribe) {
      write_refusal(request, refusal, subscribe.error());
      return nullptr;
    }
    options.max_message = max_frame;
    options.max_discarded = edge.max_refused;
    options.slow_reason = too_slow;
    options.restart_reason = how_to_resume;
    return std::make_unique<NotificationSocket>(edge, std::move(*subscribe));
  };
}

namespace {
constexpr std::uint32_t handshake_refusals =
    code_bits(Code::invalid_argument, Code::permission_denied, Code::unauthenticated);
}  // namespace

docs::Endpoint notifications_endpoint(docs::Tag tag) {
  const auto& row = subscription_row();
  return {.id = std::string(row.name),
          .summary = row.summary,
          .details =
              "The first event is the welcome, an INFO titled `Connected`, without an id. Each other one has "
              "the notification's `seq` as its id, so that Last-Event-ID resumes without loss or repetition. "
              "What is no longer kept is told as a `gap` event.",
          .tag = tag,
          .request = &describe<NotificationQuery>(),
          .answers = {docs::events("id: 42\nevent: notification\ndata: {\"seq\":42,\"title\":\"Hello\"}"
                                   "\n\n")},
          .errors = handshake_refusals,
          .permission = row.permission};
}

docs::Channel notifications_channel(docs::Tag tag) {
  using Direction = docs::Flow::Direction;
  const auto& row = subscription_row();
  return {
      .id = "notifications",
      .title = "A user's notifications",
      .details =
          "As Server-Sent Events, or over a WebSocket as JSON text. `since`, or Last-Event-ID, resumes "
          "behind the seq it names.",
      .tag = tag,
      .request = &describe<NotificationQuery>(),
      .flows = {{.id = "listen",
                 .summary =
                     "The welcome, then each notification; event: notification, gap, overflow or restart.",
                 .direction = Direction::to_client,
                 .messages = {docs::message_of<notifications::Notification>("One notification."),
                              docs::message_of<GapFrame>(), docs::message_of<StreamEnd>()}},
                {.id = "pingListener",
                 .summary = "Asks over the WebSocket whether the server is there.",
                 .direction = Direction::from_client,
                 .messages = {docs::message_of<ClientFrame>()},
                 .replies = {docs::message_of<SystemFrame>(), docs::message_of<ErrorFrame>()}}},
      .permission = row.permission,
      .errors = handshake_refusals};
}

}  // namespace parley::rest
