#include "routes.hpp"

#include <parley/faults/faults.hpp>
#include <parley/suggest.hpp>

#include <algorithm>

namespace parley::faults {
namespace {

// Takes the next segment off a path.
std::string_view next_segment(std::string_view& path) noexcept {
  const auto slash = path.find('/');
  const auto segment = path.substr(0, slash);
  path = slash == std::string_view::npos ? std::string_view() : path.substr(slash + 1);
  return segment;
}

// Whether `path` is an instance of `pattern`: 42 of {id}.
bool matches(std::string_view pattern, std::string_view path) noexcept {
  while (!pattern.empty() && !path.empty()) {
    const auto expected = next_segment(pattern), found = next_segment(path);
    if (!expected.starts_with('{') && expected != found) return false;
  }
  return pattern.empty() && path.empty();
}

}  // namespace

bool is_protected(std::string_view route) noexcept {
  return route.starts_with("/api/admin/") || route == "/health" || route.starts_with("/health/") ||
         route == "/metrics";
}

std::string problem_of(std::string_view route, std::span<const std::string> known) {
  if (route == every_route) return {};
  if (is_protected(route)) return "is never disturbed, so that faults can be seen and ended";
  if (std::ranges::find(known, route) != known.end()) return {};
  std::string problem = "must be * or a route of this server as its metrics name it";
  const auto instance =
      std::ranges::find_if(known, [&](const std::string& pattern) { return matches(pattern, route); });
  return problem + (instance != known.end() ? "; did you mean " + *instance + "?" : did_you_mean(route, known));
}

}  // namespace parley::faults
