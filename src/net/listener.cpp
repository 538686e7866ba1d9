#include "listener.hpp"

#include <parley/log.hpp>

#include <boost/asio/error.hpp>
#include <boost/asio/ip/v6_only.hpp>

#include <expected>

namespace parley::net {
namespace {

// Of the system's choice, until one is free on both of localhost's addresses.
constexpr int ports_to_try = 16;

constexpr std::chrono::milliseconds retry_pause{100};

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

void Listener::start() {
  acceptor_.async_accept(peer_, [self = shared_from_this()](const error_code& error, Socket socket) {
    self->accepted(error, std::move(socket));
  });
}

void Listener::close() {
  accept_ = nullptr;
  retry_.cancel();
  error_code ignored;
  acceptor_.close(ignored);
}

void Listener::accepted(const error_code& error, Socket socket) {
  if (!accept_) return;
  if (error) return failed(error);
  failing_ = false;
  error_code ignored;
  socket.non_blocking(true, ignored);
  socket.set_option(Tcp::no_delay(true), ignored);
  accept_(std::move(socket), peer_.address());
  if (accept_) start();
}

// No descriptor or no memory for another connection: those who wait get their turn when some are closed.
void Listener::failed(const error_code& error) {
  const bool short_of = error == asio::error::no_descriptors || error == asio::error::no_memory ||
                        error == asio::error::no_buffer_space || error.value() == ENFILE;
  if (!short_of) return start();  // that one client has gone
  if (!std::exchange(failing_, true))
    log::warn("net", "cannot accept connections until some are closed",
              {{"reason", std::string_view(error.message())}});
  retry_ = loop_.after(retry_pause, [self = shared_from_this()] {
    if (self->accept_) self->start();
  });
}

Result<std::uint16_t> Listeners::listen(const std::string& address, std::uint16_t port) {
  auto& io = loop_.impl().io;
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
        add(std::move(*second));
      else if (second.error() == asio::error::address_in_use && attempts > 1)
        continue;
      else if (second.error() != asio::error::address_family_not_supported &&
               second.error() != boost::system::errc::address_not_available)
        return cannot_listen(second.error(), other, bound);
    }
    add(std::move(*acceptor));
    return bound;
  }
}

void Listeners::add(Acceptor acceptor) {
  all_.push_back(std::make_shared<Listener>(loop_, std::move(acceptor), accept_));
  if (started_) all_.back()->start();
}

void Listeners::start() {
  started_ = true;
  for (const auto& listener : all_) listener->start();
}

void Listeners::close() {
  for (const auto& listener : std::exchange(all_, {})) listener->close();
}

}  // namespace parley::net
