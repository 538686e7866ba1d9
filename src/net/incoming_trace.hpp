// The trace of a request.
#pragma once

#include <parley/context.hpp>
#include <parley/ids.hpp>

#include <cstdint>
#include <cstring>
#include <string_view>

namespace parley::net {

inline void put_random(Random& random, std::uint8_t* eight_bytes) noexcept {
  const auto bits = random.next();
  std::memcpy(eight_bytes, &bits, sizeof bits);
}

// A new span of the trace that `traceparent` names, or of a new one where that is empty or malformed.
inline Trace incoming_trace(std::string_view traceparent, Random& random) noexcept {
  Trace trace;
  if (const auto parent = traceparent.empty() ? std::nullopt : Trace::parse(traceparent)) {
    trace = *parent;
  } else {
    put_random(random, trace.trace_id.data());
    put_random(random, trace.trace_id.data() + 8);
  }
  put_random(random, trace.span_id.data());
  return trace;
}

}  // namespace parley::net
