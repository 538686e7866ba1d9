// The contract of the orders port, for any implementation of it. Each section gets a fresh one:
//
//   TEST_CASE("orders in process") { parley::orders::contract::whole_contract(make_in_process); }
//
// where make_in_process is a Factory (placement.hpp).
#pragma once

#include "following.hpp"
#include "placement.hpp"
#include "placing.hpp"
#include "repeating.hpp"
#include "streaming.hpp"

namespace parley::orders::contract {

struct Suite {
  const char* name;
  void (*run)(const Factory&);
};
inline constexpr Suite suites[] = {
    {"placing", placing_contract},       {"status", status_contract},       {"repeating", repeating_contract},
    {"forgetting", forgetting_contract}, {"streaming", streaming_contract}, {"following", following_contract},
};

// All of it, a section for each suite.
inline void whole_contract(const Factory& make) {
  for (const auto& suite : suites) DYNAMIC_SECTION(suite.name) {
      suite.run(make);
    }
}

}  // namespace parley::orders::contract
