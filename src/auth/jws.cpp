#include "jws.hpp"

#include "base64url.hpp"

#include <parley/codec/json.hpp>

#include <sodium.h>

namespace parley::auth {
namespace {

struct Header {
  std::string alg;
  std::optional<std::string> typ;
  std::optional<std::vector<std::string>> crit;
};

using Digest = std::array<unsigned char, crypto_auth_hmacsha256_BYTES>;

Digest digest_of(std::string_view key, std::string_view text) {
  const auto bytes = [](std::string_view view) {
    return reinterpret_cast<const unsigned char*>(view.data());
  };
  Digest digest;
  crypto_auth_hmacsha256_state state;
  ::crypto_auth_hmacsha256_init(&state, bytes(key), key.size());
  ::crypto_auth_hmacsha256_update(&state, bytes(text), text.size());
  ::crypto_auth_hmacsha256_final(&state, digest.data());
  ::sodium_memzero(&state, sizeof state);
  return digest;
}

}  // namespace
}  // namespace parley::auth

template <>
const parley::TypeInfo& parley::describe<parley::auth::Header>() {
  using parley::auth::Header;
  static constexpr Row rows[] = {
      field<&Header::alg>("alg"),
      field<&Header::typ>("typ", never_null()),
      field<&Header::crit>("crit", never_null()),
  };
  static const TypeInfo type = object<Header>("JoseHeader", rows);
  return type;
}

namespace parley::auth {

std::string signature_of(std::string_view key, std::string_view signing_input) {
  const auto digest = digest_of(key, signing_input);
  return to_base64url({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

std::string sign(std::string_view key, std::string_view payload) {
  std::string token = to_base64url(R"({"alg":"HS256","typ":"JWT"})") + '.' + to_base64url(payload);
  return token + '.' + signature_of(key, token);
}

std::expected<std::string, Refused> open(std::string_view key, std::string_view token) {
  if (token.size() > max_token) return refuse(Reason::malformed, "the token is longer than 8 KiB");
  const auto first = token.find('.'), last = token.rfind('.');
  if (first == token.npos || first == last || token.find('.', first + 1) != last)
    return refuse(Reason::malformed, "the token has not the three parts of a JWS");
  const auto header_text = from_base64url(token.substr(0, first));
  const auto payload = from_base64url(token.substr(first + 1, last - first - 1));
  const auto signature = from_base64url(token.substr(last + 1));
  if (!header_text || !payload || !signature)
    return refuse(Reason::malformed, "a part of the token is not base64url without padding");
  const auto header = codec::from_json<Header>(*header_text, {.max_depth = 4, .max_elements = 64});
  if (!header) return refuse(Reason::malformed, "the header of the token cannot be read");
  // Before anything is computed as the token wants it (RFC 8725 sections 3.1 and 3.2).
  if (header->alg != "HS256")
    return refuse(Reason::algorithm, "the token is not signed with HS256, the only algorithm that is taken");
  if (header->crit)
    return refuse(Reason::algorithm, "the token has critical extensions (crit), of which none are known");
  const auto is_jwt = [](std::string_view typ) {  // a media type, in any case (RFC 7519 section 5.1)
    return typ.size() == 3 && (typ[0] | 0x20) == 'j' && (typ[1] | 0x20) == 'w' && (typ[2] | 0x20) == 't';
  };
  if (header->typ && !is_jwt(*header->typ))
    return refuse(Reason::algorithm, "the token has another type (typ) than JWT");
  const auto digest = digest_of(key, token.substr(0, last));
  if (signature->size() != digest.size() ||
      ::sodium_memcmp(signature->data(), digest.data(), digest.size()) != 0)
    return refuse(Reason::signature,
                  "the signature does not fit: the token was changed, or signed with another key");
  return *payload;
}

}  // namespace parley::auth
