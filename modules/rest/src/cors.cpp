#include "cors.hpp"

#include <algorithm>

namespace parley::rest {
namespace {

constexpr std::string_view methods = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS";
constexpr std::string_view readable =
    "Location, ETag, Retry-After, API-Version, Deprecation, Sunset, Link, Allow, WWW-Authenticate, "
    "X-Injected-Fault, X-Request-Id, traceparent";
constexpr std::string_view usual_fields =
    "Content-Type, Authorization, API-Version, Idempotency-Key, If-None-Match, Last-Event-ID, X-Request-Id, "
    "traceparent";
constexpr std::size_t max_asked_fields = 1024;  // bytes echoed in a preflight's answer

// A list of field names: RFC 9110 section 5.6.2 tokens, commas and spaces.
bool is_name_list(std::string_view text) noexcept {
  return std::ranges::all_of(text, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           std::string_view("!#$%&'*+-.^_`|~, \t").find(c) != std::string_view::npos;
  });
}

char lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

bool same(std::string_view a, std::string_view b) noexcept {
  return std::ranges::equal(a, b, [](char x, char y) { return lower(x) == lower(y); });
}

}  // namespace

Cors::Cors(std::vector<std::string> origins) : origins_(std::move(origins)) {
  any_ = std::ranges::find(origins_, "*") != origins_.end();
}

bool Cors::allowed(std::string_view origin) const noexcept {
  return any_ || std::ranges::any_of(origins_, [&](const std::string& known) { return same(known, origin); });
}

bool Cors::before(const net::Request& request, net::Response& response) const {
  if (origins_.empty()) return false;
  const auto origin = request.header("Origin");
  // Caches must not hand one origin's answer to another, nor one without the field to a page.
  if (any_)
    response.header("Access-Control-Allow-Origin: *\r\n");
  else
    response.header("Vary: Origin\r\n");
  if (!origin || !allowed(*origin)) return false;

  if (!any_) response.header("Access-Control-Allow-Origin", *origin);
  if (request.method != net::Method::options || !request.header("Access-Control-Request-Method")) {
    response.header("Access-Control-Expose-Headers", readable);
    return false;
  }
  response.header("Access-Control-Allow-Methods", methods);
  const auto asked = request.header("Access-Control-Request-Headers");
  const bool echo = asked && !asked->empty() && asked->size() <= max_asked_fields && is_name_list(*asked);
  response.header("Access-Control-Allow-Headers", echo ? *asked : usual_fields);
  response.header("Access-Control-Max-Age", "600");
  response.header("Vary", "Access-Control-Request-Method, Access-Control-Request-Headers");
  response.status = 204;
  response.content_type = {};
  return true;
}

bool Cors::admits(const net::Request& request) const noexcept {
  const auto origin = request.header("Origin");
  if (!origin || allowed(*origin)) return true;
  const auto scheme = origin->find("://");
  const auto host = request.header("Host");
  return host && scheme != std::string_view::npos && same(origin->substr(scheme + 3), *host);
}

}  // namespace parley::rest
