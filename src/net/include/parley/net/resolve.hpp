// Names and addresses.
#pragma once

#include <parley/net/loop.hpp>
#include <parley/result.hpp>
#include <parley/task.hpp>

#include <string>
#include <vector>

namespace parley::net {

// Whether it is an IPv4 or IPv6 address in digits.
bool is_address(const std::string& host);

// The addresses of a name, in digits, as the system's resolver finds them; not_found when it finds none. The
// loop goes on meanwhile, and outlives the lookup. Loop thread only.
Task<Result<std::vector<std::string>>> resolve(Loop& loop, std::string name);

}  // namespace parley::net
