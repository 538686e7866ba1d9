// The users port with one line per call, and what the contract's test cases make requests of.
#pragma once

#include "catch.hpp"

#include <parley/users/users.hpp>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

namespace parley::users::contract {

// Letters that no other test and no earlier run has used, for names and e-mails.
inline std::string unique_word() {
  static std::uint64_t state = std::uint64_t{std::random_device{}()} << 32 | std::random_device{}();
  std::string word;
  for (auto bits = state++ * 0x9E3779B97F4A7C15; word.size() < 12; bits /= 26)
    word += static_cast<char>('a' + bits % 26);
  return word;
}

inline CreateUser someone(const std::string& word = unique_word()) {
  CreateUser request;
  request.name = "Some " + word;
  request.email = word + "@example.com";
  return request;
}

// Everything but the id as in `user`.
inline UpdateUser replacing(const User& user) {
  UpdateUser request;
  request.id = user.id;
  request.name = user.name;
  request.email = user.email;
  request.age = user.age;
  request.city = user.city;
  request.country = user.country;
  request.phone = user.phone;
  request.avatar = user.avatar;
  return request;
}

inline std::string repeated(std::string_view text, std::size_t times) {
  std::string out;
  while (times-- > 0) out += text;
  return out;
}

// The port with one line per call. An unexpected error fails the test with its message.
template <class Placement>
class Caller {
 public:
  Result<User> create(CreateUser request) {
    return run(service().create_user(placement_.context(), std::move(request)));
  }
  Result<User> get(std::string id) {
    GetUser request{std::move(id)};
    return run(service().get_user(placement_.context(), std::move(request)));
  }
  Result<UserProfile> profile(std::string id) {
    GetUserProfile request{std::move(id)};
    return run(service().get_user_profile(placement_.context(), std::move(request)));
  }
  Result<User> update(UpdateUser request) {
    return run(service().update_user(placement_.context(), std::move(request)));
  }
  Result<User> patch(PatchUser request) {
    return run(service().patch_user(placement_.context(), std::move(request)));
  }
  Result<void> remove(std::string id) {
    DeleteUser request{std::move(id)};
    return run(service().delete_user(placement_.context(), std::move(request)));
  }
  Result<UserPage> list(std::string q, std::int32_t page = 1, std::int32_t page_size = 20) {
    ListUsers request;
    request.q = std::move(q);
    request.page = page;
    request.page_size = page_size;
    return run(service().list_users(placement_.context(), std::move(request)));
  }
  Result<void> stream(std::string q, Outbound& receiver) {
    return stream(std::move(q), receiver, placement_.context());
  }
  Result<void> stream(std::string q, Outbound& receiver, CallContext context) {
    StreamUsers request{std::move(q)};
    return run(service().stream_users(std::move(context), std::move(request), Sink<User>(receiver)));
  }
  Result<UserValidation> validate(std::string id) {
    ValidateUser request{std::move(id)};
    return run(service().validate_user(placement_.context(), std::move(request)));
  }
  User created(CreateUser request) { return value(create(std::move(request))); }

  template <class T>
  static T value(Result<T> result) {
    if (!result) FAIL(describe_error(result.error()));
    return std::move(*result);
  }
  template <class T>
  T run(Task<T> task) {
    return placement_.run(std::move(task));
  }
  UserService& service() { return placement_.service(); }
  Placement& placement() { return placement_; }
  bool foreign() {
    if constexpr (requires { placement_.foreign(); })
      return placement_.foreign();
    else
      return false;
  }

  static std::string describe_error(const Error& error) {
    std::string text = std::string(info(error.code).name) + ": " + error.message;
    for (auto& [field, problem] : error.fields) text += "; " + field + " " + problem;
    return text;
  }

 private:
  Placement placement_;
};

template <class T>
Code code_of(const Result<T>& result) {
  return result ? Code::ok : result.error().code;
}

template <class T>
bool blames(const Result<T>& result, std::string_view field) {
  return !result && std::ranges::any_of(result.error().fields, [&](const FieldProblem& problem) {
    return problem.field == field && !problem.problem.empty();
  });
}

inline std::vector<std::string> names(const UserPage& page) {
  std::vector<std::string> out;
  for (auto& user : page.users) out.push_back(user.name);
  return out;
}

// Starts every call before the first has been answered.
inline Task<void> create_into(UserService& service, CallContext context, CreateUser request,
                              Result<User>& out) {
  out = co_await service.create_user(std::move(context), std::move(request));
}
inline Task<void> together(std::vector<Task<void>> tasks) {
  std::exception_ptr failure;
  TaskGroup group([&failure](std::exception_ptr e) { failure = e; });
  for (auto& task : tasks) group.spawn(std::move(task));
  co_await group.when_empty();
  if (failure) std::rethrow_exception(failure);
}

// A well-formed id that names nobody, and texts that are no ids.
inline const std::vector<std::string> strange_ids = {"018bcfe5-6800-7c1e-a4f1-9b4f6d2c8e37",
                                                     "12345",
                                                     "",
                                                     "null",
                                                     "../1",
                                                     "' OR 1=1 --",
                                                     std::string(5000, 'a')};

// A change to a valid request that breaks one rule, and the field to be named.
struct Breach {
  const char* what;
  const char* field;
  void (*breach)(CreateUser&);
  // Libraries of protobuf refuse the message as a whole, before their service sees it.
  bool no_protobuf = false;
};
inline const std::vector<Breach> breaches = {
    {"empty name", "name", [](CreateUser& u) { u.name = ""; }},
    {"name of spaces", "name", [](CreateUser& u) { u.name = "     "; }},
    {"name of one character", "name", [](CreateUser& u) { u.name = " J "; }},
    {"name of 51 characters", "name", [](CreateUser& u) { u.name = repeated("ж", 51); }},
    {"name with a line break", "name", [](CreateUser& u) { u.name = "John\nDoe"; }},
    {"name with a NUL", "name", [](CreateUser& u) { u.name = std::string("John\0Doe", 8); }},
    {"name that is no UTF-8", "name", [](CreateUser& u) { u.name = "John \xFF\xFE"; }, true},
    {"no e-mail", "email", [](CreateUser& u) { u.email = ""; }},
    {"e-mail without @", "email", [](CreateUser& u) { u.email = "john.example.com"; }},
    {"e-mail without a domain", "email", [](CreateUser& u) { u.email = "john@"; }},
    {"e-mail with a space", "email", [](CreateUser& u) { u.email = "john doe@example.com"; }},
    {"e-mail without a dot in its domain", "email", [](CreateUser& u) { u.email = "john@localhost"; }},
    {"e-mail of 255 characters", "email",
     [](CreateUser& u) { u.email = std::string(243, 'x') + "@example.com"; }},
    {"negative age", "age", [](CreateUser& u) { u.age = -1; }},
    {"age of 121", "age", [](CreateUser& u) { u.age = 121; }},
    {"city of 101 characters", "city", [](CreateUser& u) { u.city = repeated("ö", 101); }},
    {"country with a tab", "country", [](CreateUser& u) { u.country = "U\tSA"; }},
    {"phone with letters", "phone", [](CreateUser& u) { u.phone = "+1-555-CALL-NOW"; }},
    {"phone that begins with 0", "phone", [](CreateUser& u) { u.phone = "0123456789"; }},
    {"phone with +0", "phone", [](CreateUser& u) { u.phone = "+0 123"; }},
    {"phone of one digit", "phone", [](CreateUser& u) { u.phone = "+1"; }},
    {"phone of 16 digits", "phone", [](CreateUser& u) { u.phone = "+1234567890123456"; }},
    {"phone of separators", "phone", [](CreateUser& u) { u.phone = "(-) . -"; }},
    {"phone with two +", "phone", [](CreateUser& u) { u.phone = "++15551234"; }},
    {"avatar that is a script", "avatar", [](CreateUser& u) { u.avatar = "javascript:alert(1)"; }},
    {"avatar of another scheme", "avatar",
     [](CreateUser& u) { u.avatar = "javascript://e.com/%0Aalert(1)"; }},
    {"avatar that is no address", "avatar", [](CreateUser& u) { u.avatar = "picture.png"; }},
    {"avatar of 2049 characters", "avatar",
     [](CreateUser& u) { u.avatar = "https://e.com/" + std::string(2035, 'x'); }},
};

}  // namespace parley::users::contract
