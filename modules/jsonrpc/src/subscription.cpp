#include "answers.hpp"
#include "connection.hpp"

#include <parley/codec/json.hpp>

#include <algorithm>

namespace parley::jsonrpc {
namespace {

// Peers do not tell when they have drained, so they are looked at: often while they take something, seldom
// while they do not.
constexpr std::chrono::milliseconds first_look{5}, last_look{160};

void begin_notification(const std::string& id, std::string& out) {
  out += R"({"jsonrpc":"2.0","method":"rpc.subscription","params":{"subscription":)";
  codec::append_json_string(id, out);
}

// One stream on its way to one client. Lives in the coroutine that follows it.
class Following final : public Outbound {
 public:
  Following(std::shared_ptr<Connection> connection, std::string id, const Envelope& call)
      : connection_(std::move(connection)), id_(std::move(id)), call_id_(call.id) {}
  ~Following() override { leave(); }

  const std::shared_ptr<Subscription>& subscription() const noexcept { return subscription_; }

  void enter() {
    connection_->subscriptions.emplace(id_, subscription_);
    connection_->edge.subscriptions.add(1);
    listed_ = true;
  }

  // Answers the call, once: from here on the client knows the stream's name.
  void confirm() {
    if (confirmed_) return;
    confirmed_ = true;
    std::string out;
    begin_result(out);
    out += R"({"subscription":)";
    codec::append_json_string(id_, out);
    out += '}';
    end_response(call_id_, out);
    connection_->send(out);
  }

  Task<bool> write(const TypeInfo& type, const void* answer) override {
    confirm();
    auto drained = room();
    co_await std::move(drained);
    if (!listening()) co_return false;
    std::string out;
    begin_notification(id_, out);
    out += R"(,"result":)";
    ResultWriter result(out);
    auto written = result.write(type, answer);
    co_await std::move(written);
    out += "}}";
    connection_->send(out);
    co_return listening();
  }

  // The last word: of a stream that never began it is the call's answer.
  void finish(const Result<void>& outcome) {
    const bool wanted = listening();
    leave();
    if (!wanted) return;
    std::string out;
    if (!confirmed_ && !outcome) {
      write_error(call_id_, outcome.error(), connection_->trace, out);
      confirmed_ = true;
    } else {
      confirm();
      begin_notification(id_, out);
      if (outcome) {
        out += R"(,"end":true)";
      } else {
        out += R"(,"error":)";
        append_error(outcome.error(), connection_->trace, out);
      }
      out += "}}";
    }
    connection_->send(out);
  }

 private:
  bool listening() const noexcept {
    return !subscription_->ended && connection_->socket && connection_->socket->open();
  }

  Task<void> room() {
    const auto limit = static_cast<std::size_t>(connection_->edge.options.stream_backlog);
    auto backlog = listening() ? connection_->socket->backlog() : 0;
    for (auto look = first_look; listening() && backlog > limit;) {
      auto waiting = subscription_->pause.wait(connection_->edge.loop, look);
      co_await std::move(waiting);
      if (!listening()) co_return;
      const auto now = connection_->socket->backlog();
      look = now < backlog ? first_look : std::min(look * 2, last_look);
      backlog = now;
    }
  }

  void leave() {
    if (!listed_) return;
    listed_ = false;
    connection_->subscriptions.erase(id_);
    connection_->edge.subscriptions.add(-1);
  }

  const std::shared_ptr<Connection> connection_;
  const std::shared_ptr<Subscription> subscription_ = std::make_shared<Subscription>();
  const std::string id_;       // the stream's name
  const std::string call_id_;  // JSON
  bool listed_ = false, confirmed_ = false;
};

Task<void> follow(std::shared_ptr<Connection> connection, const Method& method,
                  std::shared_ptr<Following> following, std::string params) {
  auto context = connection->context(following->subscription()->cancellation);
  context.deadline = SteadyTime::max();  // as long as the client wishes
  following->enter();
  ParamsReader reader(params);
  auto call = method.operation.call(context, reader, *following);
  const auto outcome = co_await std::move(call);
  following->finish(outcome);
}

}  // namespace

void subscribe(const std::shared_ptr<Connection>& connection, const Method& method, const Envelope& call) {
  if (call.notification()) return;  // a stream that its client could not name, nor end
  const auto limit = static_cast<std::size_t>(connection->edge.options.max_subscriptions);
  if (connection->subscriptions.size() >= limit) {
    std::string out;
    const Error error{Code::resource_exhausted, "a WebSocket may follow at most " + std::to_string(limit) +
                                                    " streams at once; end one with rpc.unsubscribe"};
    write_error(call.id, error, connection->trace, out);
    connection->send(out);
    return;
  }
  auto following =
      std::make_shared<Following>(connection, std::to_string(++connection->last_subscription), call);
  connection->edge.calls.spawn(follow(connection, method, following, std::string(call.params)));
  following->confirm();  // it did not fail at once; should it fail later, that is its last word
}

void unsubscribe_from(Connection& connection, const Envelope& call) {
  Unsubscribe request;
  std::string out;
  ParamsReader params(call.params);
  const auto read = params.read(describe<Unsubscribe>(), &request);
  const auto found = connection.subscriptions.find(request.subscription);
  if (!read) {
    write_error(call.id, read.error(), connection.trace, out);
  } else if (found == connection.subscriptions.end() || found->second->ended) {
    const Error error{Code::not_found, "there is no subscription of this name on this WebSocket"};
    write_error(call.id, error, connection.trace, out);
  } else {
    Subscription::end(found->second, connection.edge.loop);
    begin_result(out);
    out += "true";
    end_response(call.id, out);
  }
  if (!call.notification()) connection.send(out);
}

}  // namespace parley::jsonrpc

template <>
const parley::TypeInfo& parley::describe<parley::jsonrpc::Unsubscribe>() {
  using jsonrpc::Unsubscribe;
  static constexpr Row rows[] = {
      field<&Unsubscribe::subscription>(
          "subscription", doc("The name that the stream's call was answered with."), example(R"("1")")),
  };
  static const TypeInfo type = object<Unsubscribe>("Unsubscribe", rows);
  return type;
}
