// What the port's operations check beyond the rules of their requests.
#pragma once

#include <parley/describe.hpp>
#include <parley/result.hpp>

#include <span>
#include <string>
#include <string_view>

namespace parley::chat {

// What a call gets once the module stops.
std::unexpected<Error> stopping();

// PostgreSQL's text cannot hold U+0000, and no person means it.
Result<void> refuse_nul(const char* field, const std::string& text);

// Leaves only the members that the server does not write itself; invalid_argument, naming `extra`, for what
// is too large or no JSON.
Result<void> keep_others(ExtraMembers& extra, std::span<const std::string_view> own_fields);

}  // namespace parley::chat
