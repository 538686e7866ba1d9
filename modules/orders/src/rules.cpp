#include "rules.hpp"

#include <algorithm>

namespace parley::orders {

Result<Money> total_of(std::span<const OrderItem> items) {
  std::optional<Money> total = Money{};
  for (const OrderItem& item : items) {
    const auto line = multiply(item.price, item.quantity);
    if (line) total = add(*total, *line);
    if (!line || !total) return invalid_field("items", "must add up to an amount below 92233720368547758.08");
  }
  return *total;
}

std::string_view name_of(OrderStatus status) {
  for (const EnumItem& item : describe<OrderStatus>().items)
    if (item.value == static_cast<std::int32_t>(status)) return item.name;
  return "unknown";
}

std::span<const OrderStatus> steps_from(OrderStatus status) {
  static constexpr OrderStatus pending[] = {OrderStatus::confirmed, OrderStatus::cancelled};
  static constexpr OrderStatus confirmed[] = {OrderStatus::shipped, OrderStatus::cancelled};
  static constexpr OrderStatus shipped[] = {OrderStatus::delivered};
  switch (status) {
    case OrderStatus::pending:
      return pending;
    case OrderStatus::confirmed:
      return confirmed;
    case OrderStatus::shipped:
      return shipped;
    case OrderStatus::delivered:
    case OrderStatus::cancelled:
      break;
  }
  return {};
}

Result<void> may_go(OrderStatus from, OrderStatus to) {
  const auto steps = steps_from(from);
  if (std::ranges::find(steps, to) != steps.end()) return {};
  std::string message = "an order that is ";
  message.append(name_of(from)).append(" cannot become ").append(name_of(to)).append("; ");
  if (steps.empty()) {
    message.append(name_of(from)).append(" is final");
  } else {
    message += "it can become ";
    for (const OrderStatus& step : steps) {
      if (&step != steps.data()) message += " or ";
      message += name_of(step);
    }
  }
  return fail(Code::failed_precondition, std::move(message));
}

}  // namespace parley::orders
