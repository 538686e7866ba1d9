// The orders port's value types: fields, rules and documentation, declared once.
//
// Protobuf numbers are the lecture's (order_service.proto); what it does not have counts from 10.
#include <parley/orders/orders.hpp>

namespace {

// Control characters have no place in one line of text, and PostgreSQL stores no NUL.
constexpr const char* one_line = R"([^\x00-\x1f\x7f]*)";
constexpr const char* one_line_hint = "one line of text without control characters";
constexpr const char* some_lines = R"([^\x00-\x09\x0b\x0c\x0e-\x1f\x7f]*)";
constexpr const char* some_lines_hint = "text without control characters other than line breaks";
constexpr const char* printable = R"([ -~]*)";
constexpr const char* printable_hint = "of printable ASCII characters";

constexpr const char* id_doc = "The order's id (UUID version 7).";
constexpr const char* id_example = R"("018bcfe5-6800-7c1e-a4f1-9b4f6d2c8e37")";
constexpr const char* user_id_doc = "Who orders: the id of a user.";
constexpr const char* user_id_example = R"("018bcfe5-6800-7c1e-a4f1-9b4f6d2c8e38")";
constexpr const char* whose_doc = "Whose orders: the id of a user.";
constexpr const char* items_doc = "What is ordered.";
constexpr const char* items_example =
    R"([{"product_id": "prod_456", "quantity": 2, "price": 29.99, "name": "Keyboard"}])";
constexpr const char* status_doc = "How far the order is.";
constexpr const char* status_example = R"("CONFIRMED")";
constexpr const char* address_doc = "Where to ship to.";
constexpr const char* address_example = R"("123 Main St, New York")";

constexpr parley::Money most_per_piece{100'000'000};

}  // namespace

namespace parley {

using namespace orders;

template <>
const TypeInfo& describe<OrderStatus>() {
  static constexpr EnumItem items[] = {
      {"PENDING", 0}, {"CONFIRMED", 1}, {"SHIPPED", 2}, {"DELIVERED", 3}, {"CANCELLED", 4}};
  static const TypeInfo type = enumeration<OrderStatus>("OrderStatus", items, status_doc);
  return type;
}

template <>
const TypeInfo& describe<OrderItem>() {
  static constexpr Row rows[] = {
      field<&OrderItem::product_id>("product_id", trimmed(), length(1, 64), pattern(one_line, one_line_hint),
                                    number(1), doc("What is ordered."), example(R"("prod_456")")),
      field<&OrderItem::quantity>("quantity", range(1, 1'000), number(2), doc("How many of it."),
                                  example("2")),
      field<&OrderItem::price>("price", money_range(Money{0}, most_per_piece), number(3),
                               doc("The price of one, exact."), example("29.99")),
      field<&OrderItem::name>("name", trimmed(), length(0, 200), pattern(one_line, one_line_hint), number(4),
                              doc("What it is called."), example(R"("Keyboard")")),
  };
  static const TypeInfo type = object<OrderItem>("OrderItem", rows, "A line of an order.");
  return type;
}

template <>
const TypeInfo& describe<ShippingAddress>() {
  static constexpr Row rows[] = {
      field<&ShippingAddress::text>("text", shorthand(), trimmed(), length(1, 500),
                                    pattern(some_lines, some_lines_hint), number(10),
                                    doc("The whole address as text."), example(address_example)),
      field<&ShippingAddress::street>("street", trimmed(), length(1, 200), pattern(one_line, one_line_hint),
                                      number(1), doc("Street and house number."),
                                      example(R"("123 Main St")")),
      field<&ShippingAddress::city>("city", trimmed(), length(1, 100), pattern(one_line, one_line_hint),
                                    number(2), doc("City."), example(R"("New York")")),
      field<&ShippingAddress::postal_code>("postal_code", trimmed(), length(0, 20),
                                           pattern(one_line, one_line_hint), number(11), doc("Postal code."),
                                           example(R"("10001")")),
      field<&ShippingAddress::country>("country", trimmed(), length(0, 100), pattern(one_line, one_line_hint),
                                       number(12), doc("Country."), example(R"("USA")")),
  };
  static const TypeInfo type =
      object<ShippingAddress>("ShippingAddress", rows, "An address, as text or in its parts.");
  return type;
}

template <>
const TypeInfo& describe<Order>() {
  static constexpr Row rows[] = {
      field<&Order::id>("id", number(1), doc(id_doc), example(id_example)),
      field<&Order::user_id>("user_id", number(2), doc(user_id_doc), example(user_id_example)),
      field<&Order::items>("items", number(3), doc(items_doc), example(items_example)),
      field<&Order::status>("status", number(4), doc(status_doc), example(status_example)),
      field<&Order::total_amount>("total_amount", number(5), doc("The sum of quantity times price, exact."),
                                  example("59.98")),
      field<&Order::created_at>("created_at", number(6), doc("When the order was placed.")),
      field<&Order::updated_at>("updated_at", number(10), doc("When its status was last changed.")),
      field<&Order::shipping_address>("shipping_address", number(11), structured(12),
                                      doc("Where to ship to, as it was sent."), example(address_example)),
  };
  static const TypeInfo type = object<Order>("Order", rows, "An order.");
  return type;
}

template <>
const TypeInfo& describe<CreateOrder>() {
  static constexpr Row rows[] = {
      field<&CreateOrder::user_id>("user_id", trimmed(), lower_case(), length(1, 64), number(1),
                                   doc(user_id_doc), example(user_id_example)),
      field<&CreateOrder::items>("items", items(1, 100), number(2), doc(items_doc), example(items_example)),
      field<&CreateOrder::shipping_address>("shipping_address", number(3), structured(11), doc(address_doc),
                                            example(address_example)),
      field<&CreateOrder::idempotency_key>("idempotency_key", from_header("Idempotency-Key"), length(1, 255),
                                           pattern(printable, printable_hint), number(10),
                                           doc("Chosen by the client for one order: a call that is repeated "
                                               "with it gets the first answer again."),
                                           example(R"("5f3c7a52-order-1")")),
  };
  static const TypeInfo type = object<CreateOrder>("CreateOrderRequest", rows, "An order to be placed.");
  return type;
}

template <>
const TypeInfo& describe<GetOrder>() {
  static constexpr Row rows[] = {
      field<&GetOrder::id>("id", lower_case(), alias("order_id"), number(1), doc(id_doc),
                           example(id_example)),
  };
  static const TypeInfo type = object<GetOrder>("GetOrderRequest", rows);
  return type;
}

template <>
const TypeInfo& describe<UpdateOrderStatus>() {
  static constexpr Row rows[] = {
      field<&UpdateOrderStatus::id>("id", lower_case(), alias("order_id"), number(1), doc(id_doc),
                                    example(id_example)),
      field<&UpdateOrderStatus::status>("status", number(2), doc("The status to go to."),
                                        example(status_example)),
  };
  static const TypeInfo type = object<UpdateOrderStatus>("UpdateOrderStatusRequest", rows);
  return type;
}

template <>
const TypeInfo& describe<ListUserOrders>() {
  static constexpr Row rows[] = {
      field<&ListUserOrders::user_id>("user_id", lower_case(), number(1), doc(whose_doc),
                                      example(user_id_example)),
      field<&ListUserOrders::page>("page", range(1, 100'000'000), may_be_absent(), number(10),
                                   doc("Which page, counted from 1.")),
      field<&ListUserOrders::page_size>("page_size", range(1, 100), may_be_absent(), number(11),
                                        doc("Orders per page.")),
  };
  static const TypeInfo type = object<ListUserOrders>("ListUserOrdersPageRequest", rows);
  return type;
}

// The lecture's request of that name.
template <>
const TypeInfo& describe<StreamUserOrders>() {
  static constexpr Row rows[] = {
      field<&StreamUserOrders::user_id>("user_id", lower_case(), number(1), doc(whose_doc),
                                        example(user_id_example)),
  };
  static const TypeInfo type = object<StreamUserOrders>("ListUserOrdersRequest", rows);
  return type;
}

template <>
const TypeInfo& describe<OrderPage>() {
  static constexpr Row rows[] = {
      field<&OrderPage::orders>("orders", number(1), doc("Newest first.")),
      field<&OrderPage::total>("total", number(2), doc("How many orders the user has, on all pages.")),
      field<&OrderPage::page>("page", number(3), doc("This page, counted from 1.")),
      field<&OrderPage::page_size>("page_size", number(4), doc("Orders per page, as asked for.")),
  };
  static const TypeInfo type =
      object<OrderPage>("ListUserOrdersResponse", rows, "One page of a user's orders.");
  return type;
}

template <>
const TypeInfo& describe<OrderEventType>() {
  static constexpr EnumItem items[] = {{"CREATED", 0}, {"STATUS_CHANGED", 1}};
  static const TypeInfo type =
      enumeration<OrderEventType>("OrderEventType", items, "What happened to an order.");
  return type;
}

template <>
const TypeInfo& describe<OrderEvent>() {
  static constexpr Row rows[] = {
      field<&OrderEvent::seq>("seq", number(1), doc("Its position in the log of all orders."), example("42")),
      field<&OrderEvent::type>("type", number(2), doc("What happened.")),
      field<&OrderEvent::order>("order", number(3), doc("The order as it was then.")),
      field<&OrderEvent::previous>("previous", number(4), doc("The status before the change.")),
      field<&OrderEvent::at>("at", number(5), doc("When it happened.")),
  };
  static const TypeInfo type = object<OrderEvent>("OrderEvent", rows, "Something that happened to an order.");
  return type;
}

template <>
const TypeInfo& describe<FollowOrders>() {
  static constexpr Row rows[] = {
      field<&FollowOrders::after_seq>(
          "after_seq", range(0, std::numeric_limits<std::int64_t>::max()), number(1),
          doc("The last position that is known; left out: what comes from now on."), example("41")),
  };
  static const TypeInfo type = object<FollowOrders>("FollowOrdersRequest", rows);
  return type;
}

template <>
const TypeInfo& describe<OrderUpdate>() {
  static constexpr Row rows[] = {
      field<&OrderUpdate::events>("events", number(1), doc("What happened, in its order.")),
      field<&OrderUpdate::gap>("gap", number(2), doc("What is lost before it.")),
  };
  static const TypeInfo type =
      object<OrderUpdate>("OrderUpdate", rows, "A stretch of the log of all orders.");
  return type;
}

}  // namespace parley
