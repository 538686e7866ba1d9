// The contract of idempotency keys.
#pragma once

#include "placement.hpp"

#include <set>

namespace parley::orders::contract {

inline void repeating_contract(const Factory& make) {
  auto placement = make(Options{});
  Placement& p = *placement;
  using std::chrono::milliseconds;

  SECTION("with its key a call can be repeated, and gets the first answer") {
    const auto user = p.new_user();
    const auto first = created(p, keyed_order(user, "key 1"));
    p.advance(milliseconds(10));
    CHECK(created(p, keyed_order(user, "key 1")) == first);
    // Also when the order has moved on since.
    value(set_status(p, first.id, OrderStatus::confirmed));
    CHECK(created(p, keyed_order(user, "key 1")) == first);
    CHECK(value(get(p, first.id)).status == OrderStatus::confirmed);
    CHECK(value(list(p, user)).total == 1);
  }

  SECTION("without a key, or with another one, it is another order") {
    const auto user = p.new_user();
    std::set<std::string> ids;
    for (auto& request : {order_of(user), order_of(user), keyed_order(user, "a"), keyed_order(user, "b"),
                          keyed_order(user, "A"), keyed_order(user, std::string(255, 'k'))})
      ids.insert(created(p, request).id);
    CHECK(ids.size() == 6);
  }

  SECTION("a key is the user's own") {
    const auto one = p.new_user(), other = p.new_user();
    CHECK(created(p, keyed_order(one, "k")).id != created(p, keyed_order(other, "k")).id);
  }

  SECTION("with another order the key is refused") {
    const auto user = p.new_user();
    const auto first = created(p, keyed_order(user, "k"));
    std::vector<void (*)(CreateOrder&)> changes = {
        [](CreateOrder& o) { o.items[0].price = Money{2998}; },
        [](CreateOrder& o) { o.items[0].quantity = 3; },
        [](CreateOrder& o) { o.items[0].name.reset(); },
        [](CreateOrder& o) { o.items.push_back(o.items[0]); },
        [](CreateOrder& o) { o.shipping_address.reset(); },
        [](CreateOrder& o) { o.shipping_address = address("elsewhere"); },
    };
    for (auto change : changes) {
      auto request = keyed_order(user, "k");
      change(request);
      const auto refused = create(p, request);
      CHECK(code_of(refused) == Code::already_exists);
      CHECK_FALSE(problem_of(refused, "idempotency_key").starts_with("(no"));
    }
    CHECK(value(list(p, user)).total == 1);
    CHECK(created(p, keyed_order(user, "k")) == first);
  }

  SECTION("a key whose first order was refused is still free") {
    const auto user = p.new_user();
    auto wrong = keyed_order(user, "k");
    wrong.items.clear();
    CHECK(code_of(create(p, wrong)) == Code::invalid_argument);
    CHECK(create(p, keyed_order(user, "k")));
  }

  SECTION("of many at once with one key there is one order, and all get it") {
    const auto user = p.new_user();
    std::vector<Task<Result<Order>>> calls;
    for (int i = 0; i < 40; ++i) calls.push_back(p.port().create_order(p.context(), keyed_order(user, "k")));
    std::set<std::string> ids;
    for (auto& answer : call_all(p, std::move(calls))) ids.insert(value(answer).id);
    CHECK(ids.size() == 1);
    CHECK(value(list(p, user)).total == 1);
  }

  SECTION("of many at once with one key and different orders, one is placed") {
    const auto user = p.new_user();
    std::vector<Task<Result<Order>>> calls;
    for (int i = 1; i <= 20; ++i) {
      auto request = keyed_order(user, "k");
      request.items[0].quantity = i;
      calls.push_back(p.port().create_order(p.context(), std::move(request)));
    }
    const auto answers = call_all(p, std::move(calls));
    CHECK(std::ranges::count(answers, Code::ok, &code_of<Order>) == 1);
    CHECK(std::ranges::count(answers, Code::already_exists, &code_of<Order>) == 19);
    CHECK(value(list(p, user)).total == 1);
  }

  SECTION("across a restart") {
    const auto user = p.new_user();
    const auto first = created(p, keyed_order(user, "k"));
    if (!p.restart()) return;
    CHECK(created(p, keyed_order(user, "k")) == first);
    auto other = keyed_order(user, "k");
    other.items[0].quantity = 3;
    CHECK(code_of(create(p, other)) == Code::already_exists);
  }
}

// Keys do not outlive their time; within it they do.
inline void forgetting_contract(const Factory& make) {
  using std::chrono::milliseconds;
  Options options;
  options.keep_idempotency_keys = milliseconds(60'000);
  options.prune_interval = milliseconds(10'000);
  auto placement = make(options);
  Placement& p = *placement;
  const auto user = p.new_user();
  const auto first = created(p, keyed_order(user, "k"));
  p.advance(milliseconds(50'000));
  CHECK(created(p, keyed_order(user, "k")) == first);
  const auto second = created(p, keyed_order(user, "later"));
  for (int i = 0; i < 3; ++i) p.advance(milliseconds(10'000));
  REQUIRE(eventually([&] { return created(p, keyed_order(user, "k")).id != first.id; }));
  CHECK(created(p, keyed_order(user, "later")) == second);
  CHECK(value(get(p, first.id)) == first);
  CHECK(value(list(p, user)).total == 3);
}

}  // namespace parley::orders::contract
