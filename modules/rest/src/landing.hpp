// The page at `/`: what the server has and how to reach it.
#pragma once

#include <parley/docs/route.hpp>

#include <string_view>

namespace parley::rest {

// HTML, static storage. Addresses are relative, so that it is right behind any name and port.
std::string_view landing_page() noexcept;
inline constexpr std::string_view landing_type = "text/html; charset=utf-8";
// What the descriptions say of it.
docs::Endpoint landing_endpoint();

}  // namespace parley::rest
