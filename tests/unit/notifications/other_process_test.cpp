// The port's contract, in another process.
#include "contract/notifications/notifications_contract.hpp"
#include "in_process.hpp"
#include "other_process_placement.hpp"

#include <parley/notifications/placed.hpp>

namespace {

using namespace parley::notifications;
using test::InProcess;

class Remote final
    : public parley::test::OtherProcessPlacement<contract::Placement, InProcess, NotificationService> {
 public:
  explicit Remote(const Options& options)
      : OtherProcessPlacement("notifications", &make_placed, options, InProcess::Storage::file) {}
};

std::unique_ptr<contract::Placement> in_another_process(const Options& options) {
  return std::make_unique<Remote>(options);
}

}  // namespace

TEST_CASE("notifications in another process", "[contract]") {
  contract::whole_contract(in_another_process);
}
