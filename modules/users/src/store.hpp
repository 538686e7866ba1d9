// Users in the database: all SQL of the module.
#pragma once

#include <parley/db/database.hpp>
#include <parley/users/users.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace parley::users {

// Loop thread only. Besides the codes named, what the driver answers: unavailable, deadline_exceeded,
// internal.
class UserStore {
 public:
  struct Changed {
    User before, after;
  };
  // Runs on the writer thread, perhaps more than once; holds values only.
  using Change = std::function<void(User&)>;

  explicit UserStore(std::unique_ptr<db::Database> database) : database_(std::move(database)) {}

  Task<Result<void>> insert(CallContext context, User user);  // already_exists: e-mail
  Task<Result<std::optional<User>>> find(CallContext context, std::string id);
  // Reads, changes and writes in one transaction. `change` leaves the id as it is. not_found, already_exists.
  Task<Result<Changed>> modify(CallContext context, std::string id, Change change);
  Task<Result<User>> remove(CallContext context, std::string id);  // gives what was there; not_found
  // `request` is within its rules. Page and total are of one moment.
  Task<Result<UserPage>> list(CallContext context, ListUsers request);
  // Up to `limit` that match `q`, oldest first, behind `last`, or from the start for null. What they point to
  // is not used once this has returned.
  Task<Result<std::vector<User>>> list_behind(CallContext context, const std::string& q, const User* last,
                                              std::int32_t limit);
  Task<Result<std::int64_t>> count_active(CallContext context);

 private:
  std::unique_ptr<db::Database> database_;
};

}  // namespace parley::users
