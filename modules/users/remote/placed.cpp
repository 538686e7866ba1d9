// The port wherever its module is: a line for each method.
#include <parley/users/placed.hpp>

namespace parley::users {
namespace {

class PlacedUserService final : public Placed<UserService> {
 public:
  using Placed::Placed;
  Task<Result<User>> create_user(CallContext context, CreateUser request) override {
    return call<&UserService::create_user>(std::move(context), std::move(request));
  }
  Task<Result<User>> get_user(CallContext context, GetUser request) override {
    return call<&UserService::get_user>(std::move(context), std::move(request));
  }
  Task<Result<User>> update_user(CallContext context, UpdateUser request) override {
    return call<&UserService::update_user>(std::move(context), std::move(request));
  }
  Task<Result<User>> patch_user(CallContext context, PatchUser request) override {
    return call<&UserService::patch_user>(std::move(context), std::move(request));
  }
  Task<Result<void>> delete_user(CallContext context, DeleteUser request) override {
    return call<&UserService::delete_user>(std::move(context), std::move(request));
  }
  Task<Result<UserPage>> list_users(CallContext context, ListUsers request) override {
    return call<&UserService::list_users>(std::move(context), std::move(request));
  }
  Task<Result<void>> stream_users(CallContext context, StreamUsers request, Sink<User> sink) override {
    return call<&UserService::stream_users>(std::move(context), std::move(request), sink);
  }
  Task<Result<UserProfile>> get_user_profile(CallContext context, GetUserProfile request) override {
    return call<&UserService::get_user_profile>(std::move(context), std::move(request));
  }
  Task<Result<UserValidation>> validate_user(CallContext context, ValidateUser request) override {
    return call<&UserService::validate_user>(std::move(context), std::move(request));
  }
};

}  // namespace

std::unique_ptr<Placed<UserService>> make_placed(Scheduler& scheduler, std::size_t max_waiting) {
  return std::make_unique<PlacedUserService>("users", scheduler, max_waiting);
}

}  // namespace parley::users
