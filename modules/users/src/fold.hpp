// Letters without case, for searching.
#pragma once

#include <string>
#include <string_view>

namespace parley::users {

// `utf8` with every character in lower case, one by one, whatever the process's locale is. Bytes that are no
// UTF-8 stay as they are. Databases fold ASCII (SQLite) or by a locale of their own (PostgreSQL); this gives
// the same on both. Any thread.
std::string fold_case(std::string_view utf8);

}  // namespace parley::users
