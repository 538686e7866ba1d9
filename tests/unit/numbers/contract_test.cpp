#include "in_process.hpp"

namespace {

using parley::numbers::test::InProcess;

}  // namespace

#define NUMBER_PLACEMENTS InProcess
#include "contract/numbers/numbers_contract.hpp"

TEST_CASE("a conversation ends with its chat, also while its client is silent") {
  InProcess p;
  Talk talk(p);
  talk.sender.send(said("Alice", "hi"));
  CHECK(talk.await(1).size() == 1);
  p.rooms().stop();
  CHECK(talk.await_end() == Code::unavailable);
}
