#include "grpc_connection.hpp"
#include "grpc_core.hpp"
#include "listener.hpp"
#include "outbox.hpp"
#include "wind_down.hpp"

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
      handlers(log_failures("grpc", "a call broke off")),
      admission(limits.max_connections, limits.max_connections_per_address),
      gzip(static_cast<std::size_t>(limits.gzip_min), static_cast<std::size_t>(limits.gzip_max)) {}

GrpcCore::~GrpcCore() {
  cut();
}

void GrpcCore::admit(Socket socket, const asio::ip::address& address) {
  const auto key = address_key(address);
  const auto verdict = admission.ask(key);
  const bool admitted = verdict == Admission::Verdict::admitted && !stopping;
  ++(admitted ? statistics.accepted : statistics.refused);
  if (!admitted && turned_away >= max_turned_away) return;  // closes it
  boost::intrusive_ptr<GrpcConnection> connection(
      new GrpcConnection(*this, std::move(socket), address.to_string(), key));
  connections.add(connection);
  if (admitted) {
    admission.enter(key);
    statistics.connections = admission.count();
    return connection->start();
  }
  ++turned_away;
  const bool of_address = verdict == Admission::Verdict::address_full;
  const auto limit = std::to_string(of_address ? limits.max_connections_per_address : limits.max_connections);
  connection->turn_away(stopping     ? "the server is stopping"
                        : of_address ? "this address has as many connections as one may have: " + limit
                                     : "the server has as many connections as it takes: " + limit);
}

void GrpcCore::ended(GrpcConnection& connection) {
  const auto last = connections.remove(connection);
  if (!last) return;
  if (connection.turned_away())
    --turned_away;
  else
    admission.leave(connection.address());
  statistics.connections = admission.count();
  look_empty();
}

void GrpcCore::call_ended() {
  look_empty();
}

void GrpcCore::look_empty() {
  if (connections.size() > 0 || statistics.running > 0) return;
  for (auto& notify : std::exchange(on_empty, {})) deps.loop.post(std::move(notify));
}

void GrpcCore::when_empty(std::function<void()> notify) {
  on_empty.push_back(std::move(notify));
  look_empty();
}

void GrpcCore::stop() {
  stopping = true;
  for (const auto& connection : connections.all()) connection->finish();
}

void GrpcCore::cut() {
  for (const auto& connection : connections.all()) connection->close(Http2Error::cancel);
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
  impl_->listeners.close();
  return wind_down(impl_->core, grace);
}

GrpcStatistics GrpcServer::statistics() const noexcept {
  return impl_->core.statistics;
}

}  // namespace parley::net
