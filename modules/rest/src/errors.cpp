#include "errors.hpp"

#include <parley/auth/access.hpp>
#include <parley/codec/json.hpp>

namespace parley::rest {
namespace {

void write_head(const net::Request& request, net::Response& response, const Error& error,
                std::uint16_t status) {
  response.status = status != 0 ? status : info(error.code).http_status;
  // 404, 405, 410, 414 and 501 would otherwise be kept by caches (RFC 9110 section 15.1).
  response.header("Cache-Control", "no-store");
  if (error.retry_after.count() > 0) {
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(error.retry_after).count();
    response.header("Retry-After", std::to_string(seconds));  // RFC 9110 section 10.2.3
  }
  if (response.status == 401)  // RFC 9110 section 15.5.2
    response.header("WWW-Authenticate", auth::challenge(request.header("Authorization"), error.message));
}

}  // namespace

void write_problem(const net::Request& request, net::Response& response, const Error& error,
                   std::uint16_t status) {
  write_head(request, response, error, status);
  response.content_type = "application/problem+json";
  const auto& trace = request.context.trace;
  response.body = codec::problem_json(
      error, trace.valid() ? trace.trace_id_hex() : std::string(request.request_id), {}, response.status);
}

void write_calculation_error(std::string_view operation, const net::Request& request, net::Response& response,
                             const Error& error, std::uint16_t status) {
  write_head(request, response, error, status);
  response.content_type = "application/json";
  response.body = R"({"result":0,"operation":)";
  codec::append_json_string(operation, response.body);
  response.body += R"(,"success":false,"error":)";
  codec::append_json_string(error.message, response.body);
  response.body += '}';
}

void name_scope(const net::Request& request, net::Response& response, std::string_view permission) {
  const auto* caller = request.context.principal.get();
  if (response.status == 403 && caller && !caller->has(permission))
    response.header("WWW-Authenticate", auth::insufficient_scope(permission));
}

}  // namespace parley::rest
