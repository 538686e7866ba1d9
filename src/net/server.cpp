#include "listener.hpp"
#include "server_core.hpp"
#include "wind_down.hpp"

#include <parley/net/server.hpp>

namespace parley::net {

struct Server::Impl {
  ServerCore core;
  Listeners listeners;

  Impl(Dependencies dependencies, const Limits& limits)
      : core(std::move(dependencies), limits),
        listeners(core.deps.loop, [this](Socket socket, const asio::ip::address& address) {
          core.admit(std::move(socket), address);
        }) {}
};

Server::Server(Dependencies dependencies, Limits limits)
    : impl_(std::make_unique<Impl>(std::move(dependencies), limits)) {}
Server::~Server() = default;

Result<std::uint16_t> Server::listen(const std::string& address, std::uint16_t port) {
  return impl_->listeners.listen(address, port);
}

void Server::start() {
  impl_->listeners.start();
}

Task<void> Server::stop(std::chrono::milliseconds grace) {
  impl_->listeners.close();
  return wind_down(impl_->core, grace);
}

ServerStatistics Server::statistics() const noexcept {
  return impl_->core.statistics;
}

}  // namespace parley::net
