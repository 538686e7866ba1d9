#include "in_process.hpp"

namespace {

using parley::calculator::test::InProcess;

}  // namespace

#define CALCULATOR_PLACEMENTS InProcess
#include "contract/calculator/calculator_contract.hpp"
