// The commands, each declared once: parsing, help, suggestions and completion read these rows.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace parley::app {

struct CommandLine;

// Exit statuses. A second signal during a stop ends with `failed` too.
enum class Exit : int { clean = 0, failed = 1, usage = 2 };

// What a shell offers for a value.
enum class Offer : std::uint8_t {
  nothing,
  file,
  folder,
  profile,
  log_level,
  log_format,
  setting,
  permission,
  module,
  command,
  shell
};

struct Flag {
  const char* name;   // "--port"
  const char* value;  // what its help calls the value; null for a switch
  const char* help;
  Offer offer = Offer::nothing;
  // The setting that it makes; null: the command reads it itself.
  const char *section = nullptr, *key = nullptr;
};
// A configuration file, and any setting: read for every command that has them.
inline constexpr const char* config_flag = "--config";
inline constexpr const char* set_flag = "--set";

struct Argument {
  const char* name;  // null: the command takes none
  const char* help;
  bool required;
  Offer offer;
};

struct Example {
  const char* line;  // to be pasted
  const char* what;
};

struct Command {
  const char* name;
  const char* group;    // the heading in the help
  const char* summary;  // one line
  const char* about;    // what its own help adds; may be empty
  Argument argument;
  std::span<const std::span<const Flag>> flags;
  std::span<const Example> examples;
  Exit (*run)(const CommandLine&);
};

std::span<const Command> commands() noexcept;
const Command* find_command(std::string_view name) noexcept;
std::vector<std::string> command_names();
const Flag* find_flag(const Command& command, std::string_view name) noexcept;

// The values an offer stands for, of this program; empty for files and folders.
std::vector<std::string> offered(Offer offer);

// ---- what the rows run; each tells its own failure on standard error -----------------------------------

Exit run_serve(const CommandLine& line);
Exit run_config(const CommandLine& line);
Exit run_demo(const CommandLine& line);
Exit run_doctor(const CommandLine& line);
Exit run_compare(const CommandLine& line);
Exit run_topology(const CommandLine& line);
Exit run_extract(const CommandLine& line);
Exit run_absorb(const CommandLine& line);
Exit run_token(const CommandLine& line);
Exit run_backup(const CommandLine& line);
Exit run_restore(const CommandLine& line);
Exit run_reset(const CommandLine& line);
Exit run_help(const CommandLine& line);
Exit run_version(const CommandLine& line);
Exit run_completion(const CommandLine& line);

}  // namespace parley::app
