#include "drained.hpp"
#include "listener.hpp"
#include "server_core.hpp"

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
  auto& core = impl_->core;
  impl_->listeners.close();
  core.stop();
  const auto when_empty = [&core](std::function<void()> notify) { core.when_empty(std::move(notify)); };
  auto waiting = drained(core.deps.loop, when_empty, grace);
  const bool all = co_await std::move(waiting);
  if (all) co_return;
  core.cut();
  // Long-lived connections say so in a later turn of the loop; a handler that waits may never complete.
  auto last = drained(core.deps.loop, when_empty, std::chrono::milliseconds(250));
  co_await std::move(last);
}

ServerStatistics Server::statistics() const noexcept {
  return impl_->core.statistics;
}

}  // namespace parley::net
