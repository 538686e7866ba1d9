// The reader of tokens. The first byte chooses: `t` a token as it comes, `h` the header and then, behind a
// line's end, the claims of one whose signature fits, `a` the value of an Authorization field. Whatever is
// refused is refused in words that fit into a header field and show nothing of the token; what is taken
// holds.
#include "base64url.hpp"
#include "fuzz.hpp"
#include "jws.hpp"

#include <parley/auth/access.hpp>
#include <parley/utf8.hpp>

#include <string>

using namespace parley;
using namespace parley::auth;
using fuzz::require;

namespace {

const Timestamp now{std::chrono::seconds(1'800'000'000)};

const Key& key() {
  static const Key made = *Key::from("0123456789abcdef0123456789abcdef");
  return made;
}

void check(std::string_view token) {
  const fuzz::Exact exact(token);
  const auto claims = verify(key(), exact.view(), now);
  if (!claims) {
    const auto& said = claims.error().message;
    require(!said.empty() && said.size() < 300, "a refusal is a sentence", said);
    for (const char c : said)
      require(c >= ' ' && c <= '~' && c != '"' && c != '\\', "a refusal fits into a quoted string", said);
    // A piece of the sentence itself is no token that is shown.
    require(token.size() < 12 || token.contains(' ') || !said.contains(token),
            "a refusal does not show the token", said);
    return;
  }
  require(token.size() <= max_token, "a token is not too long");
  require(claims->iss == issuer, "a token is of this server");
  require(claims->exp > to_unix_seconds(now), "a token has not expired");
  for (const auto& from : {claims->nbf, claims->iat})
    require(!from || *from <= to_unix_seconds(now) + leeway.count(), "a token is valid already");
  require(is_utf8(claims->sub) && !claims->sub.empty(), "a subject is a text");
  const auto last = token.rfind('.');
  require(token.substr(last + 1) == signature_of(key().bytes(), token.substr(0, last)), "the signature fits");
  // One bit more or less, and it is another token.
  std::string changed(token);
  changed[changed.size() / 2] ^= 1;
  require(!verify(key(), changed, now), "a changed token is refused");
  const auto who = principal_of(*claims);
  require(!who.administrator && who.expires > now, "a token makes no administrator");
}

void check_pieces(std::string_view text) {
  const auto header = fuzz::take_until(text, "\n");
  const auto input = to_base64url(header) + '.' + to_base64url(text);
  check(input + '.' + signature_of(key().bytes(), input));
  require(from_base64url(to_base64url(text)) == text, "bytes come back");
}

void check_base64url(std::string_view text) {
  if (const auto bytes = from_base64url(text))
    require(to_base64url(*bytes) == text, "bytes have one text", text);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1 || size > 2 * max_token) return 0;
  auto text = fuzz::text_of(data, size);
  const char what = text[0];
  text.remove_prefix(1);
  if (what == 't') check(text), check_base64url(text);
  if (what == 'h') check_pieces(text);
  if (what == 'a') {
    const auto shown = bearer_credentials(text);
    require(!shown || (shown->size() < text.size() && text.ends_with(*shown)), "credentials are the end");
    const auto said = challenge(text, text);
    for (const char c : said) require(c >= ' ' && c <= '~', "a challenge is a header field's value", said);
    if (shown) check(*shown);
  }
  return 0;
}
