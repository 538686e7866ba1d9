// The contract of the users port, as test cases that every implementation of it must pass: in process, behind
// a network, or somebody else's.
//
// Before including this, name the placements:
//
//   struct InMemory {                   // made anew for each test case and section
//     users::UserService& service();    // ready for calls; may hold other users already
//     CallContext context();            // for the next call; its clock moves on between calls
//     template <class T> T run(Task<T> task);  // drives whatever completes the task
//     bool foreign();  // may be left out: whether it is somebody else's, behind libraries of protobuf
//   };
//   #define USER_PLACEMENTS InMemory, Remote
//   #define USER_TAGS "[.elsewhere][contract][users]"  // if others than "[contract][users]"
//   #include "contract/users/user_contract.hpp"
#pragma once

#ifndef USER_PLACEMENTS
#error "define USER_PLACEMENTS, the placements that the contract is for, before including this"
#endif
#ifndef USER_TAGS
#define USER_TAGS "[contract][users]"
#endif

#include "contract/users/reading.hpp"
#include "contract/users/streaming.hpp"
#include "contract/users/writing.hpp"
