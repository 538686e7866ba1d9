// The contract of placing, reading and listing orders.
#pragma once

#include "contract/calls_over.hpp"
#include "placement.hpp"

namespace parley::orders::contract {

// A change to a valid request that breaks one rule, and the field to be named.
struct Breach {
  const char* what;
  const char* field;
  void (*breach)(CreateOrder&);
};
inline const std::vector<Breach> breaches = {
    {"no user", "user_id", [](CreateOrder& o) { o.user_id = ""; }},
    {"user id that is too long", "user_id", [](CreateOrder& o) { o.user_id = std::string(65, 'a'); }},
    {"no items", "items", [](CreateOrder& o) { o.items.clear(); }},
    {"101 items", "items", [](CreateOrder& o) { o.items.assign(101, o.items.front()); }},
    {"no product", "items[0].product_id", [](CreateOrder& o) { o.items[0].product_id = "  "; }},
    {"product of 65 characters", "items[0].product_id",
     [](CreateOrder& o) { o.items[0].product_id = std::string(65, 'p'); }},
    {"product with a line break", "items[0].product_id",
     [](CreateOrder& o) { o.items[0].product_id = "a\nb"; }},
    {"none of it", "items[0].quantity", [](CreateOrder& o) { o.items[0].quantity = 0; }},
    {"fewer than none", "items[0].quantity", [](CreateOrder& o) { o.items[0].quantity = -1; }},
    {"1001 of it", "items[0].quantity", [](CreateOrder& o) { o.items[0].quantity = 1001; }},
    {"a price below nothing", "items[0].price", [](CreateOrder& o) { o.items[0].price = Money{-1}; }},
    {"a price of more than a million", "items[0].price",
     [](CreateOrder& o) { o.items[0].price = Money{100'000'001}; }},
    {"name of 201 characters", "items[0].name",
     [](CreateOrder& o) { o.items[0].name = std::string(201, 'n'); }},
    {"name with a NUL", "items[0].name", [](CreateOrder& o) { o.items[0].name = std::string("a\0b", 3); }},
    {"wrong in the second item", "items[1].quantity",
     [](CreateOrder& o) { o.items.push_back(item("b", 0, 1)); }},
    {"empty address", "shipping_address", [](CreateOrder& o) { o.shipping_address = address(" "); }},
    {"address of 501 characters", "shipping_address",
     [](CreateOrder& o) { o.shipping_address = address(std::string(501, 'a')); }},
    {"address without a street", "shipping_address.street",
     [](CreateOrder& o) {
       o.shipping_address.emplace();
       o.shipping_address->city = "New York";
     }},
    {"address without a city", "shipping_address.city",
     [](CreateOrder& o) {
       o.shipping_address.emplace();
       o.shipping_address->street = "123 Main St";
     }},
    {"empty key", "idempotency_key", [](CreateOrder& o) { o.idempotency_key = ""; }},
    {"key of 256 characters", "idempotency_key",
     [](CreateOrder& o) { o.idempotency_key = std::string(256, 'k'); }},
    {"key that is not printable", "idempotency_key", [](CreateOrder& o) { o.idempotency_key = "a\tb"; }},
    {"key that is not ASCII", "idempotency_key", [](CreateOrder& o) { o.idempotency_key = "\u00fc"; }},
};

inline void placing_contract(const Factory& make) {
  auto placement = make(Options{});
  Placement& p = *placement;

  SECTION("a call that is over places nothing") {
    const auto user = p.new_user();
    for (const auto& [code, context] : parley::test::calls_over(p.context())) {
      CHECK(code_of(call(p, p.port().create_order(context, order_of(user)))) == code);
      CHECK(code_of(call(p, p.port().create_order(context, keyed_order(user, "over")))) == code);
    }
    CHECK(value(list(p, user)).total == 0);
    CHECK(created(p, keyed_order(user, "over")).user_id == user);  // the key is free
  }

  SECTION("the lecture's order") {
    const auto user = p.new_user();
    const auto order = created(p, order_of(user));
    CHECK(order.id.size() == 36);
    CHECK(order.user_id == user);
    CHECK(order.items == std::vector<OrderItem>{item("prod_456", 2, 2999, "Keyboard")});
    CHECK(order.status == OrderStatus::pending);
    CHECK(order.total_amount == Money{5998});
    CHECK(order.created_at > Timestamp());
    CHECK(order.updated_at == order.created_at);
    CHECK(order.shipping_address == address("123 Main St, New York"));
    CHECK(value(get(p, order.id)) == order);
  }

  SECTION("the address comes back as it was sent, or not at all") {
    auto request = order_of(p.new_user());
    ShippingAddress parts;
    parts.street = "123 Main St";
    parts.city = "New York";
    SECTION("in parts") {
      request.shipping_address = parts;
    }
    SECTION("in all parts") {
      parts.postal_code = "10001";
      parts.country = "USA";
      request.shipping_address = parts;
    }
    SECTION("in parts and as text") {
      parts.text = "behind the yard";
      request.shipping_address = parts;
    }
    SECTION("none") {
      request.shipping_address.reset();
    }
    const auto order = created(p, request);
    CHECK(order.shipping_address == request.shipping_address);
    CHECK(value(get(p, order.id)) == order);
  }

  SECTION("totals are exact") {
    const auto total = [&](std::vector<OrderItem> items) {
      auto request = order_of(p.new_user());
      request.items = std::move(items);
      const auto order = created(p, std::move(request));
      CHECK(value(get(p, order.id)).total_amount == order.total_amount);
      return order.total_amount.hundredths;
    };
    CHECK(total({item("a", 3, 10)}) == 30);
    CHECK(total({item("a", 3, 1999)}) == 5997);
    CHECK(total({item("a", 1, 0)}) == 0);
    CHECK(total({item("a", 1, 10), item("b", 1, 20)}) == 30);
    CHECK(total(std::vector<OrderItem>(100, item("a", 1000, 100'000'000))) == 10'000'000'000'000);
    CHECK(total(std::vector<OrderItem>(100, item("a", 7, 1))) == 700);
  }

  SECTION("text is trimmed, and empty text in an optional field counts as left out") {
    auto request = order_of(p.new_user());
    request.items = {item("  p 1 ", 1, 1, "  "), item("p2", 1, 1, " <b>\u017bubr & 'x'</b> ")};
    request.shipping_address = address(" 1 Main St\nNew York ");
    const auto order = created(p, request);
    CHECK(order.items ==
          std::vector<OrderItem>{item("p 1", 1, 1), item("p2", 1, 1, "<b>\u017bubr & 'x'</b>")});
    CHECK(order.shipping_address == address("1 Main St\nNew York"));
    CHECK(value(get(p, order.id)) == order);
  }

  SECTION("a broken rule is invalid_argument and names its field; nothing is placed") {
    const auto user = p.new_user();
    for (const auto& [what, field, breach] : breaches) {
      INFO(what);
      auto request = order_of(user);
      breach(request);
      const auto refused = create(p, request);
      CHECK(code_of(refused) == Code::invalid_argument);
      CHECK_FALSE(problem_of(refused, field).starts_with("(no"));
    }
    CHECK(value(list(p, user)).total == 0);
  }

  SECTION("all broken rules are told at once") {
    auto request = order_of(p.new_user());
    request.items = {item("", 0, -1)};
    const auto refused = create(p, request);
    for (auto field : {"items[0].product_id", "items[0].quantity", "items[0].price"})
      CHECK_FALSE(problem_of(refused, field).starts_with("(no"));
  }

  SECTION("who orders must be an active user") {
    const auto refused = [&](std::string user, std::string_view reason) {
      const auto answer = create(p, order_of(user));
      CHECK(code_of(answer) == Code::invalid_argument);
      CHECK(problem_of(answer, "user_id").find(reason) != std::string::npos);
      CHECK(answer.error().message == "invalid user: " + std::string(reason));
      CHECK(value(list(p, user)).total == 0);
    };
    refused("018bcfe5-6800-7c1e-a4f1-9b4f6d2c8e37", "user not found");
    refused("user_123", "user not found");
    refused(p.inactive_user(), "user is not active");
  }

  SECTION("an unknown or malformed id is not_found") {
    created(p, order_of(p.new_user()));
    for (const std::string& id : {std::string("018bcfe5-6800-7c1e-a4f1-9b4f6d2c8e37"), std::string("1"),
                                  std::string(), std::string("' OR 1=1 --"), std::string(5000, 'a')}) {
      CHECK(code_of(get(p, id)) == Code::not_found);
      CHECK(code_of(set_status(p, id, OrderStatus::confirmed)) == Code::not_found);
    }
  }

  SECTION("an id is taken in either case") {
    const auto order = created(p, order_of(p.new_user()));
    auto shouted = order.id;
    for (char& c : shouted)
      if (c >= 'a' && c <= 'f') c -= 'a' - 'A';
    CHECK(value(get(p, shouted)) == order);
  }

  SECTION("a user's orders, newest first, page by page") {
    const auto user = p.new_user(), other = p.new_user();
    std::vector<Order> orders;
    for (int i = 0; i < 7; ++i) {
      orders.insert(orders.begin(), created(p, order_of(user)));
      if (i % 2 == 0) created(p, order_of(other));
      if (i != 3) p.advance(std::chrono::milliseconds(5));
    }
    // Of the same moment: by their ids.
    std::ranges::sort(orders, [](const Order& a, const Order& b) {
      return a.created_at != b.created_at ? a.created_at > b.created_at : a.id > b.id;
    });
    const auto all = value(list(p, user));
    CHECK(all.orders == orders);
    CHECK(all.total == 7);
    CHECK(all.page == 1);
    CHECK(all.page_size == 20);
    std::vector<Order> pages;
    for (int number = 1; number <= 4; ++number) {
      const auto page = value(list(p, user, number, 2));
      CHECK(page.total == 7);
      CHECK(page.orders.size() == (number < 4 ? 2 : 1));
      pages.insert(pages.end(), page.orders.begin(), page.orders.end());
    }
    CHECK(pages == orders);
    CHECK(value(list(p, user, 5, 2)).orders.empty());
    CHECK(value(list(p, user, 100'000'000, 100)).orders.empty());
    CHECK(value(list(p, other)).total == 4);
    CHECK(value(list(p, "nobody")).orders.empty());
    CHECK_FALSE(problem_of(list(p, user, 0, 2), "page").starts_with("(no"));
    CHECK_FALSE(problem_of(list(p, user, 1, 101), "page_size").starts_with("(no"));
  }

  SECTION("many at once") {
    const auto user = p.new_user();
    std::vector<Task<Result<Order>>> calls;
    for (int i = 0; i < 100; ++i) calls.push_back(p.port().create_order(p.context(), order_of(user)));
    for (auto& answer : call_all(p, std::move(calls))) CHECK(value(get(p, value(answer).id)) == *answer);
    CHECK(value(list(p, user)).total == 100);
  }
}

inline void status_contract(const Factory& make) {
  auto placement = make(Options{});
  Placement& p = *placement;
  constexpr auto pending = OrderStatus::pending, confirmed = OrderStatus::confirmed,
                 shipped = OrderStatus::shipped, delivered = OrderStatus::delivered,
                 cancelled = OrderStatus::cancelled;
  const std::vector<OrderStatus> all = {pending, confirmed, shipped, delivered, cancelled};
  // The ways to each status.
  const std::vector<std::vector<OrderStatus>> ways = {
      {},          {confirmed},           {confirmed, shipped}, {confirmed, shipped, delivered},
      {cancelled}, {confirmed, cancelled}};
  const auto allowed = [&](OrderStatus from) -> std::vector<OrderStatus> {
    if (from == pending) return {confirmed, cancelled};
    if (from == confirmed) return {shipped, cancelled};
    if (from == shipped) return {delivered};
    return {};
  };

  SECTION("only legal steps are taken") {
    const auto user = p.new_user();
    for (const auto& way : ways) {
      for (const auto to : all) {
        auto order = created(p, order_of(user));
        for (const auto step : way) {
          p.advance(std::chrono::milliseconds(3));
          const auto moved = value(set_status(p, order.id, step));
          CHECK(moved.updated_at > order.updated_at);
          order.status = step;
          order.updated_at = moved.updated_at;
          CHECK(moved == order);
        }
        p.advance(std::chrono::milliseconds(3));
        const auto answer = set_status(p, order.id, to);
        if (to == order.status) {
          CHECK(value(answer) == order);  // once more changes nothing
        } else if (std::ranges::count(allowed(order.status), to) > 0) {
          CHECK(value(answer).status == to);
          order = *answer;
        } else {
          CHECK(code_of(answer) == Code::failed_precondition);
        }
        CHECK(value(get(p, order.id)) == order);
      }
    }
  }

  SECTION("an illegal step is told with both statuses and what is legal") {
    const auto order = created(p, order_of(p.new_user()));
    CHECK(set_status(p, order.id, delivered).error().message ==
          "an order that is PENDING cannot become DELIVERED; it can become CONFIRMED or CANCELLED");
    value(set_status(p, order.id, cancelled));
    CHECK(set_status(p, order.id, shipped).error().message ==
          "an order that is CANCELLED cannot become SHIPPED; CANCELLED is final");
  }

  SECTION("a status that is none is refused") {
    const auto order = created(p, order_of(p.new_user()));
    const auto answer = set_status(p, order.id, static_cast<OrderStatus>(7));
    CHECK(problem_of(answer, "status") == "must be one of PENDING, CONFIRMED, SHIPPED, DELIVERED, CANCELLED");
  }

  SECTION("a step whose call is over is not taken") {
    const auto order = created(p, order_of(p.new_user()));
    for (const auto& [code, context] : parley::test::calls_over(p.context())) {
      UpdateOrderStatus request{order.id, confirmed};
      CHECK(code_of(call(p, p.port().update_order_status(context, std::move(request)))) == code);
    }
    CHECK(value(get(p, order.id)) == order);
  }

  SECTION("of many who move it at once, the steps follow one another") {
    const auto order = created(p, order_of(p.new_user()));
    std::vector<Task<Result<Order>>> calls;
    for (int i = 0; i < 10; ++i)
      for (const auto to : {confirmed, cancelled}) {
        UpdateOrderStatus request{order.id, to};
        calls.push_back(p.port().update_order_status(p.context(), std::move(request)));
      }
    const auto answers = call_all(p, std::move(calls));
    CHECK(value(get(p, order.id)).status == cancelled);
    for (auto& answer : answers)
      CHECK((code_of(answer) == Code::ok || code_of(answer) == Code::failed_precondition));
  }
}

}  // namespace parley::orders::contract
