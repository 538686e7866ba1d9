#include "settings.hpp"

#include <cstdio>

namespace parley::app {

std::expected<Loaded, Problems> settings_of(const CommandLine& line) {
  return load_config({line.config_file, process_environment(), line.flags});
}

Exit refuse(const Problems& problems) {
  for (const auto& problem : problems) std::fprintf(stderr, "parley: %s\n", problem.c_str());
  return Exit::usage;
}

Exit report(const Error& error) {
  std::fprintf(stderr, "parley: %s\n", error.message.c_str());
  return error.code == Code::invalid_argument ? Exit::usage : Exit::failed;
}

}  // namespace parley::app
