// The page at `/`: what the server has and how to reach it.
#pragma once

#include <string_view>

namespace parley::rest {

// HTML, static storage. Addresses are relative, so that it is right behind any name and port.
std::string_view landing_page() noexcept;

}  // namespace parley::rest
