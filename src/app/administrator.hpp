// The administrator's token, which is made anew at every start, or configured.
#pragma once

#include <parley/result.hpp>

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

 private:
  Administrator(std::string token, bool made_anew) : token_(std::move(token)), made_anew_(made_anew) {}

  std::string token_;
  bool made_anew_;
};

// In the data folder.
inline constexpr const char* token_name = "admin.token";
// The token's file while the server runs, for tools on the same machine: readable by this user alone.
Result<void> write_token_file(const std::string& path, std::string_view token);

}  // namespace parley::app
