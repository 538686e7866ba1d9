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

TEST_CASE("orders in memory: placing") {
  contract::placing_contract(in_memory);
}
TEST_CASE("orders in memory: status") {
  contract::status_contract(in_memory);
}
TEST_CASE("orders in memory: repeating") {
  contract::repeating_contract(in_memory);
}
TEST_CASE("orders in memory: streaming") {
  contract::streaming_contract(in_memory);
}
TEST_CASE("orders in memory: following") {
  contract::following_contract(in_memory);
}

TEST_CASE("orders in a file: placing") {
  contract::placing_contract(in_a_file);
}
TEST_CASE("orders in a file: status") {
  contract::status_contract(in_a_file);
}
TEST_CASE("orders in a file: repeating") {
  contract::repeating_contract(in_a_file);
}
TEST_CASE("orders in a file: forgetting") {
  contract::forgetting_contract(in_a_file);
}
TEST_CASE("orders in a file: streaming") {
  contract::streaming_contract(in_a_file);
}
TEST_CASE("orders in a file: following") {
  contract::following_contract(in_a_file);
}
