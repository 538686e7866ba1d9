// The port's contract, over gRPC within this process.
#include "contract/chat/chat_contract.hpp"
#include "in_process.hpp"
#include "loopback.hpp"

#include <parley/chat/placed.hpp>

namespace {

using namespace parley::chat;
using test::InProcess;

class Remote final : public parley::test::LoopbackPlacement<contract::Placement, InProcess, ChatService> {
 public:
  explicit Remote(const Options& options)
      : LoopbackPlacement("chat", &make_placed, options, InProcess::Storage::file) {}
  bool buffers() const override { return true; }
};

std::unique_ptr<contract::Placement> over_grpc(const Options& options) {
  return std::make_unique<Remote>(options);
}

}  // namespace

TEST_CASE("chat over gRPC", "[contract]") {
  contract::whole_contract(over_grpc);
}
