// What browsers are told (OWASP secure headers; CSP level 3, Fetch, Permissions Policy).
#include <parley/rest/gateway.hpp>

namespace parley::rest {
namespace {

// Data is never a page: whoever is shown it as one, by mistake or by malice, runs and loads nothing.
constexpr std::string_view data_policy =
    "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'\r\n";

// Scripts and styles are files of this server. Pages call it on its other ports too, over WebSocket.
constexpr std::string_view page_policy =
    "Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self' ws: wss:; manifest-src 'self'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'\r\n"
    "Permissions-Policy: camera=(self), microphone=(self), display-capture=(self), geolocation=(), "
    "payment=(), usb=()\r\n";

}  // namespace

SecurityFields security_fields(const Options& options) {
  SecurityFields fields;
  if (!options.security_headers) return fields;
  std::string common =
      "X-Content-Type-Options: nosniff\r\n"
      "X-Frame-Options: DENY\r\n"  // of older browsers than frame-ancestors
      "Referrer-Policy: no-referrer\r\n";
  // A page of another origin that may call the server may embed what it gets as well.
  common += options.cors_origins.empty() ? "Cross-Origin-Resource-Policy: same-origin\r\n"
                                         : "Cross-Origin-Resource-Policy: cross-origin\r\n";
  fields.all.append(common).append(data_policy);
  fields.pages.append(common).append(page_policy);
  return fields;
}

}  // namespace parley::rest
