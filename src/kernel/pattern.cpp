#include "pattern.hpp"

#include <re2/re2.h>

#include <memory>
#include <mutex>
#include <stdexcept>
#include <vector>

namespace parley {

const void* compile_pattern(const char* expression, std::string_view owner) {
  // Never destroyed: the tables that point here are static as well, and who is destroyed first is open.
  static auto& kept = *new std::vector<std::unique_ptr<const re2::RE2>>;
  static std::mutex guard;  // tables are built on any thread

  re2::RE2::Options options;
  options.set_log_errors(false);
  auto compiled = std::make_unique<const re2::RE2>(expression, options);
  if (!compiled->ok())
    throw std::logic_error("the pattern of " + std::string(owner) +
                           " does not compile: " + compiled->error());
  std::lock_guard lock(guard);
  return kept.emplace_back(std::move(compiled)).get();
}

bool matches(const void* pattern, std::string_view text) {
  return re2::RE2::FullMatch(re2::StringPiece(text.data(), text.size()),
                             *static_cast<const re2::RE2*>(pattern));
}

}  // namespace parley
