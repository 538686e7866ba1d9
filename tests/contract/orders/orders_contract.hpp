// The contract of the orders port, for any implementation of it. Each section gets a fresh one:
//
//   TEST_CASE("orders in process: placing") { parley::orders::contract::placing_contract(make_in_process); }
//
// where make_in_process is a Factory (placement.hpp).
#pragma once

#include "following.hpp"
#include "placement.hpp"
#include "placing.hpp"
#include "repeating.hpp"
#include "streaming.hpp"
