// The orders' rules over their store: the implementation of the port.
#pragma once

#include "pruner.hpp"
#include "store.hpp"

#include <parley/follow.hpp>
#include <parley/log_tail.hpp>
#include <parley/orders/compose.hpp>

#include <array>
#include <memory>

namespace parley::orders {

// Loop thread only. Outlives every call made on it: destroy it after stop(), when the loop has run what that
// left behind.
class Service final : public OrderModule {
 public:
  Service(Dependencies dependencies, Options options);

  Task<Result<void>> start() override;
  void stop() override;

  Task<Result<Order>> create_order(CallContext context, CreateOrder request) override;
  Task<Result<Order>> get_order(CallContext context, GetOrder request) override;
  Task<Result<Order>> update_order_status(CallContext context, UpdateOrderStatus request) override;
  Task<Result<OrderPage>> list_user_orders(CallContext context, ListUserOrders request) override;
  Task<Result<void>> stream_user_orders(CallContext context, StreamUserOrders request,
                                        Sink<Order> sink) override;
  Task<Result<void>> follow_orders(CallContext context, FollowOrders request,
                                   Sink<OrderUpdate> sink) override;

 private:
  struct Placed {
    Order order;
    bool replayed = false;
  };

  // The steps of a creation, in their order.
  Task<Result<Placed>> place_order(CallContext context, CreateOrder request);
  Task<Result<void>> check_user(CallContext context, std::string user_id);
  Task<Result<Placed>> commit(CallContext context, Order order, std::optional<std::string> key);
  // What a call with the key of `earlier` is answered.
  static Result<Placed> replay(Order earlier, const Order& asked);

  // After the commit of an event at `seq`.
  void logged(std::int64_t seq, OrderEventType type, const Order& order, std::optional<OrderStatus> previous);
  Task<Result<LogPage<OrderUpdate>>> read_log(const CallContext& context, std::int64_t position);

  const Options options_;
  std::unique_ptr<db::Database> database_;
  users::UserService& users_;
  Scheduler& scheduler_;
  const Clock& clock_;
  Random& random_;
  OrderStore store_;
  Pruner pruner_;
  Followers followers_;
  LogTailBudget tail_budget_;
  LogTail<OrderEvent> tail_{tail_budget_};  // kept while somebody follows
  std::int64_t last_event_ = 0;
  bool waking_ = false;                                          // a wake-up is on its way
  std::shared_ptr<const int> alive_ = std::make_shared<int>(0);  // guards what was posted

  Counter& created_;
  Counter& replayed_;
  Counter& failed_;
  Histogram& created_seconds_;
  Histogram& failed_seconds_;
  std::array<Counter*, 5> changes_;  // by the status that was reached
};

}  // namespace parley::orders
