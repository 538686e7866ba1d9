// The port's contract, over gRPC within this process.
#include "in_process.hpp"
#include "loopback.hpp"

#include <parley/users/placed.hpp>

namespace {

struct OverGrpc : parley::test::TemporaryDirectory {
  parley::test::UsersInProcess inner{file("users.db")};
  parley::test::Loopback<parley::users::UserService> loopback{"users", inner.service(),
                                                              &parley::users::make_placed, inner.time()};

  parley::users::UserService& service() { return loopback.port(); }
  parley::CallContext context() { return inner.context(); }
  template <class T>
  T run(parley::Task<T> task) {
    return loopback.wait(std::move(task));
  }
  void run(parley::Task<void> task) { loopback.wait(std::move(task)); }
};

}  // namespace

#define USER_PLACEMENTS OverGrpc
#include "contract/users/user_contract.hpp"
