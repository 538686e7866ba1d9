// What edges read of the orders port: rows and tables as the contract has them; and the rules themselves.
#include "catch.hpp"
#include "rules.hpp"

#include <parley/orders/compose.hpp>
#include <parley/validate.hpp>

using namespace parley;
using namespace parley::orders;

TEST_CASE("the rows of the orders port have the contract's routes and names") {
  struct Expected {
    std::string_view name;
    Verb verb;
    std::string_view path;
    int status;
    std::string_view rpc, grpc, permission;
    bool idempotent;
  };
  const Expected expected[] = {
      {"CreateOrder", Verb::post, "/api/v1/orders", 201, "createOrder", "/order.OrderService/CreateOrder",
       "orders:write", false},
      {"GetOrder", Verb::get, "/api/v1/orders/{id}", 200, "getOrder", "/order.OrderService/GetOrder",
       "orders:read", true},
      {"UpdateOrderStatus", Verb::patch, "/api/v1/orders/{id}/status", 200, "updateOrderStatus",
       "/order.OrderService/UpdateOrderStatus", "orders:write", true},
      {"ListUserOrders", Verb::get, "/api/v1/users/{user_id}/orders", 200, "listUserOrders",
       "/order.OrderService/ListUserOrdersPage", "orders:read", true},
      {"StreamUserOrders", Verb::none, "", 200, "streamUserOrders", "/order.OrderService/ListUserOrders",
       "orders:read", true},
      {"FollowOrders", Verb::none, "", 200, "followOrders", "/order.OrderService/FollowOrders", "orders:read",
       true},
  };
  const auto rows = operations<OrderService>();
  REQUIRE(rows.size() == std::size(expected));
  for (std::size_t i = 0; i < rows.size(); ++i) {
    INFO(rows[i].name);
    CHECK(rows[i].name == expected[i].name);
    CHECK(rows[i].verb == expected[i].verb);
    CHECK(rows[i].path == expected[i].path);
    CHECK(rows[i].status == expected[i].status);
    CHECK((rows[i].grpc ? rows[i].grpc : "") == expected[i].grpc);
    CHECK(rows[i].permission == expected[i].permission);
    CHECK(rows[i].idempotent == expected[i].idempotent);
    CHECK_FALSE(rows[i].summary.empty());
    CHECK(rpc_method(rows[i]) == expected[i].rpc);
    const bool streams = rows[i].name == "StreamUserOrders" || rows[i].name == "FollowOrders";
    CHECK(rows[i].shape == (streams ? Shape::server_stream : Shape::unary));
  }
}

TEST_CASE("the orders' messages have the lecture's protobuf numbers") {
  const auto numbers = [](const TypeInfo& type) {
    std::string out;
    for (auto& field : type.fields)
      out += std::string(field.name) + "=" + std::to_string(field.rules.number) + " ";
    return out;
  };
  CHECK(numbers(describe<Order>()) ==
        "id=1 user_id=2 items=3 status=4 total_amount=5 created_at=6 updated_at=10 shipping_address=11 ");
  CHECK(numbers(describe<OrderItem>()) == "product_id=1 quantity=2 price=3 name=4 ");
  CHECK(numbers(describe<CreateOrder>()) == "user_id=1 items=2 shipping_address=3 idempotency_key=10 ");
  CHECK(numbers(describe<ListUserOrders>()) == "user_id=1 page=10 page_size=11 ");
  CHECK(numbers(describe<StreamUserOrders>()) == "user_id=1 ");
  std::string statuses;
  for (auto& item : describe<OrderStatus>().items)
    statuses += std::string(item.name) + '=' + std::to_string(item.value) + ' ';
  CHECK(statuses == "PENDING=0 CONFIRMED=1 SHIPPED=2 DELIVERED=3 CANCELLED=4 ");
}

TEST_CASE("the key comes from the header field that clients know") {
  for (auto& field : describe<CreateOrder>().fields) {
    if (field.name == "idempotency_key") {
      REQUIRE(field.rules.header);
      CHECK(std::string_view(field.rules.header) == "Idempotency-Key");
    } else {
      CHECK_FALSE(field.rules.header);
    }
  }
}

TEST_CASE("a total that no amount holds is refused") {
  const auto line = [](std::int32_t quantity, std::int64_t hundredths) {
    return OrderItem{"p", quantity, Money{hundredths}, std::nullopt};
  };
  constexpr auto most = std::numeric_limits<std::int64_t>::max();
  const OrderItem fits[] = {line(1, most - 1), line(1, 1)};
  CHECK(total_of(fits) == Money{most});
  const OrderItem product[] = {line(2, most / 2 + 1)};
  const OrderItem sum[] = {line(1, most), line(1, 1)};
  for (const auto& total : {total_of(product), total_of(sum)}) {
    REQUIRE_FALSE(total);
    CHECK(total.error().code == Code::invalid_argument);
    CHECK(total.error().fields.at(0).field == "items");
  }
  CHECK(total_of({}) == Money{0});
}

TEST_CASE("the configuration's defaults keep to its rules") {
  Options options;
  CHECK(conform(options));
}
