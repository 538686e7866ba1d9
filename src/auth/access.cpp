#include <parley/auth/access.hpp>
#include <parley/operation.hpp>

#include <sodium.h>

#include <ranges>

namespace parley::auth {
namespace {

constexpr std::string_view scheme = "bearer";

// The length is no secret.
bool same(std::string_view a, std::string_view b) noexcept {
  return a.size() == b.size() && ::sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

// What a quoted error_description may hold (RFC 6750 section 3).
std::string describable(std::string_view text) {
  std::string out(text);
  for (auto& c : out)
    if (c < ' ' || c > '~' || c == '"' || c == '\\') c = '\'';
  return out;
}

std::shared_ptr<const Principal> make_administrator() {
  return std::make_shared<const Principal>(
      Principal{.subject = "admin", .permissions = {}, .service = {}, .administrator = true});
}

}  // namespace

Authenticator::Authenticator(const Key& key, std::string administrator_token, const Clock& clock,
                             Metrics& metrics)
    : key_(key),
      administrator_token_(std::move(administrator_token)),
      clock_(clock),
      administrator_(make_administrator()) {
  for (std::size_t i = 0; i < failures_.size(); ++i)
    failures_[i] = &metrics.counter("auth_failures_total", "Tokens that were refused.",
                                    {{"reason", name_of(static_cast<Reason>(i))}});
}

Result<std::shared_ptr<const Principal>> Authenticator::authenticate(std::string_view authorization) const {
  const auto token = bearer_credentials(authorization);
  if (!token) return nullptr;
  if (!token->empty() && same(*token, administrator_token_)) return administrator_;
  auto claims = token->empty() ? std::unexpected(Refused{Reason::missing,
                                                         "Authorization names the scheme Bearer "
                                                         "without a token"})
                               : verify(key_, *token, clock_.now());
  if (claims) return std::make_shared<const Principal>(principal_of(std::move(*claims)));
  failures_[static_cast<std::size_t>(claims.error().reason)]->add();
  return fail(Code::unauthenticated, std::move(claims.error().message));
}

Result<void> authorize(const CallContext& context, std::string_view permission) {
  const auto* caller = context.principal.get();
  if (!caller) {
    if (!is_administrative(permission)) return {};
    return fail(Code::unauthenticated,
                "this needs the administrator's token, which is shown at start, or one with the permission " +
                    std::string(permission) + ": Authorization: Bearer <token>");
  }
  if (caller->expires <= context.now())  // the connection that showed it lives on
    return fail(Code::unauthenticated, "the token expired at " + to_rfc3339(caller->expires));
  for (const auto part : std::views::split(permission, ' '))
    if (const std::string_view one(part); !caller->has(one))
      return fail(Code::permission_denied, "the token lacks the permission " + std::string(one));
  return {};
}

std::optional<std::string_view> bearer_credentials(std::string_view authorization) noexcept {
  const auto name = authorization.substr(0, authorization.find(' '));
  const bool fits = std::ranges::equal(name, scheme, [](char c, char expected) {
    return (c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c) == expected;
  });
  if (!fits) return std::nullopt;
  authorization.remove_prefix(name.size());
  return authorization.substr(std::min(authorization.find_first_not_of(' '), authorization.size()));
}

std::string challenge(std::optional<std::string_view> authorization, std::string_view problem) {
  if (!authorization || !bearer_credentials(*authorization)) return "Bearer";
  return R"(Bearer error="invalid_token", error_description=")" + describable(problem) + '"';
}

std::string insufficient_scope(std::string_view permission) {
  return R"(Bearer error="insufficient_scope", scope=")" + describable(permission) + '"';
}

}  // namespace parley::auth
