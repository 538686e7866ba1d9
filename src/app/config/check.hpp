// What one key's rules cannot say: settings that contradict each other.
#pragma once

#include "config/loader.hpp"

namespace parley::app {

// An address only this machine reaches: 127.0.0.0/8, ::1, or the name localhost.
bool is_loopback(const std::string& host);
// An IPv4 or IPv6 address in digits.
bool is_address(const std::string& host);

void check(const Loaded& loaded, Problems& problems);

}  // namespace parley::app
