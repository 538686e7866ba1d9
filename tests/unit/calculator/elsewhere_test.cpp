// The port's contract, in a process of its own.
#include "elsewhere.hpp"

#include <parley/calculator/placed.hpp>

namespace {

struct Elsewhere : parley::test::Elsewhere<parley::calculator::Calculator> {
  Elsewhere()
      : parley::test::Elsewhere<parley::calculator::Calculator>("calculator", "PARLEY_TEST_CALCULATOR",
                                                                &parley::calculator::make_placed) {}
};

}  // namespace

#define CALCULATOR_TAGS "[.elsewhere][contract][calculator]"
#define CALCULATOR_PLACEMENTS Elsewhere
#include "contract/calculator/calculator_contract.hpp"
