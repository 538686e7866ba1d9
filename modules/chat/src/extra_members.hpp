// The members a client sent beside the known ones, made safe to be written again.
#pragma once

#include <parley/result.hpp>

#include <span>
#include <string>
#include <string_view>

namespace parley::chat {

// `members` is what stands between the braces of a JSON object (RFC 8259 section 4). Gives it without those
// named in `reserved` (ASCII), which the server writes itself: a name must not come twice. The text of the
// others is not changed. invalid_argument, naming `extra`, for anything that is not JSON or is nested deeper
// than 64.
Result<std::string> without_members(std::string_view members, std::span<const std::string_view> reserved);

}  // namespace parley::chat
