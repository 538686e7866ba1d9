// parley_load http|broadcast|events|idle --port N [--connections N] [--pipeline N] [--seconds S] [--path P]
//             [--post-path P] [--body JSON] [--warmup S] [--greetings N]
// Prints one JSON object.
#include "load.hpp"

#include <sys/resource.h>

#include <cstdio>
#include <cstdlib>
#include <exception>

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fputs("usage: parley_load http|broadcast|events|idle --port N [options]\n", stderr);
    return 2;
  }
  load::Options options;
  for (int i = 2; i + 1 < argc; i += 2) {
    const std::string name = argv[i], value = argv[i + 1];
    if (name == "--port")
      options.port = static_cast<std::uint16_t>(std::atoi(value.c_str()));
    else if (name == "--connections")
      options.connections = std::atoi(value.c_str());
    else if (name == "--pipeline")
      options.pipeline = std::atoi(value.c_str());
    else if (name == "--seconds")
      options.seconds = std::atof(value.c_str());
    else if (name == "--warmup")
      options.warmup = std::atof(value.c_str());
    else if (name == "--path")
      options.path = value;
    else if (name == "--post-path")
      options.post_path = value;
    else if (name == "--greetings")
      options.greetings = std::atoi(value.c_str());
    else if (name == "--body")
      options.body = value;
    else {
      std::fprintf(stderr, "parley_load: unknown option %s\n", name.c_str());
      return 2;
    }
  }
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &files);
  try {
    const std::string mode = argv[1];
    if (mode == "http")
      load::run_http(options).print();
    else if (mode == "broadcast")
      load::run_broadcast(options).print();
    else if (mode == "events")
      load::run_event_streams(options).print();
    else if (mode == "idle")
      load::run_idle(options);
    else {
      std::fprintf(stderr, "parley_load: unknown mode %s\n", mode.c_str());
      return 2;
    }
  } catch (const std::exception& e) {
    std::fprintf(stderr, "parley_load: %s\n", e.what());
    return 1;
  }
  return 0;
}
