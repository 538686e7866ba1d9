// The composition root: builds the server of a configuration and runs it.
#pragma once

#include "command/command.hpp"
#include "config/loader.hpp"

namespace parley::app {

// Runs until SIGTERM or SIGINT. A failure has been told on standard error as one sentence.
Exit run_server(const Loaded& loaded);

}  // namespace parley::app
