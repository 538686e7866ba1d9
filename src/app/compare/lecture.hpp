// What the lecture says of sizes and speed, judged by what was measured.
#pragma once

#include "compare/figures.hpp"

#include <parley/users/users.hpp>

#include <vector>

namespace parley::app::compare {

// The user whom the lecture's requests create.
users::CreateUser lecture_user();

// `user` and `create` are the operations GetUser and CreateUser, the latter with lecture_user(); each over
// REST, JSON-RPC, WebSocket and gRPC in this order.
std::vector<Claim> judge(const Subject& user, const Subject& create);

}  // namespace parley::app::compare
