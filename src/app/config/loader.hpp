// From files, environment and flags to a checked Config.
//
// Later wins: defaults, profile, configuration file, environment, flags. Everything that is unknown or does
// not fit is reported, with its origin and, where there is one, the nearest name that would be right.
#pragma once

#include "config/config.hpp"
#include "config/setting.hpp"

#include <expected>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace parley::app {

struct Sources {
  std::optional<std::string> config_file;  // of the flag; otherwise PARLEY_CONFIG, otherwise none
  std::vector<std::pair<std::string, std::string>> environment;  // variables, of which PARLEY_... count
  Settings flags;
};

struct Loaded {
  Config config;
  std::map<std::string, std::string, std::less<>> origins;  // "net.max_body" -> origin; absent: a default
};

std::expected<Loaded, Problems> load_config(const Sources& sources);

// A flag's setting from "section.key=value", and its origin "--set section.key".
std::expected<Setting, std::string> parse_assignment(const std::string& text);

// "section.key" of every setting.
std::vector<std::string> setting_names();

// The variables of this process.
std::vector<std::pair<std::string, std::string>> process_environment();

// Whether the value of this key is never shown; its name says so.
bool is_secret(std::string_view key) noexcept;

// The configuration as TOML, each line with its origin; it reads back as the same configuration, but for
// secrets, of which it only says that they are set.
std::string to_toml(const Loaded& loaded);
// One value as TOML.
std::string value_to_toml(const FieldInfo& field, const void* value);

}  // namespace parley::app
