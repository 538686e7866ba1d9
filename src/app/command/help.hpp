// The texts of `parley --help`, `parley COMMAND --help` and `parley version`, made from the commands' rows.
#pragma once

#include "command/command.hpp"

#include <string>

namespace parley::app {

// No line is longer than 80 characters, but for a command to paste.
std::string general_help();
std::string command_help(const Command& command);
// "parley 0.2.0" and a line each for compiler and libraries.
std::string version_text();

}  // namespace parley::app
