// Builds the users module (implemented in compose/).
#pragma once

#include <parley/db/sqlite.hpp>
#include <parley/ids.hpp>
#include <parley/metrics.hpp>
#include <parley/users/users.hpp>

#include <memory>
#include <string>
#include <vector>

namespace parley::users {

// Configuration section [users].
struct Options {
  std::vector<std::string> refused_email_domains;  // "mailinator.com": that domain and those below it
  std::int32_t cached_users = 100'000;             // kept in memory for reading by id
};

struct Dependencies {
  std::unique_ptr<db::Database> database;  // opened with migrations()
  Metrics& metrics;
  Random& random;
};

// The service with what the composition root drives.
class UserModule : public UserService {
 public:
  // Counts the active users for their gauge. Before any other call.
  virtual Task<Result<void>> start() = 0;
};

std::span<const db::Migration> migrations();
// What `dependencies` refers to outlives the service. Loop thread only.
std::unique_ptr<UserModule> make_user_service(Dependencies dependencies, Options options);

}  // namespace parley::users

template <>
const parley::TypeInfo& parley::describe<parley::users::Options>();
