#include "server_core.hpp"

#include <parley/log.hpp>
#include <parley/net/server.hpp>

#include <boost/asio/error.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/v6_only.hpp>

namespace parley::net {
namespace {

// Of the system's choice, until one is free on both of localhost's addresses.
constexpr int ports_to_try = 16;

// Accepts on one address. Outlives the server where an accept is still pending; close() comes first.
class Listener : public std::enable_shared_from_this<Listener> {
 public:
  Listener(ServerCore& core, Acceptor acceptor)
      : core_(&core), loop_(core.deps.loop), acceptor_(std::move(acceptor)) {}

  void accept() {
    acceptor_.async_accept(peer_, [self = shared_from_this()](const error_code& error, Socket socket) {
      self->accepted(error, std::move(socket));
    });
  }
  void close() {
    core_ = nullptr;
    retry_.cancel();
    error_code ignored;
    acceptor_.close(ignored);
  }

 private:
  static constexpr std::chrono::milliseconds pause{100};

  void accepted(const error_code& error, Socket socket) {
    if (!core_) return;
    if (error) return failed(error);
    failing_ = false;
    error_code ignored;
    socket.non_blocking(true, ignored);
    socket.set_option(Tcp::no_delay(true), ignored);
    core_->admit(std::move(socket), peer_.address());
    if (core_) accept();
  }

  // No descriptor or no memory for another connection: those who wait get their turn when some are closed.
  void failed(const error_code& error) {
    const bool short_of = error == asio::error::no_descriptors || error == asio::error::no_memory ||
                          error == asio::error::no_buffer_space || error.value() == ENFILE;
    if (!short_of) return accept();  // that one client has gone
    if (!std::exchange(failing_, true))
      log::warn("http", "cannot accept connections for now", {{"reason", std::string_view(error.message())}});
    retry_ = loop_.after(pause, [self = shared_from_this()] {
      if (self->core_) self->accept();
    });
  }

  ServerCore* core_;
  Loop& loop_;
  Acceptor acceptor_;
  Tcp::endpoint peer_;
  Scheduler::Timer retry_;
  bool failing_ = false;
};

std::expected<Acceptor, error_code> open_acceptor(asio::io_context& io, const asio::ip::address& address,
                                                  std::uint16_t port) {
  error_code error;
  Acceptor acceptor(io);
  const Tcp::endpoint endpoint(address, port);
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(Acceptor::reuse_address(true), error);
  if (!error && address.is_v6()) acceptor.set_option(asio::ip::v6_only(true), error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(Acceptor::max_listen_connections, error);
  if (!error) return acceptor;
  return std::unexpected(error);
}

std::unexpected<Error> cannot_listen(const error_code& error, const asio::ip::address& address,
                                     std::uint16_t port) {
  const auto name = address.to_string();
  if (error == asio::error::address_in_use)
    return fail(Code::unavailable, "port " + std::to_string(port) + " is taken");
  if (error == asio::error::access_denied)
    return fail(Code::permission_denied,
                "port " + std::to_string(port) + " needs more rights than this user has");
  if (error == boost::system::errc::address_not_available)
    return fail(Code::invalid_argument, name + " is no address of this machine");
  return fail(Code::unavailable,
              "cannot listen on " + name + " port " + std::to_string(port) + ": " + error.message());
}

}  // namespace

struct Server::Impl {
  ServerCore core;
  std::vector<std::shared_ptr<Listener>> listeners;
  bool started = false;

  Impl(Dependencies dependencies, const Limits& limits) : core(std::move(dependencies), limits) {}
  ~Impl() { close_listeners(); }

  void add(Acceptor acceptor) {
    listeners.push_back(std::make_shared<Listener>(core, std::move(acceptor)));
    if (started) listeners.back()->accept();
  }
  void close_listeners() {
    for (const auto& listener : std::exchange(listeners, {})) listener->close();
  }
};

Server::Server(Dependencies dependencies, Limits limits)
    : impl_(std::make_unique<Impl>(std::move(dependencies), limits)) {}
Server::~Server() = default;

Result<std::uint16_t> Server::listen(const std::string& address, std::uint16_t port) {
  auto& io = impl_->core.deps.loop.impl().io;
  const bool localhost = address == "localhost";
  error_code error;
  const auto parsed = asio::ip::make_address(localhost ? "127.0.0.1" : address, error);
  if (error)
    return fail(Code::invalid_argument,
                "'" + address.substr(0, 64) + "' is no IP address; localhost is understood too");
  for (int attempts = port == 0 ? ports_to_try : 1;; --attempts) {
    auto acceptor = open_acceptor(io, parsed, port);
    if (!acceptor) return cannot_listen(acceptor.error(), parsed, port);
    const auto bound = acceptor->local_endpoint(error).port();
    if (localhost) {
      // Many clients try ::1 first: another program there would get them. Not having IPv6 is no failure.
      const asio::ip::address other = asio::ip::address_v6::loopback();
      auto second = open_acceptor(io, other, bound);
      if (second)
        impl_->add(std::move(*second));
      else if (second.error() == asio::error::address_in_use && attempts > 1)
        continue;
      else if (second.error() != asio::error::address_family_not_supported &&
               second.error() != boost::system::errc::address_not_available)
        return cannot_listen(second.error(), other, bound);
    }
    impl_->add(std::move(*acceptor));
    return bound;
  }
}

void Server::start() {
  impl_->started = true;
  for (const auto& listener : impl_->listeners) listener->accept();
}

namespace {

// Shared by the two that may end the wait: the last connection, and the time.
struct Drained {
  std::optional<Resume<bool>> resume;
  void operator()(bool all) {
    if (auto waiting = std::exchange(resume, std::nullopt)) (*waiting)(all);
  }
};

// True when nothing is left, false when `time` has passed before.
Task<bool> drained(ServerCore& core, std::chrono::milliseconds time) {
  Scheduler::Timer timer;
  auto wait = callback<bool>([&core, &timer, time](Resume<bool> done) {
    auto shared = std::make_shared<Drained>(Drained{std::move(done)});
    core.when_empty([shared] { (*shared)(true); });
    timer = core.deps.loop.after(time, [shared] { (*shared)(false); });
  });
  const bool all = co_await wait;
  co_return all;
}

}  // namespace

Task<void> Server::stop(std::chrono::milliseconds grace) {
  auto& core = impl_->core;
  impl_->close_listeners();
  core.stop();
  const bool all = co_await drained(core, grace);
  if (all) co_return;
  core.cut();
  // Long-lived connections say so in a later turn of the loop; a handler that waits may never complete.
  co_await drained(core, std::chrono::milliseconds(250));
}

ServerStatistics Server::statistics() const noexcept {
  return impl_->core.statistics;
}

}  // namespace parley::net
