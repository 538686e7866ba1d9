// A comparison as a person reads it in a terminal.
#pragma once

#include "compare/figures.hpp"
#include "terminal.hpp"

#include <string>

namespace parley::app::compare {

// `with_bytes`: the messages in hexadecimal digits, too.
std::string printed(const Comparison& comparison, const Terminal& terminal, bool with_bytes);

}  // namespace parley::app::compare
