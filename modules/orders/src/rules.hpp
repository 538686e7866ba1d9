// What an order may be and become, apart from storage and time.
#pragma once

#include <parley/orders/orders.hpp>

#include <span>
#include <string_view>

namespace parley::orders {

// The sum of quantity times price. invalid_argument when it is more than an amount can be.
Result<Money> total_of(std::span<const OrderItem> items);

// As it stands in JSON: "PENDING".
std::string_view name_of(OrderStatus status);
// The statuses that an order may go to from `status`; none from one that is final.
std::span<const OrderStatus> steps_from(OrderStatus status);
// failed_precondition, naming both and what is allowed.
Result<void> may_go(OrderStatus from, OrderStatus to);

}  // namespace parley::orders
