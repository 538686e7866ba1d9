// The contract of the chat port, for any implementation of it. Each section gets a fresh one:
//
//   TEST_CASE("chat in process: posting") { parley::chat::contract::posting_contract(make_in_process); }
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
