// The command line: which command, with which flags, and the settings these make.
#pragma once

#include "command/command.hpp"
#include "config/setting.hpp"

#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace parley::app {

struct CommandLine {
  const Command* command = nullptr;  // null: there is only `text` to print, or a problem to tell
  Settings flags;
  std::optional<std::string> config_file;
  std::map<std::string, std::string, std::less<>> own;  // flags that make no setting; a switch is "true"
  std::string argument;                                 // empty where the command takes none
  std::string text;                                     // help or version, for standard output
  std::vector<std::string> problems;                    // not empty: wrong usage; nothing else counts

  bool has(std::string_view flag) const { return own.contains(flag); }
  std::string value(std::string_view flag, std::string otherwise = {}) const {
    const auto found = own.find(flag);
    return found == own.end() ? std::move(otherwise) : found->second;
  }
};

// `arguments` without the program's name.
CommandLine parse_command_line(std::span<const std::string> arguments);

}  // namespace parley::app
