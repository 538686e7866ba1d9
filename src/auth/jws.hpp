// JSON Web Signatures with HS256 in the compact serialization (RFC 7515, RFC 7518 section 3.2), whatever they
// sign.
#pragma once

#include <parley/auth/token.hpp>

namespace parley::auth {

inline std::unexpected<Refused> refuse(Reason reason, std::string message) {
  return std::unexpected(Refused{reason, std::move(message)});
}

// In base64url.
std::string signature_of(std::string_view key, std::string_view signing_input);
std::string sign(std::string_view key, std::string_view payload);
// The payload of a token that has no more than `max_token` bytes.
std::expected<std::string, Refused> open(std::string_view key, std::string_view token);

}  // namespace parley::auth
