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

TEST_CASE("chat over gRPC: posting", "[contract]") {
  contract::posting_contract(over_grpc);
}
TEST_CASE("chat over gRPC: reading", "[contract]") {
  contract::reading_contract(over_grpc);
}
TEST_CASE("chat over gRPC: following", "[contract]") {
  contract::following_contract(over_grpc);
}
TEST_CASE("chat over gRPC: delay", "[contract]") {
  contract::delay_contract(over_grpc);
}
TEST_CASE("chat over gRPC: restart", "[contract]") {
  contract::restart_contract(over_grpc);
}
TEST_CASE("chat over gRPC: history", "[contract]") {
  contract::history_contract(over_grpc);
}
TEST_CASE("chat over gRPC: rooms", "[contract]") {
  contract::rooms_contract(over_grpc);
}
TEST_CASE("chat over gRPC: presence", "[contract]") {
  contract::presence_contract(over_grpc);
}
TEST_CASE("chat over gRPC: direct messages", "[contract]") {
  contract::direct_contract(over_grpc);
}
TEST_CASE("chat over gRPC: rates", "[contract]") {
  contract::rate_contract(over_grpc);
}
TEST_CASE("chat over gRPC: mentions", "[contract]") {
  contract::mentioning_contract(over_grpc);
}
