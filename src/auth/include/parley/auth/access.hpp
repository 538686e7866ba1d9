// Who calls, and what they may: the same for every protocol.
#pragma once

#include <parley/auth/token.hpp>
#include <parley/metrics.hpp>

#include <array>

namespace parley::auth {

// Tells the principal of the value of an Authorization field or metadata entry. Loop thread only. What it
// refers to outlives it.
class Authenticator {
 public:
  Authenticator(const Key& key, std::string administrator_token, const Clock& clock, Metrics& metrics);

  // Nobody (null) for another scheme than Bearer, which clients of the course send for servers of their own;
  // `unauthenticated` for a token that is not valid, counted by its reason. The administrator's token is
  // compared in a time that tells nothing of it.
  Result<std::shared_ptr<const Principal>> authenticate(std::string_view authorization) const;

 private:
  const Key& key_;
  const std::string administrator_token_;
  const Clock& clock_;
  const std::shared_ptr<const Principal> administrator_;
  std::array<Counter*, 9> failures_;  // by Reason
};

// Whether the caller may use an operation whose row asks for `permission`, or each of several. Whoever shows
// a token is held to it (permission_denied, or unauthenticated once it has expired); anonymous callers may do
// everything but administrate (unauthenticated).
Result<void> authorize(const CallContext& context, std::string_view permission);

// The credentials of the scheme Bearer, whose name is spelled in any case; they may be empty. Nothing for
// another scheme.
std::optional<std::string_view> bearer_credentials(std::string_view authorization) noexcept;

// The value of WWW-Authenticate beside a 401 (RFC 6750 section 3): what is wrong with the token, where the
// request's Authorization field shows one.
std::string challenge(std::optional<std::string_view> authorization, std::string_view problem);
// The same beside a 403 for want of a permission.
std::string insufficient_scope(std::string_view permission);

}  // namespace parley::auth
