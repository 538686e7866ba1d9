// The server's descriptions, made from the routes of its router. Costs some milliseconds: made once and kept.
#pragma once

#include <parley/docs/route.hpp>
#include <parley/net/http.hpp>

#include <string>
#include <string_view>

namespace parley::docs {

struct About {
  std::string_view title = "Parley";
  std::string_view version;
  std::string_view text;  // CommonMark
  // Whether calls without a token are taken, but for administrative permissions.
  bool anonymous = true;
};

// OpenAPI 3.1. A route that does not say what it is has the summary "Not described." Throws std::logic_error
// for a path parameter that is not described, for an operationId given twice and for an example that is no
// JSON.
std::string openapi(const net::Router& router, const About& about);

// AsyncAPI 3.0 of the same router's WebSockets and event streams; throws likewise. `host` ("localhost:8080")
// is where the client reached the server; it must be free of quotes and control characters.
std::string asyncapi(const net::Router& router, const About& about, std::string_view host);

// For a document that is made once and given to clients that reach the server under different names: it is
// made with `host_mark` for the host, in whose place with_host() puts the one that a request names.
inline constexpr std::string_view host_mark = "parley-host.invalid";
std::string with_host(std::string_view document, std::string_view host);

}  // namespace parley::docs
