// The key that tokens are signed with, kept in the data folder.
#pragma once

#include <parley/auth/token.hpp>
#include <parley/result.hpp>

#include <string>

namespace parley::app {

// In the data folder.
inline constexpr const char* key_name = "token.key";

// The key of that data folder, which must exist. Made when there is none, by whoever comes first, on disk
// when this returns, and never replaced. failed_precondition, and what to do, for a file that others can
// read, or that holds no key.
Result<auth::Key> signing_key(const std::string& data);
// The same, and not_found where there is none.
Result<auth::Key> kept_key(const std::string& data);

}  // namespace parley::app
