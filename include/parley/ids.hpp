// Identifiers and randomness, from one source that tests can replace.
#pragma once

#include <parley/time.hpp>

#include <cstdint>
#include <memory>
#include <string>

namespace parley {

class Random {
 public:
  virtual ~Random() = default;
  virtual std::uint64_t next() noexcept = 0;  // 64 uniform bits
};

// Seeded once from the operating system; fast, not for secrets. Loop thread only.
std::unique_ptr<Random> make_random();
// The same sequence for the same seed.
std::unique_ptr<Random> make_random(std::uint64_t seed);

// UUID version 7 (RFC 9562 section 5.7): sorts by creation time. 36 characters, lower case.
std::string make_uuid(Timestamp now, Random& random);

}  // namespace parley
