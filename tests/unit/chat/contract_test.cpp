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

TEST_CASE("chat in memory: posting") {
  contract::posting_contract(in_memory);
}
TEST_CASE("chat in memory: reading") {
  contract::reading_contract(in_memory);
}
TEST_CASE("chat in memory: following") {
  contract::following_contract(in_memory);
}
TEST_CASE("chat in memory: delay") {
  contract::delay_contract(in_memory);
}

TEST_CASE("chat in a file: posting") {
  contract::posting_contract(in_a_file);
}
TEST_CASE("chat in a file: reading") {
  contract::reading_contract(in_a_file);
}
TEST_CASE("chat in a file: following") {
  contract::following_contract(in_a_file);
}
TEST_CASE("chat in a file: delay") {
  contract::delay_contract(in_a_file);
}
TEST_CASE("chat in a file: restart") {
  contract::restart_contract(in_a_file);
}

TEST_CASE("chat in memory: history") {
  contract::history_contract(in_memory);
}
TEST_CASE("chat in memory: rooms") {
  contract::rooms_contract(in_memory);
}
TEST_CASE("chat in memory: presence") {
  contract::presence_contract(in_memory);
}
TEST_CASE("chat in memory: direct messages") {
  contract::direct_contract(in_memory);
}
TEST_CASE("chat in memory: rates") {
  contract::rate_contract(in_memory);
}
TEST_CASE("chat in memory: mentions") {
  contract::mentioning_contract(in_memory);
}
TEST_CASE("chat in a file: history") {
  contract::history_contract(in_a_file);
}
TEST_CASE("chat in a file: rooms") {
  contract::rooms_contract(in_a_file);
}
TEST_CASE("chat in a file: presence") {
  contract::presence_contract(in_a_file);
}
TEST_CASE("chat in a file: direct messages") {
  contract::direct_contract(in_a_file);
}
TEST_CASE("chat in a file: rates") {
  contract::rate_contract(in_a_file);
}
TEST_CASE("chat in a file: mentions") {
  contract::mentioning_contract(in_a_file);
}
