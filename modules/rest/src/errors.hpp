// Errors as HTTP answers. The one table of codes is parley/result.hpp; nothing else here knows a status.
#pragma once

#include <parley/net/http.hpp>
#include <parley/operation.hpp>
#include <parley/result.hpp>

#include <cstdint>
#include <string_view>

namespace parley::rest {

// Statuses that HTTP has and the canonical codes have not.
inline constexpr std::uint16_t status_gone = 410, status_unsupported_media_type = 415;

// Fills in status, body, content type, Retry-After and WWW-Authenticate; header fields that stand stay.
// `status` 0: the code's own.
void write_problem(const net::Request& request, net::Response& response, const Error& error,
                   std::uint16_t status = 0);

// The same in the shape of the lab's calculator:
// {"result":0,"operation":"divide","success":false,"error":"division by zero"}.
void write_calculation_error(std::string_view operation, const net::Request& request, net::Response& response,
                             const Error& error, std::uint16_t status = 0);

// Adds WWW-Authenticate to a 403 whose reason is that the caller's token lacks `permission` (RFC 6750
// section 3.1); nothing otherwise.
void name_scope(const net::Request& request, net::Response& response, std::string_view permission);

}  // namespace parley::rest
