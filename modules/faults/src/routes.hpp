// Which routes may be disturbed, and what is said of a wrong one.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace parley::faults {

// Administration, the server's own health and metrics: what a fault is seen and ended by.
bool is_protected(std::string_view route) noexcept;

// Completes the sentence "route ..." for one that is not among `known`, with the one that was probably meant: the
// pattern of a path that was given instead, or the nearest spelling. Empty for a route that may be disturbed.
std::string problem_of(std::string_view route, std::span<const std::string> known);

}  // namespace parley::faults
