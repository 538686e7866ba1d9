// The port wherever its module is (implemented in remote/).
#pragma once

#include <parley/numbers/numbers.hpp>
#include <parley/placed.hpp>

#include <cstddef>
#include <memory>

namespace parley::numbers {

// `scheduler` outlives it; at most `max_waiting` calls wait while the module moves.
std::unique_ptr<Placed<NumberService>> make_placed(Scheduler& scheduler, std::size_t max_waiting);

}  // namespace parley::numbers
