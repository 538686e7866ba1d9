// What src/net shares of the loop. Includes Asio: private to this room.
#pragma once

#include <parley/net/loop.hpp>

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <functional>
#include <memory>
#include <vector>

namespace parley::net {

namespace asio = boost::asio;
using Tcp = asio::ip::tcp;
// Concrete: a type-erased executor costs on every operation.
using Executor = asio::io_context::executor_type;
using Socket = asio::basic_stream_socket<Tcp, Executor>;
using Acceptor = asio::basic_socket_acceptor<Tcp, Executor>;
using boost::system::error_code;

// The kernel has nothing to give, or takes nothing, for the moment.
inline bool would_block(const error_code& error) noexcept {
  return error == asio::error::would_block || error == asio::error::try_again;
}

// What a peer may still send that has had its last answer. A close with unread input would reset the
// connection and could take that answer from it (RFC 9112 section 9.6); time is limited elsewhere.
inline constexpr std::size_t max_discarded = 64u << 20;

class Corks;  // outbox.hpp: gathers what one turn of the loop produces

struct Loop::Impl {
  asio::io_context io{1};  // one thread
  std::unique_ptr<Corks> corks;
  Impl();
  ~Impl();
};

}  // namespace parley::net
