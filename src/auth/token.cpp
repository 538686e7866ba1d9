#include "base64url.hpp"
#include "jws.hpp"

#include <parley/auth/token.hpp>
#include <parley/codec/json.hpp>

#include <sodium.h>

namespace parley::auth {
namespace {

// `aud` is a text or a list of texts (RFC 7519 section 4.1.3).
struct OneAudience {
  std::optional<std::string> aud;
};
struct Audiences {
  std::optional<std::vector<std::string>> aud;
};

bool has_randomness() noexcept {
  return ::sodium_init() >= 0;
}

constexpr std::int64_t last_second = 253'402'300'799;  // of the year 9999

Timestamp time_of(std::int64_t seconds) {
  return Timestamp(std::chrono::seconds(seconds));
}

std::string seconds_text(std::int64_t seconds) {
  return std::to_string(seconds) + " s";
}

constexpr codec::ReadOptions reading{.max_depth = 16, .max_elements = 1000};

}  // namespace
}  // namespace parley::auth

namespace parley {

using auth::Audiences;
using auth::OneAudience;

template <>
const TypeInfo& describe<OneAudience>() {
  static constexpr Row rows[] = {field<&OneAudience::aud>("aud", never_null())};
  static const TypeInfo type = object<OneAudience>("OneAudience", rows);
  return type;
}

template <>
const TypeInfo& describe<Audiences>() {
  static constexpr Row rows[] = {field<&Audiences::aud>("aud", never_null())};
  static const TypeInfo type = object<Audiences>("Audiences", rows);
  return type;
}

template <>
const TypeInfo& describe<auth::Claims>() {
  using auth::Claims;
  static constexpr auto seconds = range(0, auth::last_second);
  static constexpr auto printable = pattern("[^\\x00-\\x1f\\x7f]*", "free of control characters");
  static constexpr Row rows[] = {
      field<&Claims::iss>("iss"),
      field<&Claims::sub>("sub", length(1, 128), printable),
      field<&Claims::service_name>("service_name", length(1, 128), printable, never_null()),
      field<&Claims::permissions>("permissions", items(0, 100), may_be_absent()),
      field<&Claims::exp>("exp", seconds),
      field<&Claims::nbf>("nbf", seconds, never_null()),
      field<&Claims::iat>("iat", seconds, never_null()),
      field<&Claims::jti>("jti", never_null()),
      field<&Claims::extra>("extra"),
  };
  static const TypeInfo type = object<Claims>("Claims", rows);
  return type;
}

}  // namespace parley

namespace parley::auth {
namespace {

bool is_for_us(const Claims& claims) {
  if (claims.extra.json.empty()) return true;
  const auto extra = "{" + claims.extra.json + "}";
  if (const auto one = codec::from_json<OneAudience>(extra, reading)) return !one->aud || *one->aud == issuer;
  const auto all = codec::from_json<Audiences>(extra, reading);
  return all && all->aud && std::ranges::find(*all->aud, issuer) != all->aud->end();
}

}  // namespace

Result<Key> Key::make() {
  if (!has_randomness()) return fail(Code::unavailable, "the system gives no randomness for a key");
  auto bytes = std::make_unique<unsigned char[]>(size);
  ::randombytes_buf(bytes.get(), size);
  return Key(std::move(bytes));
}

std::optional<Key> Key::from(std::string_view text) {
  if (text.size() != size) return std::nullopt;
  auto bytes = std::make_unique<unsigned char[]>(size);
  std::ranges::copy(text, bytes.get());
  return Key(std::move(bytes));
}

Key::~Key() {
  if (bytes_) ::sodium_memzero(bytes_.get(), size);
}

Result<std::string> random_secret() {
  if (!has_randomness()) return fail(Code::unavailable, "the system gives no randomness for a secret");
  std::string bytes(32, '\0');
  ::randombytes_buf(bytes.data(), bytes.size());
  return to_base64url(bytes);
}

Result<std::string> mint(const Key& key, const Principal& who, Timestamp now,
                         std::chrono::milliseconds lifetime) {
  if (lifetime < min_lifetime || lifetime > max_lifetime)
    return fail(Code::invalid_argument, "the lifetime of a token is 1 second to 24 hours");
  if (!has_randomness()) return fail(Code::unavailable, "the system gives no randomness for a token");
  std::string id(16, '\0');
  ::randombytes_buf(id.data(), id.size());
  Claims claims{.iss = std::string(issuer),
                .sub = who.subject,
                .service_name = {},
                .permissions = who.permissions,
                .exp = std::chrono::ceil<std::chrono::seconds>(now + lifetime).time_since_epoch().count(),
                .nbf = {},
                .iat = to_unix_seconds(now),
                .jti = to_base64url(id),
                .extra = {}};
  if (!who.service.empty()) claims.service_name = who.service;
  if (auto fits = conform(claims); !fits) return std::unexpected(std::move(fits.error()));
  auto token = sign(key.bytes(), codec::to_json(claims));
  if (token.size() > max_token)
    return fail(Code::invalid_argument, "the token would be longer than 8 KiB; give it fewer permissions");
  return token;
}

std::string_view name_of(Reason reason) noexcept {
  switch (reason) {
    case Reason::missing:
      return "missing";
    case Reason::malformed:
      return "malformed";
    case Reason::algorithm:
      return "algorithm";
    case Reason::signature:
      return "signature";
    case Reason::claims:
      return "claims";
    case Reason::issuer:
      return "issuer";
    case Reason::audience:
      return "audience";
    case Reason::expired:
      return "expired";
    case Reason::not_yet_valid:
      return "not_yet_valid";
  }
  return "malformed";
}

std::expected<Claims, Refused> verify(const Key& key, std::string_view token, Timestamp now) {
  const auto payload = open(key.bytes(), token);
  if (!payload) return std::unexpected(payload.error());
  auto claims = codec::from_json<Claims>(*payload, reading);
  if (!claims) {
    const auto& problems = claims.error().fields;
    const auto known = std::ranges::find_if(problems, [](const FieldProblem& problem) {
      return std::ranges::find(describe<Claims>().fields, problem.field, &FieldInfo::name) !=
             describe<Claims>().fields.end();
    });
    if (known == problems.end()) return refuse(Reason::claims, "the claims of the token cannot be read");
    return refuse(Reason::claims, "the token's claim " + known->field + " " + known->problem);
  }
  if (claims->iss != issuer)
    return refuse(Reason::issuer, "the token has another issuer (iss) than this server");
  if (!is_for_us(*claims)) return refuse(Reason::audience, "the token is meant for another audience (aud)");
  const auto seconds = to_unix_seconds(now);
  if (claims->exp <= seconds)
    return refuse(Reason::expired, "the token expired at " + to_rfc3339(time_of(claims->exp)) + ", " +
                                       seconds_text(seconds - claims->exp) + " ago");
  for (const auto& [name, from] : {std::pair{"nbf", claims->nbf}, std::pair{"iat", claims->iat}})
    if (from && *from > seconds + leeway.count())
      return refuse(Reason::not_yet_valid, "the token is not valid yet: its " + std::string(name) + " is " +
                                               to_rfc3339(time_of(*from)) + ", in " +
                                               seconds_text(*from - seconds));
  return std::move(*claims);
}

Principal principal_of(Claims claims) {
  return {.subject = std::move(claims.sub),
          .permissions = std::move(claims.permissions),
          .service = std::move(claims.service_name).value_or(std::string()),
          .administrator = false,
          .expires = time_of(claims.exp)};
}

}  // namespace parley::auth
