// Base64 (RFC 4648 section 4).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace parley::net {

std::string base64(std::string_view bytes);
// With its padding or without; nothing for what is none.
std::optional<std::string> from_base64(std::string_view text);

}  // namespace parley::net
