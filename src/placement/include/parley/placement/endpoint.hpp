// Where instances of a module are.
#pragma once

#include <parley/result.hpp>
#include <parley/task.hpp>

#include <compare>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace parley::net {
class Loop;
}

namespace parley::placement {

struct Endpoint {
  std::string host;  // in digits
  std::uint16_t port = 0;
  std::string text() const;  // "127.0.0.1:50052", "[::1]:50052"
  auto operator<=>(const Endpoint&) const = default;
};

// Finds them: a list, DNS, or a registry. Loop thread only.
class Resolver {
 public:
  virtual ~Resolver() = default;
  // The instances there are now; an error leaves those that were known.
  virtual Task<Result<std::vector<Endpoint>>> resolve() = 0;
};

// "host:port" each, a host in digits, `localhost`, or a name that is looked up in DNS each time it is asked
// for; an address in a name's answers is an instance. invalid_argument for anything else. `loop` outlives it.
Result<std::unique_ptr<Resolver>> make_resolver(const std::vector<std::string>& addresses, net::Loop& loop);

}  // namespace parley::placement
