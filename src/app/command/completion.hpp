// Scripts that complete the commands' rows in a shell.
#pragma once

#include <string>

namespace parley::app {

std::string bash_completion();  // bash 4.4 or later; works without the bash-completion package
std::string zsh_completion();   // to be sourced after compinit, or put into fpath as _parley

}  // namespace parley::app
