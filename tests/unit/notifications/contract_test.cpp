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

TEST_CASE("notifications in memory", "[contract]") {
  contract::whole_contract(in_memory);
}
TEST_CASE("notifications in a file", "[contract]") {
  contract::whole_contract(in_a_file);
}
