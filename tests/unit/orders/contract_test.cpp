// The port's contract, over SQLite in memory and in a file.
#include "contract/orders/orders_contract.hpp"
#include "in_process.hpp"

namespace {

using namespace parley::orders;
using test::InProcess;

std::unique_ptr<contract::Placement> in_memory(const Options& options) {
  return std::make_unique<InProcess>(options, InProcess::Storage::memory);
}
std::unique_ptr<contract::Placement> in_a_file(const Options& options) {
  return std::make_unique<InProcess>(options, InProcess::Storage::file);
}

}  // namespace

TEST_CASE("orders in memory: placing", "[contract]") {
  contract::placing_contract(in_memory);
}
TEST_CASE("orders in memory: status", "[contract]") {
  contract::status_contract(in_memory);
}
TEST_CASE("orders in memory: repeating", "[contract]") {
  contract::repeating_contract(in_memory);
}
TEST_CASE("orders in memory: streaming", "[contract]") {
  contract::streaming_contract(in_memory);
}
TEST_CASE("orders in memory: following", "[contract]") {
  contract::following_contract(in_memory);
}

TEST_CASE("orders in a file: placing", "[contract]") {
  contract::placing_contract(in_a_file);
}
TEST_CASE("orders in a file: status", "[contract]") {
  contract::status_contract(in_a_file);
}
TEST_CASE("orders in a file: repeating", "[contract]") {
  contract::repeating_contract(in_a_file);
}
TEST_CASE("orders in a file: forgetting", "[contract]") {
  contract::forgetting_contract(in_a_file);
}
TEST_CASE("orders in a file: streaming", "[contract]") {
  contract::streaming_contract(in_a_file);
}
TEST_CASE("orders in a file: following", "[contract]") {
  contract::following_contract(in_a_file);
}
