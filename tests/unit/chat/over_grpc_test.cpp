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
};

std::unique_ptr<contract::Placement> over_grpc(const Options& options) {
  return std::make_unique<Remote>(options);
}

}  // namespace

TEST_CASE("chat over gRPC: posting") {
  contract::posting_contract(over_grpc);
}
TEST_CASE("chat over gRPC: reading") {
  contract::reading_contract(over_grpc);
}
TEST_CASE("chat over gRPC: following") {
  contract::following_contract(over_grpc);
}
TEST_CASE("chat over gRPC: delay") {
  contract::delay_contract(over_grpc);
}
TEST_CASE("chat over gRPC: restart") {
  contract::restart_contract(over_grpc);
}
TEST_CASE("chat over gRPC: history") {
  contract::history_contract(over_grpc);
}
TEST_CASE("chat over gRPC: rooms") {
  contract::rooms_contract(over_grpc);
}
TEST_CASE("chat over gRPC: presence") {
  contract::presence_contract(over_grpc);
}
TEST_CASE("chat over gRPC: direct messages") {
  contract::direct_contract(over_grpc);
}
TEST_CASE("chat over gRPC: rates") {
  contract::rate_contract(over_grpc);
}
TEST_CASE("chat over gRPC: mentions") {
  contract::mentioning_contract(over_grpc);
}
