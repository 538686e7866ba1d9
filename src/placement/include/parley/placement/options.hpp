// Configuration section [placement]: which modules this process hosts, and how it calls the others.
#pragma once

#include <parley/describe.hpp>

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace parley::placement {

struct Options {
  std::vector<std::string> modules;  // that are hosted here; none: all
  std::vector<std::string> bind;     // "users=127.0.0.1:50052"; a module more than once: several instances
  std::chrono::milliseconds call_timeout{5'000};  // of a call that brings no deadline
  std::int32_t attempts = 3;                      // of a call that may be repeated
  std::chrono::milliseconds first_backoff{50}, last_backoff{1'000};
  std::int32_t breaker_failures = 5;               // in a row
  std::chrono::milliseconds breaker_reset{5'000};  // from open to half-open
  std::chrono::milliseconds probe{1'000};          // between two looks at an instance's health
  std::chrono::milliseconds resolve{30'000};       // between two lookups of names
  std::int32_t max_waiting = 10'000;               // calls of a module while it moves
  std::int32_t parent = 0;  // the process that has extracted this one, which ends with it
};

}  // namespace parley::placement

template <>
const parley::TypeInfo& parley::describe<parley::placement::Options>();
