// The port's contract, in a process of its own, which has the users too. Not those parts that want an empty
// store, other settings and a clock that they move (following, forgetting): a process that serves has none of
// these.
#include "elsewhere.hpp"

#include "contract/orders/orders_contract.hpp"
#include "contract/users/caller.hpp"

#include <parley/orders/placed.hpp>
#include <parley/users/placed.hpp>

namespace {

using namespace parley;
using namespace parley::orders;

struct UsersElsewhere : test::Elsewhere<users::UserService> {
  UsersElsewhere() : Elsewhere("users", "PARLEY_TEST_ORDERS", &users::make_placed) {}
};

class Elsewhere final : public contract::Placement {
 public:
  OrderService& port() override { return orders_.service(); }
  void run_until(const std::function<bool()>& done) override { orders_.run_until(done); }
  void advance(std::chrono::milliseconds by) override { std::this_thread::sleep_for(by); }
  bool restart() override { return false; }
  CallContext context() override { return orders_.context(); }
  std::string new_user() override { return users_.created(users::contract::someone()).id; }
  std::string inactive_user() override {
    users::PatchUser patch;
    patch.id = new_user();
    patch.active = false;
    return users_.value(users_.patch(patch)).id;
  }

 private:
  test::Elsewhere<OrderService> orders_{"orders", "PARLEY_TEST_ORDERS", &make_placed};
  users::contract::Caller<UsersElsewhere> users_;
};

std::unique_ptr<contract::Placement> elsewhere(const Options&) {
  return std::make_unique<Elsewhere>();
}

}  // namespace

TEST_CASE("orders elsewhere: placing", "[.elsewhere][contract]") {
  contract::placing_contract(elsewhere);
}
TEST_CASE("orders elsewhere: status", "[.elsewhere][contract]") {
  contract::status_contract(elsewhere);
}
TEST_CASE("orders elsewhere: repeating", "[.elsewhere][contract]") {
  contract::repeating_contract(elsewhere);
}
TEST_CASE("orders elsewhere: streaming", "[.elsewhere][contract]") {
  contract::streaming_contract(elsewhere);
}
