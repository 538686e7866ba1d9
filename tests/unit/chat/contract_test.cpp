// The port's contract, over SQLite in memory and in a file.
#include "contract/chat/chat_contract.hpp"
#include "in_process.hpp"

namespace {

using namespace parley::chat;
using test::InProcess;

std::unique_ptr<contract::Placement> in_memory(const Options& options) {
  return std::make_unique<InProcess>(options, InProcess::Storage::memory);
}
std::unique_ptr<contract::Placement> in_a_file(const Options& options) {
  return std::make_unique<InProcess>(options, InProcess::Storage::file);
}

}  // namespace

TEST_CASE("chat in memory: posting", "[contract]") {
  contract::posting_contract(in_memory);
}
TEST_CASE("chat in memory: reading", "[contract]") {
  contract::reading_contract(in_memory);
}
TEST_CASE("chat in memory: following", "[contract]") {
  contract::following_contract(in_memory);
}
TEST_CASE("chat in memory: delay", "[contract]") {
  contract::delay_contract(in_memory);
}

TEST_CASE("chat in a file: posting", "[contract]") {
  contract::posting_contract(in_a_file);
}
TEST_CASE("chat in a file: reading", "[contract]") {
  contract::reading_contract(in_a_file);
}
TEST_CASE("chat in a file: following", "[contract]") {
  contract::following_contract(in_a_file);
}
TEST_CASE("chat in a file: delay", "[contract]") {
  contract::delay_contract(in_a_file);
}
TEST_CASE("chat in a file: restart", "[contract]") {
  contract::restart_contract(in_a_file);
}

TEST_CASE("chat in memory: history", "[contract]") {
  contract::history_contract(in_memory);
}
TEST_CASE("chat in memory: rooms", "[contract]") {
  contract::rooms_contract(in_memory);
}
TEST_CASE("chat in memory: presence", "[contract]") {
  contract::presence_contract(in_memory);
}
TEST_CASE("chat in memory: direct messages", "[contract]") {
  contract::direct_contract(in_memory);
}
TEST_CASE("chat in memory: rates", "[contract]") {
  contract::rate_contract(in_memory);
}
TEST_CASE("chat in memory: mentions", "[contract]") {
  contract::mentioning_contract(in_memory);
}
TEST_CASE("chat in a file: history", "[contract]") {
  contract::history_contract(in_a_file);
}
TEST_CASE("chat in a file: rooms", "[contract]") {
  contract::rooms_contract(in_a_file);
}
TEST_CASE("chat in a file: presence", "[contract]") {
  contract::presence_contract(in_a_file);
}
TEST_CASE("chat in a file: direct messages", "[contract]") {
  contract::direct_contract(in_a_file);
}
TEST_CASE("chat in a file: rates", "[contract]") {
  contract::rate_contract(in_a_file);
}
TEST_CASE("chat in a file: mentions", "[contract]") {
  contract::mentioning_contract(in_a_file);
}
