#include "server_core.hpp"

#include "connection.hpp"
#include "guarded.hpp"
#include "outbox.hpp"

#include <boost/asio/buffer.hpp>

namespace parley::net {
ServerCore::ServerCore(Server::Dependencies dependencies, const Limits& the_limits)
    : deps(std::move(dependencies)),
      limits(the_limits),
      head_limits{static_cast<std::size_t>(limits.max_header), static_cast<std::size_t>(limits.max_fields)},
      wheel(deps.loop.impl().corks->wheel()),
      turn(std::make_shared<AnswerTurn>(deps.loop.impl().io.get_executor())),
      common_fields(deps.clock, deps.server_header, deps.fields, deps.page_fields),
      gzip(static_cast<std::size_t>(limits.gzip_min), static_cast<std::size_t>(limits.gzip_max)),
      host{deps.loop, limits, statistics, [this](LongLived* which) { long_lived_ended(which); }},
      admission_(limits.max_connections, limits.max_connections_per_address) {}

ServerCore::~ServerCore() {
  for (const auto& connection : connections_.take()) connection->detach();
}

void ServerCore::admit(Socket socket, const asio::ip::address& address) {
  const auto key = address_key(address);
  if (admission_.ask(key) != Admission::Verdict::admitted) {
    ++statistics.refused;
    return turn_away(std::move(socket));
  }
  enter(key);
  ++statistics.accepted;
  boost::intrusive_ptr<Connection> connection(
      new Connection(*this, std::move(socket), address.to_string(), key));
  connections_.add(connection);
  connection->start();
}

// 503 without reading the request.
void ServerCore::turn_away(Socket socket) {
  if (turned_away_ >= max_turned_away) return;  // closes it
  auto exchange = exchanges.borrow();
  begin_response(*exchange);
  exchange->response.status = 503;
  exchange->response.header("Retry-After", "5");
  write_error(
      *exchange,
      {Code::unavailable, "the server has as many connections as it takes", {}, std::chrono::seconds(5)});
  append_answer(*exchange, common_fields.at(deps.clock.steady(), exchange->response.content_type), gzip,
                false);
  ++turned_away_;
  boost::intrusive_ptr<Connection> connection(new Connection(*this, std::move(socket), {}, 0));
  connections_.add(connection);
  connection->turn_away(exchange->out);
  exchanges.give_back(std::move(exchange));
}

void ServerCore::begin_response(Exchange& exchange) const {
  auto& response = exchange.response;
  response.clear();
  if (!deps.before) return;
  const bool done = guarded("http", "the hook of every request failed", [&] {
    deps.before(exchange.request, response);
    response.status = 200;
    response.body.clear();
  });
  if (!done) response.clear();
}

void ServerCore::write_error(Exchange& exchange, const Error& error) const {
  auto& response = exchange.response;
  const auto* route = exchange.request.route;
  const auto& write = route && route->error_writer ? route->error_writer : deps.error_writer;
  if (write &&
      guarded("http", "the writer of an error failed", [&] { write(exchange.request, response, error); }))
    return;
  response.content_type = "text/plain; charset=utf-8";
  response.body.assign(error.message).append("\n");
}

void ServerCore::ended(Connection& connection) {
  const auto last = connections_.remove(connection);
  if (!last) return;
  if (last->turned_away())
    --turned_away_;
  else
    left(last->address());
}

void ServerCore::became(Connection& connection, std::shared_ptr<LongLived> successor) {
  const boost::intrusive_ptr<Connection> self(&connection);
  const auto address = connection.address();
  enter(address);  // until the successor ends; ended() takes the connection's own away
  ended(connection);
  auto* const key = successor.get();
  successors_.emplace(key, Successor{std::move(successor), address});
  if (stopping_) key->restart();
}

void ServerCore::long_lived_ended(LongLived* which) {
  const auto found = successors_.find(which);
  if (found == successors_.end()) return;
  const auto last = std::move(found->second);
  successors_.erase(found);
  left(last.address);
}

void ServerCore::enter(AddressKey address) {
  admission_.enter(address);
  statistics.connections = admission_.count();
}

// One of the counted connections is gone.
void ServerCore::left(AddressKey address) {
  admission_.leave(address);
  statistics.connections = admission_.count();
  if (statistics.connections == 0)
    for (auto& notify : std::exchange(on_empty_, {})) deps.loop.post(std::move(notify));
}

void ServerCore::stop() {
  stopping_ = true;
  for (const auto& connection : connections_.all()) connection->stop();
  std::vector<std::shared_ptr<LongLived>> successors;
  for (const auto& [key, successor] : successors_) successors.push_back(successor.connection);
  for (const auto& successor : successors) successor->restart();
}

void ServerCore::cut() {
  for (const auto& connection : connections_.all()) connection->cut();
  std::vector<std::shared_ptr<LongLived>> successors;
  for (const auto& [key, successor] : successors_) successors.push_back(successor.connection);
  for (const auto& successor : successors) successor->cut();
}

void ServerCore::when_empty(std::function<void()> notify) {
  if (statistics.connections == 0)
    deps.loop.post(std::move(notify));
  else
    on_empty_.push_back(std::move(notify));
}

}  // namespace parley::net
