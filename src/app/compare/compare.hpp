// Performs the same operations over REST, JSON-RPC, WebSocket and gRPC against a running server, and measures
// what its sockets carry and how long it takes.
#pragma once

#include "compare/figures.hpp"

#include <parley/result.hpp>

#include <cstdint>
#include <functional>
#include <string>

namespace parley::app::compare {

struct Where {
  std::string host = "127.0.0.1";  // an address in digits, or localhost
  std::uint16_t http = 0, grpc = 0;
};

struct Plan {
  std::int32_t calls = default_calls;
  // Asked between calls: true ends the comparison with `cancelled`. From the thread that compares.
  std::function<bool()> stopped = [] { return false; };
};

// Blocks while it compares, so never on a server's loop. Finds the lecture's user by e-mail address or
// creates it; each comparison adds twelve sums to the calculator's history.
Result<Comparison> compare(const Where& where, const Plan& plan);

}  // namespace parley::app::compare
