// The parameters of the endpoints here, for their descriptions; what configuration limits is checked where it is
// read.
#pragma once

#include <parley/describe.hpp>

#include <cstdint>
#include <optional>
#include <string>

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
