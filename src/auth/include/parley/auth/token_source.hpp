// Tokens for outgoing calls.
#pragma once

#include <parley/auth/token.hpp>

namespace parley::auth {

// Loop thread only.
class TokenSource {
 public:
  virtual ~TokenSource() = default;
  // For a call that is made now, `Authorization: Bearer <token>`; stays valid for a fifth of a lifetime or
  // more.
  virtual Result<std::string> token() = 0;
};

// Signs tokens of `service`, each used until a fifth of its lifetime is left. `key` and `clock` outlive it.
std::unique_ptr<TokenSource> make_token_source(const Key& key, std::string service,
                                               std::vector<std::string> permissions, const Clock& clock,
                                               const Options& options);

}  // namespace parley::auth
