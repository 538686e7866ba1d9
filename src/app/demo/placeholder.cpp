#include "command_line.hpp"
namespace parley::app {
Exit run_demo(const CommandLine&) { return Exit::failed; }
}
