// The command line: what to do, and the settings its flags make.
#pragma once

#include "config/setting.hpp"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace parley::app {

// Exit statuses. A second signal during a stop ends with `failed` too.
enum class Exit : int { clean = 0, failed = 1, usage = 2 };

struct CommandLine {
  enum class Action { serve, show_config, show_template, print } action = Action::print;
  Settings flags;
  std::optional<std::string> config_file;
  std::string text;                   // print: help or version, for standard output
  std::vector<std::string> problems;  // not empty: wrong usage; nothing else counts
};

// `arguments` without the program's name.
CommandLine parse_command_line(std::span<const std::string> arguments);

}  // namespace parley::app
