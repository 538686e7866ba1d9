// The port wherever its module is: a line for each method.
#include <parley/orders/placed.hpp>

namespace parley::orders {
namespace {

class PlacedOrderService final : public Placed<OrderService> {
 public:
  using Placed::Placed;
  Task<Result<Order>> create_order(CallContext context, CreateOrder request) override {
    return call<&OrderService::create_order>(std::move(context), std::move(request));
  }
  Task<Result<Order>> get_order(CallContext context, GetOrder request) override {
    return call<&OrderService::get_order>(std::move(context), std::move(request));
  }
  Task<Result<Order>> update_order_status(CallContext context, UpdateOrderStatus request) override {
    return call<&OrderService::update_order_status>(std::move(context), std::move(request));
  }
  Task<Result<OrderPage>> list_user_orders(CallContext context, ListUserOrders request) override {
    return call<&OrderService::list_user_orders>(std::move(context), std::move(request));
  }
  Task<Result<void>> stream_user_orders(CallContext context, StreamUserOrders request,
                                        Sink<Order> sink) override {
    return call<&OrderService::stream_user_orders>(std::move(context), std::move(request), sink);
  }
  Task<Result<void>> follow_orders(CallContext context, FollowOrders request,
                                   Sink<OrderUpdate> sink) override {
    return call<&OrderService::follow_orders>(std::move(context), std::move(request), sink);
  }
};

}  // namespace

std::unique_ptr<Placed<OrderService>> make_placed(Scheduler& scheduler, std::size_t max_waiting) {
  return std::make_unique<PlacedOrderService>("orders", scheduler, max_waiting);
}

}  // namespace parley::orders
