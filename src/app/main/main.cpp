#include "serve.hpp"

#include <sys/prctl.h>

#include <string>
#include <vector>

int main(int argc, char** argv) {
  ::prctl(PR_SET_NAME, "parley");  // one that a server has started would be called exe, by /proc/self/exe
  const std::vector<std::string> arguments(argv + (argc > 0 ? 1 : 0), argv + argc);
  return parley::app::run_program(arguments);
}
