// Who may administrate: the bearer of a token that is made anew at every start, or configured.
#pragma once

#include <parley/context.hpp>
#include <parley/net/http.hpp>
#include <parley/result.hpp>

#include <memory>
#include <string>
#include <string_view>

namespace parley::app {

class Administrator {
 public:
  // An empty `configured` token: a new one, 256 bits of the system's randomness in base64url. `unavailable`
  // when the system has none to give.
  static Result<Administrator> make(std::string configured);

  const std::string& token() const noexcept { return token_; }
  bool made_anew() const noexcept { return made_anew_; }

  // The administrator for `Authorization: Bearer <token>`, compared in a time that tells nothing of the
  // token; nobody for other credentials, which the lecture's clients send too.
  std::shared_ptr<const Principal> recognise(const net::Request& request) const;

 private:
  Administrator(std::string token, bool made_anew);

  std::string token_;
  bool made_anew_;
  std::shared_ptr<const Principal> principal_;
};

// Without sign-in everybody may do everything, but for rows whose permission begins with `admin:`.
Result<void> authorize(const CallContext& context, std::string_view permission);

// In the data folder.
inline constexpr const char* token_name = "admin.token";
// The token's file while the server runs, for tools on the same machine: readable by this user alone.
Result<void> write_token_file(const std::string& path, std::string_view token);

}  // namespace parley::app
