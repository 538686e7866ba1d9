// The settings a command runs with, and how a command tells what went wrong.
#pragma once

#include "command_line.hpp"
#include "config/loader.hpp"

#include <parley/result.hpp>

namespace parley::app {

// Of the command line, this process's environment and the files these name.
std::expected<Loaded, Problems> settings_of(const CommandLine& line);

// One line each on standard error, and the exit status.
Exit refuse(const Problems& problems);
Exit report(const Error& error);

}  // namespace parley::app
