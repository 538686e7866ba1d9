// Base64url without padding (RFC 7515 section 2).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace parley::auth {

std::string to_base64url(std::string_view bytes);
// Nothing for a text that is not the only one of its bytes: padding, other characters, a length that cannot
// be, or bits at the end that say nothing.
std::optional<std::string> from_base64url(std::string_view text);

}  // namespace parley::auth
