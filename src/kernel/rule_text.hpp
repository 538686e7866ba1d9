// The words in which rules and values stand in messages.
#pragma once

#include <parley/describe.hpp>

#include <string>

namespace parley {

// Shortest decimal form; whole numbers without a fraction.
std::string number_text(double value);
// In the largest unit that leaves no rest: "54s", "10m", "1500ms".
std::string duration_text(std::chrono::milliseconds value);
// In the largest binary unit that leaves no rest: "64KiB".
std::string byte_count_text(std::int64_t value);
// An integer field's value as its rules count it: a duration, an amount of money, a number of bytes or a
// plain number.
std::string integer_text(Kind kind, const Rules& rules, std::int64_t value);

// "between 1 and 999", "at least 1", "at most 999"; empty where `rules` set no limit for a number of `kind`.
std::string limits_text(Kind kind, const Rules& rules);
// "between 2 and 50 characters", "exactly 3 characters", "at least 1 entry".
std::string count_text(std::uint32_t min, std::uint32_t max, const char* one, const char* many);

}  // namespace parley
