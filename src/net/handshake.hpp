// The checks of an opening handshake, RFC 6455 section 4.2.1, beyond method and HTTP version.
#pragma once

#include <parley/net/http.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace parley::net {

struct HandshakeCheck {
  std::uint16_t status = 101;  // else 400 or 426
  std::string problem;         // one sentence for people
  std::string_view key;        // Sec-WebSocket-Key; a view into the request
  std::string extensions;      // Sec-WebSocket-Extensions, its fields joined
};
HandshakeCheck check_handshake(const Request& request);

}  // namespace parley::net
