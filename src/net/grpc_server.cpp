#include "drained.hpp"
#include "grpc_connection.hpp"
#include "grpc_core.hpp"
#include "listener.hpp"
#include "outbox.hpp"

#include <parley/net/grpc.hpp>

namespace parley::net {
namespace {

Http2Session::Limits http2_limits(const GrpcLimits& limits) {
  Http2Session::Limits http2;
  http2.max_streams = static_cast<std::uint32_t>(limits.max_streams);
  http2.max_header = static_cast<std::uint32_t>(limits.max_metadata);
  return http2;
}

}  // namespace

GrpcCore::GrpcCore(GrpcServer::Dependencies dependencies, const GrpcLimits& the_limits)
    : deps(std::move(dependencies)),
      limits(the_limits),
      environment{.wheel = deps.loop.impl().corks->wheel(),
                  .turn = std::make_shared<AnswerTurn>(deps.loop.impl().io.get_executor()),
                  .limits = http2_limits(limits),
                  .timeouts = {limits.handshake_timeout, limits.ping_interval, limits.ping_timeout,
                               limits.write_timeout},
                  .bytes_out = statistics.bytes_out},
      handlers(log_failures("grpc", "a call broke off")) {}

GrpcCore::~GrpcCore() {
  cut();
}

void GrpcCore::admit(Socket socket, const asio::ip::address& address) {
  if (stopping || connections.size() >= static_cast<std::size_t>(limits.max_connections)) {
    ++statistics.refused;
    return;  // closes it
  }
  ++statistics.accepted;
  boost::intrusive_ptr<GrpcConnection> connection(
      new GrpcConnection(*this, std::move(socket), address.to_string()));
  connection->index = connections.size();
  connections.push_back(connection);
  statistics.connections = connections.size();
  connection->start();
}

void GrpcCore::ended(GrpcConnection& connection) {
  const auto index = connection.index;
  if (index >= connections.size() || connections[index].get() != &connection) return;
  const boost::intrusive_ptr<GrpcConnection> last = std::move(connections[index]);
  if (index + 1 != connections.size()) {
    connections[index] = std::move(connections.back());
    connections[index]->index = index;
  }
  connections.pop_back();
  statistics.connections = connections.size();
  look_empty();
}

void GrpcCore::call_ended() {
  look_empty();
}

void GrpcCore::look_empty() {
  if (!connections.empty() || statistics.running > 0) return;
  for (auto& notify : std::exchange(on_empty, {})) deps.loop.post(std::move(notify));
}

void GrpcCore::when_empty(std::function<void()> notify) {
  on_empty.push_back(std::move(notify));
  look_empty();
}

void GrpcCore::stop() {
  stopping = true;
  const auto all = connections;
  for (const auto& connection : all) connection->finish();
}

void GrpcCore::cut() {
  const auto all = connections;
  for (const auto& connection : all) connection->close(Http2Error::cancel);
}

struct GrpcServer::Impl {
  GrpcCore core;
  Listeners listeners;

  Impl(Dependencies dependencies, const GrpcLimits& limits)
      : core(std::move(dependencies), limits),
        listeners(core.deps.loop, [this](Socket socket, const asio::ip::address& address) {
          core.admit(std::move(socket), address);
        }) {}
};

GrpcServer::GrpcServer(Dependencies dependencies, GrpcLimits limits)
    : impl_(std::make_unique<Impl>(std::move(dependencies), limits)) {}
GrpcServer::~GrpcServer() = default;

Result<std::uint16_t> GrpcServer::listen(const std::string& address, std::uint16_t port) {
  return impl_->listeners.listen(address, port);
}

void GrpcServer::start() {
  impl_->listeners.start();
}

Task<void> GrpcServer::stop(std::chrono::milliseconds grace) {
  auto& core = impl_->core;
  impl_->listeners.close();
  core.stop();
  const auto when_empty = [&core](std::function<void()> notify) { core.when_empty(std::move(notify)); };
  auto waiting = drained(core.deps.loop, when_empty, grace);
  const bool all = co_await std::move(waiting);
  if (all) co_return;
  core.cut();
  auto last = drained(core.deps.loop, when_empty, std::chrono::milliseconds(250));
  co_await std::move(last);
}

GrpcStatistics GrpcServer::statistics() const noexcept {
  return impl_->core.statistics;
}

}  // namespace parley::net
