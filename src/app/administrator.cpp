#include "administrator.hpp"

#include "files.hpp"

#include <parley/operation.hpp>

#include <sodium.h>

#include <algorithm>

namespace parley::app {
namespace {

constexpr std::string_view administrator = "admin";
constexpr std::string_view scheme = "bearer ";

// The length is no secret.
bool same(std::string_view a, std::string_view b) noexcept {
  return a.size() == b.size() && ::sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

// The credentials of the scheme, whose name is spelled in any case.
std::string_view bearer(std::string_view authorization) noexcept {
  if (authorization.size() <= scheme.size()) return {};
  const bool fits =
      std::equal(scheme.begin(), scheme.end(), authorization.begin(), [](char expected, char c) {
        return expected == (c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c);
      });
  if (!fits) return {};
  authorization.remove_prefix(scheme.size());
  return authorization.substr(std::min(authorization.find_first_not_of(' '), authorization.size()));
}

}  // namespace

Administrator::Administrator(std::string token, bool made_anew)
    : token_(std::move(token)),
      made_anew_(made_anew),
      principal_(std::make_shared<const Principal>(
          Principal{std::string(administrator), {std::string(administrator)}})) {}

Result<Administrator> Administrator::make(std::string configured) {
  if (!configured.empty()) return Administrator(std::move(configured), false);
  if (::sodium_init() < 0)
    return fail(Code::unavailable,
                "the system gives no randomness for the administrator's token; configure one as "
                "PARLEY_SERVER_ADMIN_TOKEN");
  constexpr int variant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
  unsigned char bytes[32];
  char text[sodium_base64_ENCODED_LEN(sizeof bytes, variant)];
  ::randombytes_buf(bytes, sizeof bytes);
  ::sodium_bin2base64(text, sizeof text, bytes, sizeof bytes, variant);
  return Administrator(text, true);
}

std::shared_ptr<const Principal> Administrator::recognise(const net::Request& request) const {
  const auto authorization = request.header("Authorization");
  return authorization && same(bearer(*authorization), token_) ? principal_ : nullptr;
}

Result<void> authorize(const CallContext& context, std::string_view permission) {
  if (!is_administrative(permission)) return {};
  const auto* caller = context.principal.get();
  if (caller && std::ranges::find(caller->permissions, administrator) != caller->permissions.end()) return {};
  return fail(Code::unauthenticated,
              "this needs the administrator's token, which is shown at start: Authorization: Bearer <token>");
}

Result<void> write_token_file(const std::string& path, std::string_view token) {
  const auto written = replace_file(path, std::string(token) + "\n", 0600);
  if (!written) return fail(Code::failed_precondition, "the token's file " + written.error().message);
  return {};
}

}  // namespace parley::app
