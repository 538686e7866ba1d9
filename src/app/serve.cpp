#include "serve.hpp"

#include "command_line.hpp"
#include "compose.hpp"
#include "config/embedded.hpp"
#include "settings.hpp"

#include <cstdio>

namespace parley::app {
namespace {

void print(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
}

Exit run(const CommandLine& line) {
  if (!line.problems.empty()) return refuse(line.problems);
  if (!line.command) return print(line.text), Exit::clean;
  return line.command->run(line);
}

}  // namespace

Exit run_config(const CommandLine& line) {
  if (line.has("--template")) return print(default_config_text()), Exit::clean;
  const auto loaded = settings_of(line);
  if (!loaded) return refuse(loaded.error());
  return print(to_toml(*loaded)), Exit::clean;
}

Exit run_serve(const CommandLine& line) {
  const auto loaded = settings_of(line);
  return loaded ? run_server(*loaded) : refuse(loaded.error());
}

int run_program(std::span<const std::string> arguments) {
  try {
    return static_cast<int>(run(parse_command_line(arguments)));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "parley: %s; please report this as a defect\n", error.what());
    return static_cast<int>(Exit::failed);
  }
}

}  // namespace parley::app
