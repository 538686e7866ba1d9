// The port's contract, in another process.
#include "contract/chat/chat_contract.hpp"
#include "in_process.hpp"
#include "other_process_placement.hpp"

#include <parley/chat/placed.hpp>

namespace {

using namespace parley::chat;
using test::InProcess;

class Remote final : public parley::test::OtherProcessPlacement<contract::Placement, InProcess, ChatService> {
 public:
  explicit Remote(const Options& options)
      : OtherProcessPlacement("chat", &make_placed, options, InProcess::Storage::file) {}
  bool buffers() const override { return true; }
};

std::unique_ptr<contract::Placement> in_another_process(const Options& options) {
  return std::make_unique<Remote>(options);
}

}  // namespace

TEST_CASE("chat in another process", "[contract]") {
  contract::whole_contract(in_another_process);
}
