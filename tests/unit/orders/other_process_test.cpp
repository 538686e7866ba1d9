// The port's contract, in another process, beside users that the test makes up.
#include "contract/orders/orders_contract.hpp"
#include "in_process.hpp"
#include "other_process_placement.hpp"

#include <parley/orders/placed.hpp>

namespace {

using namespace parley::orders;

struct There : test::InProcess {
  using InProcess::InProcess;
  std::string tell(char what) { return what == 'n' ? new_user() : inactive_user(); }
};

class Remote final : public parley::test::OtherProcessPlacement<contract::Placement, There, OrderService> {
 public:
  explicit Remote(const Options& options)
      : OtherProcessPlacement("orders", &make_placed, options, There::Storage::file) {}
  std::string new_user() override { return tell('n'); }
  std::string inactive_user() override { return tell('i'); }
};

std::unique_ptr<contract::Placement> in_another_process(const Options& options) {
  return std::make_unique<Remote>(options);
}

}  // namespace

TEST_CASE("orders in another process", "[contract]") {
  contract::whole_contract(in_another_process);
}
