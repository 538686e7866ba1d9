// Cross-origin requests: the CORS protocol of the Fetch standard (section 3.2), and the same rule for
// WebSocket handshakes, which browsers do not check (RFC 6455 section 10.2).
#pragma once

#include <parley/net/http.hpp>

#include <string>
#include <vector>

namespace parley::rest {

// Immutable. No credentials are ever allowed: the API does not use cookies.
class Cors {
 public:
  // "*" for any origin; empty for none but the server's own.
  explicit Cors(std::vector<std::string> origins);

  // Before a request is routed: adds the header fields that let the page of an allowed origin read the
  // answer; true when the request was a preflight and is answered.
  bool before(const net::Request& request, net::Response& response) const;

  // Whether a WebSocket may be opened: by no page at all, by one of this server, or by an allowed origin.
  bool admits(const net::Request& request) const noexcept;

 private:
  bool allowed(std::string_view origin) const noexcept;

  std::vector<std::string> origins_;
  bool any_ = false;
};

}  // namespace parley::rest
