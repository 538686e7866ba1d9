#include "administrator.hpp"

#include "files.hpp"

#include <parley/auth/token.hpp>

namespace parley::app {

Result<Administrator> Administrator::make(std::string configured) {
  if (!configured.empty()) return Administrator(std::move(configured), false);
  auto secret = auth::random_secret();
  if (!secret)
    return fail(Code::unavailable,
                "the system gives no randomness for the administrator's token; configure one as "
                "PARLEY_SERVER_ADMIN_TOKEN");
  return Administrator(std::move(*secret), true);
}

Result<void> write_token_file(const std::string& path, std::string_view token) {
  const auto written = replace_file(path, std::string(token) + "\n", 0600);
  if (!written) return fail(Code::failed_precondition, "the token's file " + written.error().message);
  return {};
}

}  // namespace parley::app
