#include "connection.hpp"

namespace parley::jsonrpc {

void Subscription::end(std::shared_ptr<Subscription> subscription, net::Loop& loop) {
  subscription->ended = true;
  loop.post([subscription] {
    subscription->cancellation->cancel();
    subscription->pause.wake();
  });
}

CallContext Connection::context(std::shared_ptr<Cancellation> cancellation) const {
  CallContext context;
  context.clock = &edge.clock;
  context.deadline = edge.clock.steady() + edge.options.call_timeout;
  context.trace = trace;
  context.principal = principal;
  context.cancellation = std::move(cancellation);
  return context;
}

void Connection::begin(std::size_t calls) {
  in_flight += calls;
  if (!paused && socket && in_flight >= static_cast<std::size_t>(edge.options.calls_in_flight)) {
    paused = true;
    socket->pause();
  }
}

void Connection::end(std::size_t calls) {
  in_flight -= calls;
  if (paused && socket && in_flight < static_cast<std::size_t>(edge.options.calls_in_flight)) {
    paused = false;
    socket->resume();
  }
}

void Connection::closed() {
  socket = nullptr;
  auto& loop = edge.loop;
  for (auto& cancellation : running) loop.post([cancellation] { cancellation->cancel(); });
  for (auto& [id, subscription] : subscriptions) Subscription::end(subscription, loop);
}

}  // namespace parley::jsonrpc
