#include "notification_edge.hpp"

#include "chat_frames.hpp"
#include "errors.hpp"

#include <parley/codec/json.hpp>
#include <parley/net/event_stream.hpp>
#include <parley/validate.hpp>

namespace parley::rest {
namespace {

using notifications::NotificationService;
using notifications::Subscribe;

constexpr std::string_view last_event_id = "Last-Event-ID", since = "since";
constexpr std::size_t max_frame = 4096;  // bytes of what a client may say

const Operation& subscription_row() {
  for (const auto& row : operations<NotificationService>())
    if (row.shape == Shape::server_stream && row.verb == Verb::get) return row;
  std::terminate();  // the first test finds it
}

// From query and header field, checked by the rules of the port.
Result<Subscribe> read_subscription(const net::Request& request) {
  const auto& type = describe<Subscribe>();
  Subscribe subscribe;
  std::vector<FieldProblem> problems;
  auto parameters = request.query_parameters();
  if (!parameters) return std::unexpected(std::move(parameters.error()));
  for (auto& [name, value] : *parameters)
    if (!value.empty()) set_from_text(type, &subscribe, name, value, problems);
  auto position_name = since;
  if (const auto last = request.header(last_event_id); last && !last->empty()) {
    position_name = last_event_id;
    set_from_text(type, &subscribe, "after_seq", *last, problems);
  }
  conform(type, &subscribe, problems);
  if (problems.empty()) return subscribe;
  for (auto& problem : problems)
    if (problem.field == "after_seq") problem.field = position_name;
  return std::unexpected(invalid_argument(std::move(problems)));
}

Result<Subscribe> admit(const NotificationEdge& edge, const net::Request& request) {
  if (const auto& permission = subscription_row().permission; edge.authorize && !permission.empty())
    if (auto allowed = edge.authorize(request.context, permission); !allowed)
      return std::unexpected(std::move(allowed.error()));
  return read_subscription(request);
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
    write_problem(request, response, subscribe.error());
    co_return;
  }
  auto listener = std::make_shared<Listener>(edge, std::move(*subscribe));
  response.stream(
      {.slow_event = slow_event, .restart_event = restart_event},
      [listener](net::EventStream& stream) {
        listener->counted = true;
        listener->edge.event_streams.add(1);
        stream.send(net::Frame::event({}, "notification",
                                      welcome(listener->edge, listener->subscribe.user_id)));
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
  static constexpr Row rows[] = {
      field<&ClientFrame::type>("type", pattern("ping", R"("ping": this socket only tells)"))};
  static const TypeInfo type = object<ClientFrame>("NotificationClientFrame", rows);
  return type;
}

namespace parley::rest {

void NotificationSocket::on_message(std::string_view message, bool text) {
  if (!text) return refuse({Code::invalid_argument, "a frame must be JSON text, this one is binary"});
  ClientFrame frame;
  if (auto read = codec::read_json(message, describe<ClientFrame>(), &frame); !read) return refuse(read.error());
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
    if (!subscribe) return refuse(subscribe.error());
    options.max_message = max_frame;
    options.slow_reason = too_slow;
    options.restart_reason = how_to_resume;
    return std::make_unique<NotificationSocket>(edge, std::move(*subscribe));
  };
}

}  // namespace parley::rest
