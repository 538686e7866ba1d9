// Limits of scalars that the readers of all formats share.
#pragma once

#include <parley/describe.hpp>
#include <parley/validate.hpp>

#include <cstdint>
#include <string>

namespace parley::codec {

// Of the years that RFC 3339 can write.
constexpr bool is_writable_time(std::int64_t unix_seconds) noexcept {
  constexpr std::int64_t year_0 = -62'167'219'200, year_10000 = 253'402'300'800;
  return unix_seconds >= year_0 && unix_seconds < year_10000;
}

// What an amount must be, as a problem: the limits of the format count where the rules set none.
inline std::string money_expectation(const TypeInfo& type, const Rules& rules,
                                     Money min = {Rules{}.min_integer}, Money max = {Rules{}.max_integer}) {
  constexpr Rules none;
  auto problem = expectation(type, rules);
  if (rules.min_integer == none.min_integer && rules.max_integer == none.max_integer)
    problem += " between " + to_text(min) + " and " + to_text(max);
  return problem;
}

}  // namespace parley::codec
