#include "chat_socket.hpp"

#include "chat_frames.hpp"
#include "errors.hpp"
#include "frame_types.hpp"
#include "parameters.hpp"
#include "service_rows.hpp"

#include <parley/codec/json.hpp>
#include <parley/log.hpp>
#include <parley/validate.hpp>

namespace parley::rest {
namespace {

constexpr std::chrono::seconds post_deadline{30};
constexpr std::uint16_t going_to_restart = 1012;

// The calls of one socket that wait for the port. Outlives the socket while some do.
struct Posts {
  net::WebSocket* socket;  // null once it has closed
  std::int32_t in_flight = 0;
  bool paused = false;
};

template <class Answer>
Task<void> submit(ChatEdge& edge, std::shared_ptr<Posts> posts, Task<Result<Answer>> call) {
  Result<Answer> done = fail(Code::internal, "the message could not be stored");
  try {
    done = co_await std::move(call);
  } catch (const std::exception& failure) {
    log::error("chat", "a chat frame failed", {{"reason", failure.what()}});
  }
  --posts->in_flight;
  if (!posts->socket) co_return;
  // What was stored comes back through the room, or the inbox.
  if (!done) {
    edge.refused_frames.add();
    posts->socket->send_text(error_frame(done.error(), edge.clock.now()));
  }
  if (posts->paused && posts->in_flight < edge.posts_in_flight) {
    posts->paused = false;
    posts->socket->resume();
  }
}

// What a socket with a name has, and one without does not pay for.
struct Named {
  std::string user;
  std::optional<std::int64_t> since_direct;
  bool by_connection = true;  // or by a direct message that it sent
  InboxPlace inbox;
  Visitor visitor;
};

class ChatSocket final : public net::WebSocketHandler {
 public:
  ChatSocket(ChatEdge& edge, Dialect dialect, ChatQuery query, const CallContext& context)
      : edge_(edge),
        dialect_(dialect),
        since_(query.since),
        membership_(edge.rooms.hub(query.room)),
        principal_(context.principal) {
    if (!query.user) return;
    named_ = std::make_unique<Named>();
    named_->user = std::move(*query.user);
    named_->since_direct = query.since_direct;
  }

  void on_open(net::WebSocket& socket) override {
    socket_ = &socket;
    ++edge_.sockets;
    gauge().add(1);
    if (dialect_ == Dialect::lab) {
      socket.send_text(system_frame("system", "Welcome to the chat!", edge_.clock.now()));
      tell_others("joined");
    }
    membership_.enter(socket, dialect_ == Dialect::lab ? Audience::lab : Audience::chat, since_);
    if (!named_) return;
    if (room() != chat::inbox_of(named_->user))
      named_->inbox.enter(edge_.inboxes, named_->user, socket, named_->since_direct);
    if (!chat::is_inbox(room()))
      named_->visitor.enter(edge_.visits, room(), named_->user, socket,
                            dialect_ == Dialect::lab ? Visit::Interest::typing : Visit::Interest::presence);
  }

  void on_message(std::string_view message, bool text) override {
    if (!text) return refuse({Code::invalid_argument, "a chat frame must be JSON text, this one is binary"});
    chat::PostMessage post;
    if (named_ && named_->by_connection) post.user = named_->user;
    const auto& type = describe<chat::PostMessage>();
    std::vector<FieldProblem> problems;
    std::uint64_t present = 0;
    if (auto read = codec::read_json_fields(message, type, &post, problems, present); !read)
      return refuse(read.error());
    if (post.type == "ping") return socket_->send_text(system_frame("pong", "pong", edge_.clock.now()));
    if (post.type == "direct") return send_direct(message);
    if (dialect_ == Dialect::lab) {
      post.user = named_->user;
      if (post.type.empty()) post.type = "message";
    }
    post.room = room();  // a socket is in one room, whatever its frames say
    const bool typing = post.type == "typing";
    if (!typing) codec::require_fields(type, present, problems);
    if (!problems.empty()) {
      conform(type, &post, problems);  // the port checks too; here it completes the list
      return refuse(invalid_argument(std::move(problems)));
    }
    if (!typing) return start(edge_.chat.post(begin_call(), std::move(post)));
    chat::Typing notice;
    notice.room = std::move(post.room);
    notice.user = std::move(post.user);
    start(edge_.chat.typing(begin_call(), std::move(notice)));
  }

  void on_oversized(std::size_t bytes, bool) override {
    refuse({Code::invalid_argument, "a chat frame must have at most " + std::to_string(edge_.max_message) +
                                        " bytes, this one has " + std::to_string(bytes)});
  }

  void on_close(std::uint16_t code) override {
    if (posts_) posts_->socket = nullptr;
    if (!socket_) return;
    socket_ = nullptr;
    --edge_.sockets;
    gauge().add(-1);
    if (named_) {
      named_->inbox.leave();
      named_->visitor.leave();
    }
    // When everybody has to leave, nobody is told so of everybody else.
    membership_.leave();
    if (dialect_ == Dialect::lab && code != going_to_restart) tell_others("left");
  }

 private:
  const std::string& room() const noexcept { return membership_.hub().room(); }

  // The sender is the connection's user; one without takes it from the frame, and has that user's inbox from
  // then on, as this is where its own copy and the answers come.
  void send_direct(std::string_view message) {
    chat::SendDirect direct;
    const auto& type = describe<chat::SendDirect>();
    std::vector<FieldProblem> problems;
    std::uint64_t present = 0;
    if (auto read = codec::read_json_fields(message, type, &direct, problems, present); !read)
      return refuse(read.error());
    codec::require_fields(type, present, problems);
    if (named_ && named_->by_connection) {
      direct.user = named_->user;
      std::erase_if(problems, [](const FieldProblem& problem) { return problem.field == "user"; });
    }
    conform(type, &direct, problems);
    if (!problems.empty()) return refuse(invalid_argument(std::move(problems)));
    if (!named_ || named_->user != direct.user) {
      named_ = std::make_unique<Named>();
      named_->user = direct.user;
      named_->by_connection = false;
      if (room() != chat::inbox_of(named_->user))
        named_->inbox.enter(edge_.inboxes, named_->user, *socket_, std::nullopt);
    }
    start(edge_.chat.send_direct(begin_call(), std::move(direct)));
  }

  // Not the socket's cancellation: a message that was sent is stored, also when its sender leaves.
  CallContext begin_call() const {
    CallContext context;
    context.clock = &edge_.clock;
    context.deadline = edge_.clock.steady() + post_deadline;
    context.principal = principal_;
    return context;
  }

  template <class Answer>
  void start(Task<Result<Answer>> call) {
    if (!posts_) posts_ = std::make_shared<Posts>(Posts{socket_});
    if (++posts_->in_flight >= edge_.posts_in_flight && !posts_->paused) {
      posts_->paused = true;
      socket_->pause();
    }
    edge_.posts.spawn(submit(edge_, posts_, std::move(call)));
  }

  void refuse(const Error& error) {
    edge_.refused_frames.add();
    socket_->send_text(error_frame(error, edge_.clock.now()));
  }

  void tell_others(std::string_view what) {
    const auto content = named_->user + ' ' + std::string(what) + " the chat";
    membership_.hub().announce(Audience::lab,
                               net::Frame::text(system_frame("notification", content, edge_.clock.now())));
  }

  Gauge& gauge() noexcept {
    return dialect_ == Dialect::lab ? edge_.lab_connections : edge_.chat_connections;
  }

  ChatEdge& edge_;
  net::WebSocket* socket_ = nullptr;  // null before on_open() and after on_close()
  const Dialect dialect_;
  const std::optional<std::int64_t> since_;
  Membership membership_;
  // The lab's always; the lecture's where the address says so, which is the default for frames without a
  // user.
  std::unique_ptr<Named> named_;
  std::shared_ptr<const Principal> principal_;
  std::shared_ptr<Posts> posts_;  // none before the first message: idle sockets are many
};

// A name for one who gave none: anonymous_1a2b3c4d.
std::string anonymous(Random& random) {
  constexpr char digits[] = "0123456789abcdef";
  std::string name = "anonymous_";
  auto bits = random.next();
  for (int i = 0; i < 8; ++i, bits >>= 4) name += digits[bits & 15];
  return name;
}

Result<ChatQuery> read_query(const net::Request& request, Dialect dialect) {
  if (dialect == Dialect::lecture) return read_parameters<ChatQuery>(request);
  auto query = read_parameters<LabQuery>(request);
  if (!query) return std::unexpected(std::move(query.error()));
  return ChatQuery(std::move(*query));
}

}  // namespace

net::WebSocketAcceptor accept_chat(ChatEdge& edge, Dialect dialect) {
  return [&edge, dialect](net::Request& request, net::WebSocketOptions& options,
                          net::Response& refusal) -> std::unique_ptr<net::WebSocketHandler> {
    const auto refuse = [&](const Error& error) {
      write_problem(request, refusal, error);
      return nullptr;
    };
    if (!edge.cors.admits(request))
      return refuse({Code::permission_denied, "pages of this origin may not open a chat here"});
    if (auto allowed = authorize_chat(edge, request.context, socket_rows); !allowed) {
      refuse_chat(request, refusal, allowed.error(), socket_rows);
      return nullptr;
    }
    auto query = read_query(request, dialect);
    if (!query) return refuse(query.error());
    if (dialect == Dialect::lab && !query->user) query->user = anonymous(edge.random);
    options.max_message = edge.max_message;
    options.max_discarded = edge.max_refused;
    options.slow_reason = too_slow;
    options.restart_reason = how_to_resume;
    return std::make_unique<ChatSocket>(edge, dialect, std::move(*query), request.context);
  };
}

docs::Channel chat_channel(Dialect dialect, docs::Tag tag) {
  using Direction = docs::Flow::Direction;
  const bool lab = dialect == Dialect::lab;
  const auto said = docs::message_of<SystemFrame>();
  docs::Channel channel{
      .id = lab ? "labChat" : "chat",
      .title = lab ? "The chat of the lab" : "The chat of the lecture",
      .details =
          lab ? "One user per connection. It is welcomed, and the others are told who comes and goes. The "
                "same rooms as /chat."
              : "A message goes to everyone in the room, its sender included, with every field that the "
                "client set: the sender's own copy, with `id` and `seq`, is the acknowledgement. Frames are "
                "JSON text. A connection that says who it is (`user`) is present in the room and gets its "
                "direct messages, wherever it is.",
      .tag = tag,
      .request = lab ? &describe<LabQuery>() : &describe<ChatQuery>(),
      .permission = row_of<chat::ChatService>("PostMessage").permission,
      .errors = handshake_errors};
  channel.flows = {
      {.id = lab ? "postLabMessage" : "postMessage",
       .summary = "A message for the room; one of type `ping` is answered to its sender alone.",
       .direction = Direction::from_client,
       .messages =
           {docs::message_of<chat::PostMessage>(),
            {.name = "Direct",
             .about =
                 "A direct message, stored in the inboxes of both users: `type` is `direct`, and `user` is "
                 "the connection's where it has one.",
             .content =
                 {.schema =
                      R"({"type":"object","properties":{"type":{"const":"direct"},"to":{"type":"string",)"
                      R"("minLength":1,"maxLength":64},"content":{"type":"string"},"user":{"type":)"
                      R"("string"}},"required":["type","to","content"]})",
                  .example = R"({"type":"direct","to":"bob","content":"Psst"})"}},
            {.name = "Typing",
             .about = "Tells the others in the room that the user types; stored nowhere.",
             .content =
                 {.schema =
                      R"({"type":"object","properties":{"type":{"const":"typing"},"user":{"type":"string"}},)"
                      R"("required":["type"]})",
                  .example = R"({"type":"typing"})"}},
            {.name = "Ping",
             .about = "Asks whether the server is there.",
             .content =
                 {.schema = R"({"type":"object","properties":{"type":{"const":"ping"}},"required":["type"]})",
                  .example = R"({"type":"ping"})"}}},
       .replies = {said, docs::message_of<ErrorFrame>()}},
      {.id = lab ? "followLabRoom" : "followRoom",
       .summary = "What comes into the room's log, and what is missing of it.",
       .direction = Direction::to_client,
       .messages = {docs::message_of<chat::Message>("One entry of the room's log."),
                    docs::message_of<GapFrame>()}},
      {.id = lab ? "tellLabUser" : "tellUser",
       .summary =
           "Direct messages of a user and their delivery (`room` is the inbox), and what the others do.",
       .direction = Direction::to_client,
       .messages = {docs::message_of<chat::Message>("One entry of the room's log."),
                    docs::message_of<DeliveredFrame>(), docs::message_of<TypingFrame>()}}};
  if (!lab) channel.flows.back().messages.push_back(docs::message_of<PresenceFrame>());
  if (lab)
    channel.flows.push_back({.id = "notifyLab",
                             .summary = "Greets the newcomer; tells the others who comes and goes.",
                             .direction = Direction::to_client,
                             .messages = {said}});
  return channel;
}

}  // namespace parley::rest
