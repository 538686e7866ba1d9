// The program behind main().
#pragma once

#include <span>
#include <string>

namespace parley::app {

// Does what the command line says; gives the exit status.
int run_program(std::span<const std::string> arguments);

}  // namespace parley::app
