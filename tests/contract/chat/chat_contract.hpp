// The contract of the chat port, for any implementation of it. Each section gets a fresh one:
//
//   TEST_CASE("chat in process") { parley::chat::contract::whole_contract(make_in_process); }
//
// where make_in_process is a Factory (placement.hpp). restart_contract passes at once where a placement says
// that it cannot be restarted.
#pragma once

#include "delay.hpp"
#include "direct.hpp"
#include "following.hpp"
#include "history.hpp"
#include "mentioning.hpp"
#include "placement.hpp"
#include "posting.hpp"
#include "reading.hpp"
#include "restart.hpp"
#include "rooms.hpp"

namespace parley::chat::contract {

struct Suite {
  const char* name;
  void (*run)(const Factory&);
};
inline constexpr Suite suites[] = {
    {"posting", posting_contract}, {"reading", reading_contract},     {"following", following_contract},
    {"delay", delay_contract},     {"restart", restart_contract},     {"history", history_contract},
    {"rooms", rooms_contract},     {"presence", presence_contract},   {"direct messages", direct_contract},
    {"rates", rate_contract},      {"mentions", mentioning_contract},
};

// All of it, a section for each suite.
inline void whole_contract(const Factory& make) {
  for (const auto& suite : suites) DYNAMIC_SECTION(suite.name) {
      suite.run(make);
    }
}

}  // namespace parley::chat::contract
