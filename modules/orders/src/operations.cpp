// The orders port's operations: one row each, from which every edge is made.
//
// The paths name v1 themselves, as the calculator's do, and are no {version} ones: an order has one shape,
// and the API's v1 (Unix times, a sunset after which it answers 410) is an older shape of the users. The
// contract's /api/v1/orders stays when that one ends.
#include <parley/orders/orders.hpp>

namespace {

using namespace parley;
using orders::OrderService;

// The lecture's gRPC ListUserOrders is the stream; REST and JSON-RPC list in pages, which gRPC has beside it.
constexpr Operation rows[] = {
    operation<&OrderService::create_order>("CreateOrder", summary("Place an order"),
                                           details("The user must exist and be active. With an "
                                                   "`Idempotency-Key` the call can be repeated safely: it "
                                                   "gets the first answer again."),
                                           http(Verb::post, "/api/v1/orders", 201),
                                           grpc_method("/order.OrderService/CreateOrder"),
                                           permission("orders:write"), fails(Code::already_exists)),
    operation<&OrderService::get_order>("GetOrder", summary("Get an order by id"),
                                        http(Verb::get, "/api/v1/orders/{id}"),
                                        grpc_method("/order.OrderService/GetOrder"),
                                        permission("orders:read"), idempotent(), fails(Code::not_found)),
    operation<&OrderService::update_order_status>(
        "UpdateOrderStatus", summary("Move an order on to another status"),
        details("PENDING goes to CONFIRMED or CANCELLED, CONFIRMED to SHIPPED or CANCELLED, SHIPPED to "
                "DELIVERED. "
                "The status that the order has already is a success that changes nothing."),
        http(Verb::patch, "/api/v1/orders/{id}/status"), grpc_method("/order.OrderService/UpdateOrderStatus"),
        permission("orders:write"), idempotent(), fails(Code::not_found, Code::failed_precondition)),
    operation<&OrderService::list_user_orders>(
        "ListUserOrders", summary("List a user's orders, newest first"),
        http(Verb::get, "/api/v1/users/{user_id}/orders"),
        grpc_method("/order.OrderService/ListUserOrdersPage"), permission("orders:read"), idempotent()),
    operation<&OrderService::stream_user_orders>(
        "StreamUserOrders", summary("Stream a user's orders, newest first"),
        grpc_method("/order.OrderService/ListUserOrders"), permission("orders:read"), idempotent()),
    operation<&OrderService::follow_orders>(
        "FollowOrders", summary("Stream what happens to orders, as it happens"),
        grpc_method("/order.OrderService/FollowOrders"), permission("orders:read"), idempotent(), endless()),
};
static_assert(distinct(rows));

}  // namespace

template <>
std::span<const parley::Operation> parley::operations<OrderService>() {
  return rows;
}
