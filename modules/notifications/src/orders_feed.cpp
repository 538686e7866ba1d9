// The feed of orders: created, and moved on to another status.
#include "feed.hpp"

#include <parley/orders/orders.hpp>

namespace parley::notifications {
namespace {

using orders::OrderEventType;
using orders::OrderStatus;

std::string_view name_of(OrderStatus status) {
  for (const auto& item : describe<OrderStatus>().items)
    if (item.value == static_cast<std::int32_t>(status)) return item.name;
  return "UNKNOWN";
}

std::string title_of(const orders::OrderEvent& event) {
  if (event.type == OrderEventType::created) return "Order created";
  std::string title = "Order ";
  for (const char c : name_of(event.order.status))
    title += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return title;
}

Notification to_notification(const orders::OrderEvent& event) {
  const auto& order = event.order;
  const std::string status(name_of(order.status));
  Notification notification;
  notification.user_id = order.user_id;
  notification.type = NotificationType::order_update;
  notification.title = title_of(event);
  notification.message = event.type == OrderEventType::created
                             ? "Your order over " + to_text(order.total_amount) + " was received."
                             : "Your order is now " + status + ".";
  notification.data = {{"order_id", order.id}, {"status", status}, {"total", to_text(order.total_amount)}};
  if (event.previous) notification.data["previous"] = name_of(*event.previous);
  return notification;
}

class OrdersFeed final : public Feed {
 public:
  explicit OrdersFeed(orders::OrderService& orders) : orders_(orders) {}

  std::string_view name() const noexcept override { return "orders"; }

  Task<Result<void>> follow(CallContext context, std::int64_t after, Outbound& out) override {
    orders::FollowOrders request;
    request.after_seq = after;
    return orders_.follow_orders(std::move(context), request, Sink<orders::OrderUpdate>(out));
  }

  Update read(const void* update) const override {
    const auto& of_orders = *static_cast<const orders::OrderUpdate*>(update);
    Update read{of_orders.gap, {}};
    for (const auto& event : of_orders.events) read.entries.push_back({event.seq, to_notification(event)});
    return read;
  }

 private:
  orders::OrderService& orders_;
};

}  // namespace

std::unique_ptr<Feed> make_orders_feed(orders::OrderService& orders) {
  return std::make_unique<OrdersFeed>(orders);
}

}  // namespace parley::notifications
