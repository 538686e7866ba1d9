// What the server asks of the operating system before it starts.
#pragma once

#include <parley/result.hpp>

#include <cstdint>
#include <string>

namespace parley::app {

// A client that goes away, or a file that may not grow, is an error code where it happens, not the end of the
// process (SIGPIPE, SIGXFSZ).
void survive_failed_writes();

// Raises this process's limit of open files as far as allowed and gives how many connections fit below it:
// `wanted` or fewer.
std::int32_t connections_that_fit(std::int32_t wanted);

// The directory and those above it, for this user alone (0700) where it has to be made.
Result<void> make_data_directory(const std::string& path);

// Bytes of memory in use (resident set).
double resident_bytes();

}  // namespace parley::app
