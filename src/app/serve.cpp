#include "serve.hpp"

#include "command_line.hpp"
#include "compose.hpp"
#include "config/embedded.hpp"
#include "config/loader.hpp"

#include <cstdio>

namespace parley::app {
namespace {

void print(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
}

Exit refuse(const Problems& problems) {
  for (const auto& problem : problems) std::fprintf(stderr, "parley: %s\n", problem.c_str());
  return Exit::usage;
}

Exit run(const CommandLine& command) {
  if (!command.problems.empty()) return refuse(command.problems);
  if (command.action == CommandLine::Action::print) return print(command.text), Exit::clean;
  if (command.action == CommandLine::Action::show_template) return print(default_config_text()), Exit::clean;

  const auto loaded = load_config({command.config_file, process_environment(), command.flags});
  if (!loaded) return refuse(loaded.error());
  if (command.action == CommandLine::Action::show_config) return print(to_toml(*loaded)), Exit::clean;
  return run_server(loaded->config);
}

}  // namespace

int run_program(std::span<const std::string> arguments) {
  try {
    return static_cast<int>(run(parse_command_line(arguments)));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "parley: %s; please report this as a defect\n", error.what());
    return static_cast<int>(Exit::failed);
  }
}

}  // namespace parley::app
