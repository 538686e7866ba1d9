// The contract of the numbers port, as test cases that every implementation of it must pass.
//
// Before including this, name the placements:
//
//   struct InProcess {                             // made anew for each test case and section
//     static constexpr std::chrono::milliseconds interval;  // between two primes
//     numbers::NumberService& service();
//     chat::ChatService& rooms();                  // the chat that its Chat joins
//     CallContext context();                       // its clock stands still but for advance()
//     void advance(std::chrono::milliseconds by);
//     void run_until(const std::function<bool()>& done);
//   };
//   #define NUMBER_PLACEMENTS InProcess
//   #include "contract/numbers/numbers_contract.hpp"
#pragma once

#ifndef NUMBER_PLACEMENTS
#error "define NUMBER_PLACEMENTS, the placements that the contract is for, before including this"
#endif

#include "contract/numbers/counting.hpp"
#include "contract/numbers/talking.hpp"
