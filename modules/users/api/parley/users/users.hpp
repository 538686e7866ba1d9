// The users port (lecture: "User Service with gRPC", "Input validation and sanitization").
#pragma once

#include <parley/context.hpp>
#include <parley/operation.hpp>
#include <parley/result.hpp>
#include <parley/task.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace parley::users {

struct User {
  std::string id;
  std::string name;
  std::string email;
  std::optional<std::int32_t> age;
  std::optional<std::string> city;
  std::optional<std::string> country;
  std::optional<std::string> phone;
  std::optional<std::string> avatar;
  bool active = true;
  Timestamp created_at;
  Timestamp updated_at;
  bool operator==(const User&) const = default;
};

// Text is stored as it was typed, without the spaces around it; e-mails in lower case. A phone number may
// have spaces, dashes, dots, slashes and parentheses between its digits (the lecture's has dashes); they are
// kept, and without them it must match the lecture's ^\+?[1-9]\d{1,14}$. Empty text in an optional field
// counts as left out here, and as null in PatchUser.
struct CreateUser {
  std::string name;
  std::string email;
  std::optional<std::int32_t> age;
  std::optional<std::string> city;
  std::optional<std::string> country;
  std::optional<std::string> phone;
  std::optional<std::string> avatar;
};

struct GetUser {
  std::string id;
};

// PUT: what is left out is cleared.
struct UpdateUser {
  std::string id;
  std::string name;
  std::string email;
  std::optional<std::int32_t> age;
  std::optional<std::string> city;
  std::optional<std::string> country;
  std::optional<std::string> phone;
  std::optional<std::string> avatar;
  std::optional<bool> active;  // left out: unchanged
};

// JSON merge patch (RFC 7396): absent leaves, null clears.
struct PatchUser {
  std::string id;
  std::optional<std::string> name;
  std::optional<std::string> email;
  std::optional<std::optional<std::int32_t>> age;
  std::optional<std::optional<std::string>> city;
  std::optional<std::optional<std::string>> country;
  std::optional<std::optional<std::string>> phone;
  std::optional<std::optional<std::string>> avatar;
  std::optional<bool> active;
};

// What others may see of a user: no e-mail, phone number or age.
struct GetUserProfile {
  std::string id;
};

struct UserProfile {
  std::string id;
  std::string name;
  std::optional<std::string> avatar;
  std::optional<std::string> city;
  std::optional<std::string> country;
  bool active = true;
  Timestamp member_since;
};

struct DeleteUser {
  std::string id;
};

struct ListUsers {
  std::int32_t page = 1;
  std::int32_t page_size = 20;
  std::string q;  // part of the name or the e-mail, without case; empty: all
};

struct UserPage {
  std::vector<User> users;
  std::int64_t total = 0;  // that match
  std::int32_t page = 1;
  std::int32_t page_size = 20;
};

// Everyone who matches, without pages.
struct StreamUsers {
  std::string q;  // as in ListUsers
};

struct ValidateUser {
  std::string user_id;
};

struct UserValidation {
  bool is_valid = false;
  std::string reason;  // empty when valid
};

// Loop thread. Writes are durable when they answer. Besides the codes named: invalid_argument with field
// details, unavailable, deadline_exceeded.
class UserService {
 public:
  virtual ~UserService() = default;
  virtual Task<Result<User>> create_user(CallContext context,
                                         CreateUser request) = 0;                 // already_exists: e-mail
  virtual Task<Result<User>> get_user(CallContext context, GetUser request) = 0;  // not_found
  virtual Task<Result<UserProfile>> get_user_profile(CallContext context,
                                                     GetUserProfile request) = 0;  // not_found
  virtual Task<Result<User>> update_user(CallContext context,
                                         UpdateUser request) = 0;  // not_found, already_exists
  virtual Task<Result<User>> patch_user(CallContext context,
                                        PatchUser request) = 0;  // not_found, already_exists
  virtual Task<Result<void>> delete_user(CallContext context, DeleteUser request) = 0;  // not_found
  // Oldest first.
  virtual Task<Result<UserPage>> list_users(CallContext context, ListUsers request) = 0;
  // Oldest first, each once; one who comes or goes while it runs may be among them or not. `cancelled` when
  // the receiver has gone.
  virtual Task<Result<void>> stream_users(CallContext context, StreamUsers request, Sink<User> sink) = 0;
  // A user that does not exist or is not active is an answer, not an error.
  virtual Task<Result<UserValidation>> validate_user(CallContext context, ValidateUser request) = 0;
};

}  // namespace parley::users

namespace parley {
template <>
const TypeInfo& describe<users::User>();
template <>
const TypeInfo& describe<users::CreateUser>();
template <>
const TypeInfo& describe<users::GetUser>();
template <>
const TypeInfo& describe<users::GetUserProfile>();
template <>
const TypeInfo& describe<users::UserProfile>();
template <>
const TypeInfo& describe<users::UpdateUser>();
template <>
const TypeInfo& describe<users::PatchUser>();
template <>
const TypeInfo& describe<users::DeleteUser>();
template <>
const TypeInfo& describe<users::ListUsers>();
template <>
const TypeInfo& describe<users::UserPage>();
template <>
const TypeInfo& describe<users::StreamUsers>();
template <>
const TypeInfo& describe<users::ValidateUser>();
template <>
const TypeInfo& describe<users::UserValidation>();
template <>
std::span<const Operation> operations<users::UserService>();
template <>
std::span<const VersionedPackage> packages<users::UserService>();
}  // namespace parley
