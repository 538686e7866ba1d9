// The orders module in this process, over SQLite, beside users that the test makes up, with a clock that it
// moves.
#pragma once

#include "contract/orders/placement.hpp"
#include "manual_time.hpp"
#include "recording_metrics.hpp"

#include <filesystem>
#include <functional>
#include <map>
#include <string>

namespace parley::orders::test {

// Knows who is valid, and answers when and as the test wants.
class FakeUsers final : public users::UserService {
 public:
  Task<Result<users::User>> create_user(CallContext, users::CreateUser) override {
    return unused<users::User>();
  }
  Task<Result<users::User>> get_user(CallContext, users::GetUser) override { return unused<users::User>(); }
  Task<Result<users::UserProfile>> get_user_profile(CallContext, users::GetUserProfile) override {
    return unused<users::UserProfile>();
  }
  Task<Result<users::User>> update_user(CallContext, users::UpdateUser) override {
    return unused<users::User>();
  }
  Task<Result<users::User>> patch_user(CallContext, users::PatchUser) override {
    return unused<users::User>();
  }
  Task<Result<void>> delete_user(CallContext, users::DeleteUser) override { return unused<void>(); }
  Task<Result<users::UserPage>> list_users(CallContext, users::ListUsers) override {
    return unused<users::UserPage>();
  }
  Task<Result<void>> stream_users(CallContext, users::StreamUsers, Sink<users::User>) override {
    return unused<void>();
  }
  Task<Result<users::UserValidation>> validate_user(CallContext context,
                                                    users::ValidateUser request) override;

  std::map<std::string, bool> active;  // by id
  std::optional<Error> error;          // answered instead
  bool hold = false;                   // answers wait for release()
  void release();
  std::vector<SteadyTime> deadlines;  // of the calls so far

 private:
  template <class T>
  static Task<Result<T>> unused() {
    co_return fail(Code::unimplemented, "not asked by orders");
  }
  std::vector<Resume<bool>> held_;
};

class InProcess : public contract::Placement {
 public:
  // Puts something between the module and its database.
  using Wrap = std::function<std::unique_ptr<db::Database>(std::unique_ptr<db::Database>)>;
  enum class Storage { memory, file };

  InProcess(const Options& options, Storage storage, Wrap wrap = {});
  ~InProcess() override;

  OrderService& port() override { return *module_; }
  void run_until(const std::function<bool()>& done) override { time.run_until(done); }
  void advance(std::chrono::milliseconds by) override { time.advance(by); }
  bool restart() override;
  CallContext context() override;
  std::string new_user() override;
  std::string inactive_user() override;

  OrderModule& module() { return *module_; }
  // Stops the module and closes its database; start() opens it again.
  void stop();
  void start();

  parley::test::ManualTime time;
  parley::test::RecordingMetrics metrics;
  FakeUsers users;

 private:
  const Options options_;
  const Storage storage_;
  Wrap wrap_;
  std::string folder_;  // of a file
  std::unique_ptr<Random> random_ = make_random(42);
  std::unique_ptr<OrderModule> module_;
};

}  // namespace parley::orders::test
