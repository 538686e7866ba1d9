// Builds the numbers module (implemented in compose/).
#pragma once

#include <parley/chat/chat.hpp>
#include <parley/numbers/numbers.hpp>

#include <chrono>
#include <memory>

namespace parley::numbers {

// Configuration section [numbers].
struct Options {
  std::chrono::milliseconds prime_interval{100};  // between two primes
};

struct Dependencies {
  Scheduler& scheduler;
  chat::ChatService& chat;
};

// What `dependencies` refers to outlives the service, which outlives every call made on it.
std::unique_ptr<NumberService> make_numbers(Dependencies dependencies, Options options);

}  // namespace parley::numbers

template <>
const parley::TypeInfo& parley::describe<parley::numbers::Options>();
