// The orders port (lecture: "Order Service with inter-service communication").
#pragma once

#include <parley/context.hpp>
#include <parley/follow.hpp>
#include <parley/money.hpp>
#include <parley/operation.hpp>
#include <parley/result.hpp>
#include <parley/task.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace parley::orders {

// PENDING goes to CONFIRMED or CANCELLED, CONFIRMED to SHIPPED or CANCELLED, SHIPPED to DELIVERED.
enum class OrderStatus : std::int32_t {
  pending = 0,
  confirmed = 1,
  shipped = 2,
  delivered = 3,
  cancelled = 4
};

struct OrderItem {
  std::string product_id;
  std::int32_t quantity = 1;
  Money price;  // of one
  std::optional<std::string> name;
  bool operator==(const OrderItem&) const = default;
};

// The lecture has it as text and as an object; it is answered in the form in which it came.
struct ShippingAddress {
  std::optional<std::string> text;
  std::string street;
  std::string city;
  std::optional<std::string> postal_code;
  std::optional<std::string> country;
  bool operator==(const ShippingAddress&) const = default;
};

struct Order {
  std::string id;
  std::string user_id;
  std::vector<OrderItem> items;
  OrderStatus status = OrderStatus::pending;
  Money total_amount;
  Timestamp created_at;
  Timestamp updated_at;  // of the status
  std::optional<ShippingAddress> shipping_address;
  bool operator==(const Order&) const = default;
};

// A call that is repeated with its key, for as long as the key is kept, gets the answer of the first one,
// whatever has become of the order and the user since. The key belongs to the user; with another order it is
// refused.
struct CreateOrder {
  std::string user_id;
  std::vector<OrderItem> items;
  std::optional<ShippingAddress> shipping_address;
  std::optional<std::string> idempotency_key;
};

struct GetOrder {
  std::string id;
};

struct UpdateOrderStatus {
  std::string id;
  OrderStatus status = OrderStatus::pending;
};

struct ListUserOrders {
  std::string user_id;
  std::int32_t page = 1;
  std::int32_t page_size = 20;
};

struct OrderPage {
  std::vector<Order> orders;
  std::int64_t total = 0;  // of the user
  std::int32_t page = 1;
  std::int32_t page_size = 20;
};

// All of the user's, without pages.
struct StreamUserOrders {
  std::string user_id;
};

enum class OrderEventType : std::int32_t { created = 0, status_changed = 1 };

// An entry of the one log of all orders, written in the transaction of the change.
struct OrderEvent {
  std::int64_t seq = 0;
  OrderEventType type = OrderEventType::created;
  Order order;                          // as it was behind the change
  std::optional<OrderStatus> previous;  // of a changed status
  Timestamp at;
};

struct FollowOrders {
  std::optional<std::int64_t> after_seq;  // left out: what comes from now on
};

struct OrderUpdate {
  std::vector<OrderEvent> events;  // in their order
  std::optional<LogGap> gap;       // before them
};

// Loop thread. Writes are durable when they answer. Besides the codes named: invalid_argument with field
// details, unavailable, deadline_exceeded.
class OrderService {
 public:
  virtual ~OrderService() = default;
  // invalid_argument, of the field user_id, for a user who does not exist or is not active; already_exists
  // for an idempotency key that has another order.
  virtual Task<Result<Order>> create_order(CallContext context, CreateOrder request) = 0;
  virtual Task<Result<Order>> get_order(CallContext context, GetOrder request) = 0;  // not_found
  // not_found; failed_precondition for a step that the status does not allow. The status that the order has
  // already is a success that changes nothing, so that the call can be repeated.
  virtual Task<Result<Order>> update_order_status(CallContext context, UpdateOrderStatus request) = 0;
  // Newest first. A user nobody knows has no orders; those of one who is gone stay.
  virtual Task<Result<OrderPage>> list_user_orders(CallContext context, ListUserOrders request) = 0;
  // Newest first, each once; one that is placed while it runs is not among them. `cancelled` when the
  // receiver has gone.
  virtual Task<Result<void>> stream_user_orders(CallContext context, StreamUserOrders request,
                                                Sink<Order> sink) = 0;
  // Until the call ends.
  virtual Task<Result<void>> follow_orders(CallContext context, FollowOrders request,
                                           Sink<OrderUpdate> sink) = 0;
};

}  // namespace parley::orders

namespace parley {
template <>
const TypeInfo& describe<orders::OrderStatus>();
template <>
const TypeInfo& describe<orders::OrderItem>();
template <>
const TypeInfo& describe<orders::ShippingAddress>();
template <>
const TypeInfo& describe<orders::Order>();
template <>
const TypeInfo& describe<orders::CreateOrder>();
template <>
const TypeInfo& describe<orders::GetOrder>();
template <>
const TypeInfo& describe<orders::UpdateOrderStatus>();
template <>
const TypeInfo& describe<orders::ListUserOrders>();
template <>
const TypeInfo& describe<orders::OrderPage>();
template <>
const TypeInfo& describe<orders::StreamUserOrders>();
template <>
const TypeInfo& describe<orders::OrderEventType>();
template <>
const TypeInfo& describe<orders::OrderEvent>();
template <>
const TypeInfo& describe<orders::FollowOrders>();
template <>
const TypeInfo& describe<orders::OrderUpdate>();
template <>
std::span<const Operation> operations<orders::OrderService>();
}  // namespace parley
