// The parameters of the endpoints here, for their descriptions, within the limits that configuration may set.
#pragma once

#include <parley/describe.hpp>
#include <parley/teaching/teaching.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace parley::teaching {

struct StatusRequest {
  std::string codes;
};
struct DelayRequest {
  std::int64_t ms = 0;
};
struct StreamRequest {
  std::int64_t n = 0;
  std::optional<std::int64_t> interval;  // milliseconds
};
struct BytesRequest {
  std::int64_t n = 0;
  std::optional<std::int64_t> seed;
};

// The same within the limits that it does set; what is described and what is checked.
struct RequestTypes {
  // No delay is longer than `longest_delay` either.
  RequestTypes(const Options& options, std::chrono::milliseconds longest_delay);

  TypeInfo delay, stream, bytes;
};

// The largest number that the field takes.
std::int64_t largest(const TypeInfo& type, std::string_view field) noexcept;

}  // namespace parley::teaching

namespace parley {
template <>
const TypeInfo& describe<teaching::StatusRequest>();
template <>
const TypeInfo& describe<teaching::DelayRequest>();
template <>
const TypeInfo& describe<teaching::StreamRequest>();
template <>
const TypeInfo& describe<teaching::BytesRequest>();
}  // namespace parley
