// JSON Web Tokens (RFC 7519) that a server signs for itself and its callers: HS256 and nothing else, in the
// compact serialization (RFC 7515).
#pragma once

#include <parley/context.hpp>
#include <parley/describe.hpp>
#include <parley/result.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace parley::auth {

inline constexpr std::string_view issuer = "parley";  // and the only audience that is ours
inline constexpr std::size_t max_token = 8 << 10;     // bytes
inline constexpr std::chrono::milliseconds min_lifetime = std::chrono::seconds(1);
inline constexpr std::chrono::milliseconds max_lifetime = std::chrono::hours(24);
// How far the clock of whoever signed may be ahead. A token's end is its end.
inline constexpr std::chrono::seconds leeway{60};

// Configuration section [tokens].
struct Options {
  std::chrono::milliseconds lifetime = std::chrono::minutes(15);
};

// The secret of the signatures, wiped at the end.
class Key {
 public:
  static constexpr std::size_t size = 32;  // bytes, as many as the hash has (RFC 7518 section 3.2)

  // A new one; `unavailable` when the system has no randomness to give.
  static Result<Key> make();
  // One that was kept; nothing for another length than `size`.
  static std::optional<Key> from(std::string_view bytes);

  Key(Key&&) noexcept = default;
  Key& operator=(Key&&) noexcept = default;
  ~Key();
  std::string_view bytes() const noexcept { return {reinterpret_cast<const char*>(bytes_.get()), size}; }

 private:
  explicit Key(std::unique_ptr<unsigned char[]> bytes) noexcept : bytes_(std::move(bytes)) {}
  std::unique_ptr<unsigned char[]> bytes_;
};

// 256 bits of the system's randomness in base64url; `unavailable` when it has none to give.
Result<std::string> random_secret();

// Times are whole Unix seconds (NumericDate).
struct Claims {
  std::string iss;
  std::string sub;
  std::optional<std::string> service_name;  // of a service's token
  std::vector<std::string> permissions;
  std::int64_t exp = 0;
  std::optional<std::int64_t> nbf, iat;
  std::optional<std::string> jti;
  ExtraMembers extra;  // `aud` among them
};

// A token for `who`, of whom subject, permissions and service count. invalid_argument for a name that is
// empty, too long or not printable, and for a lifetime beyond the bounds above.
Result<std::string> mint(const Key& key, const Principal& who, Timestamp now,
                         std::chrono::milliseconds lifetime);

// Why a token is refused; the label of a metric.
enum class Reason : std::uint8_t {
  missing,    // the scheme Bearer, and no token
  malformed,  // no JWS, or parts that cannot be read
  algorithm,  // another one than HS256, or another type than JWT
  signature,  // changed, or signed with another key
  claims,     // of the wrong form, or without one that must be there
  issuer,
  audience,
  expired,
  not_yet_valid,  // nbf or iat
};
std::string_view name_of(Reason reason) noexcept;

struct Refused {
  Reason reason;
  std::string message;  // a sentence in ASCII, without `"` and `\`, that shows nothing of the token
};

// The claims of a token that is valid at `now`. The time it takes tells nothing of the key.
std::expected<Claims, Refused> verify(const Key& key, std::string_view token, Timestamp now);

Principal principal_of(Claims claims);

}  // namespace parley::auth

template <>
const parley::TypeInfo& parley::describe<parley::auth::Options>();
template <>
const parley::TypeInfo& parley::describe<parley::auth::Claims>();
