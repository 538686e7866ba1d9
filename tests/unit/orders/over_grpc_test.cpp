// The port's contract, over gRPC within this process.
#include "contract/orders/orders_contract.hpp"
#include "in_process.hpp"
#include "loopback.hpp"

#include <parley/orders/placed.hpp>

namespace {

using namespace parley::orders;
using test::InProcess;

class Remote final : public parley::test::LoopbackPlacement<contract::Placement, InProcess, OrderService> {
 public:
  explicit Remote(const Options& options)
      : LoopbackPlacement("orders", &make_placed, options, InProcess::Storage::file) {}
  std::string new_user() override { return inner_.new_user(); }
  std::string inactive_user() override { return inner_.inactive_user(); }
};

std::unique_ptr<contract::Placement> over_grpc(const Options& options) {
  return std::make_unique<Remote>(options);
}

}  // namespace

TEST_CASE("orders over gRPC", "[contract]") {
  contract::whole_contract(over_grpc);
}
