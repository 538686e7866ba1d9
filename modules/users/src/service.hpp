// The users' rules and what happens around a change: cache and metrics.
#pragma once

#include "cache.hpp"
#include "email_policy.hpp"
#include "store.hpp"

#include <parley/users/compose.hpp>

namespace parley::users {

// Loop thread only. What it refers to outlives it.
class Service final : public UserModule {
 public:
  Service(UserStore store, Metrics& metrics, Random& random, const Options& options);

  Task<Result<void>> start() override;
  Task<Result<User>> create_user(CallContext context, CreateUser request) override;
  Task<Result<User>> get_user(CallContext context, GetUser request) override;
  Task<Result<UserProfile>> get_user_profile(CallContext context, GetUserProfile request) override;
  Task<Result<User>> update_user(CallContext context, UpdateUser request) override;
  Task<Result<User>> patch_user(CallContext context, PatchUser request) override;
  Task<Result<void>> delete_user(CallContext context, DeleteUser request) override;
  Task<Result<UserPage>> list_users(CallContext context, ListUsers request) override;
  Task<Result<void>> stream_users(CallContext context, StreamUsers request, Sink<User> sink) override;
  Task<Result<UserValidation>> validate_user(CallContext context, ValidateUser request) override;

 private:
  // How one outcome of a creation is counted.
  struct Creations {
    Counter& total;
    Histogram& seconds;
  };

  Result<void> check_email(const std::string& email) const;
  Task<Result<User>> insert_user(CallContext context, CreateUser request);
  Task<Result<User>> find_user(CallContext context, std::string id);  // not_found
  Task<Result<User>> change_user(CallContext context, std::string id, UserStore::Change change);
  void count_active(std::int64_t difference);

  UserStore store_;
  UserCache cache_;
  EmailPolicy emails_;
  Random& random_;
  Creations succeeded_;
  Creations failed_;
  Gauge& active_users_;
  std::int64_t active_ = 0;
};

}  // namespace parley::users
