// The port's contract, over SQLite in memory and in a file.
#include "contract/notifications/notifications_contract.hpp"
#include "in_process.hpp"

namespace {

using namespace parley::notifications;
using test::InProcess;

std::unique_ptr<contract::Placement> in_memory(const Options& options) {
  return std::make_unique<InProcess>(options, InProcess::Storage::memory);
}
std::unique_ptr<contract::Placement> in_a_file(const Options& options) {
  return std::make_unique<InProcess>(options, InProcess::Storage::file);
}

}  // namespace

TEST_CASE("notifications in memory: sending", "[contract]") {
  contract::sending_contract(in_memory);
}
TEST_CASE("notifications in memory: reading", "[contract]") {
  contract::reading_contract(in_memory);
}
TEST_CASE("notifications in memory: subscribing", "[contract]") {
  contract::subscribing_contract(in_memory);
}
TEST_CASE("notifications in memory: following", "[contract]") {
  contract::following_contract(in_memory);
}
TEST_CASE("notifications in a file: sending", "[contract]") {
  contract::sending_contract(in_a_file);
}
TEST_CASE("notifications in a file: reading", "[contract]") {
  contract::reading_contract(in_a_file);
}
TEST_CASE("notifications in a file: subscribing", "[contract]") {
  contract::subscribing_contract(in_a_file);
}
TEST_CASE("notifications in a file: following", "[contract]") {
  contract::following_contract(in_a_file);
}
TEST_CASE("notifications in a file: restart", "[contract]") {
  contract::restart_contract(in_a_file);
}
