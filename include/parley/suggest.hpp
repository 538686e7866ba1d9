// "Did you mean": the nearest known word.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace parley {

// Optimal string alignment distance: insertions, deletions, substitutions, swapped neighbours.
std::size_t edit_distance(std::string_view a, std::string_view b);

// The word of `known` nearest to `wrong`, without regard to case; empty when none is near enough to be meant.
std::string nearest(std::string_view wrong, std::span<const std::string> known);

// "; did you mean net.max_body?" or nothing.
std::string did_you_mean(std::string_view wrong, std::span<const std::string> known);

}  // namespace parley
