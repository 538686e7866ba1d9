// The port's contract, over gRPC within this process.
#include "contract/notifications/notifications_contract.hpp"
#include "in_process.hpp"
#include "loopback.hpp"

#include <parley/notifications/placed.hpp>

namespace {

using namespace parley::notifications;
using test::InProcess;

class Remote final
    : public parley::test::LoopbackPlacement<contract::Placement, InProcess, NotificationService> {
 public:
  explicit Remote(const Options& options)
      : LoopbackPlacement("notifications", &make_placed, options, InProcess::Storage::file) {}
};

std::unique_ptr<contract::Placement> over_grpc(const Options& options) {
  return std::make_unique<Remote>(options);
}

}  // namespace

TEST_CASE("notifications over gRPC", "[contract]") {
  contract::whole_contract(over_grpc);
}
