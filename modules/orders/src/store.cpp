#include "store.hpp"

#include "rules.hpp"

#include <utility>

namespace parley::orders {
namespace {

#define ORDER_COLUMNS                                                                       \
  "id, user_id, status, total, created_at, updated_at, ship_text, ship_street, ship_city, " \
  "ship_postal_code, "                                                                      \
  "ship_country"

// The driver knows a statement by the address of its text, and its parameters by the order of their numbers.
constexpr const char* insert_order =
    "INSERT INTO orders (" ORDER_COLUMNS
    ", idempotency_key) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
constexpr const char* insert_item =
    "INSERT INTO order_items (order_id, line, product_id, quantity, price, name) VALUES ($1, $2, $3, $4, $5, "
    "$6)";
// The one writer finds a position (last_event) and takes it in one transaction, so that a failed commit
// leaves no hole.
constexpr const char* insert_event =
    "INSERT INTO order_events (seq, type, order_id, became, previous, happened_at) "
    "VALUES ($1, $2, $3, $4, $5, $6)";
constexpr const char* select_order = "SELECT " ORDER_COLUMNS " FROM orders WHERE id = $1";
constexpr const char* select_by_key =
    "SELECT " ORDER_COLUMNS " FROM orders WHERE user_id = $1 AND idempotency_key = $2";
constexpr const char* select_items =
    "SELECT product_id, quantity, price, name FROM order_items WHERE order_id = $1 ORDER BY line";
constexpr const char* update_status = "UPDATE orders SET status = $2, updated_at = $3 WHERE id = $1";
constexpr const char* count_orders = "SELECT count(*) FROM orders WHERE user_id = $1";
constexpr const char* select_page =
    "SELECT " ORDER_COLUMNS
    " FROM orders WHERE user_id = $1 ORDER BY created_at DESC, id DESC LIMIT $2 OFFSET $3";
constexpr const char* select_behind = "SELECT " ORDER_COLUMNS
                                      " FROM orders WHERE user_id = $1 AND (created_at, id) < ($2, $3) ORDER "
                                      "BY created_at DESC, id DESC LIMIT $4";
constexpr const char* first_event = "SELECT MIN(seq) FROM order_events";
constexpr const char* last_event = "SELECT MAX(seq) FROM order_events";
constexpr const char* select_events =
    "SELECT " ORDER_COLUMNS
    ", seq, type, became, previous, happened_at "
    "FROM order_events JOIN orders ON orders.id = order_id WHERE seq > $1 ORDER BY seq LIMIT $2";
constexpr const char* delete_events = "DELETE FROM order_events WHERE seq <= $1";
constexpr const char* count_keys = "SELECT count(*) FROM orders WHERE idempotency_key IS NOT NULL";
constexpr const char* clear_keys =
    "UPDATE orders SET idempotency_key = NULL WHERE id IN "
    "(SELECT id FROM orders WHERE idempotency_key IS NOT NULL AND created_at <= $1 ORDER BY created_at LIMIT "
    "$2)";

#undef ORDER_COLUMNS

constexpr int order_columns = 11;

using Rows = Result<std::int64_t>;

std::int64_t number(OrderStatus status) {
  return static_cast<std::int64_t>(status);
}
OrderStatus to_status(std::int64_t number) {
  return static_cast<OrderStatus>(number);
}

Order to_order(const db::Row& row) {
  Order order;
  order.id = row.string(0);
  order.user_id = row.string(1);
  order.status = to_status(row.integer(2));
  order.total_amount = Money{row.integer(3)};
  order.created_at = row.timestamp(4);
  order.updated_at = row.timestamp(5);
  if (row.is_null(6) && row.is_null(7)) return order;
  ShippingAddress& address = order.shipping_address.emplace();
  address.text = row.optional_string(6);
  address.street = row.string(7);
  address.city = row.string(8);
  address.postal_code = row.optional_string(9);
  address.country = row.optional_string(10);
  return order;
}

Result<void> read_items(db::Session& session, Order& order) {
  Rows rows = session.query(
      select_items,
      [&](const db::Row& row) {
        order.items.push_back({row.string(0), static_cast<std::int32_t>(row.integer(1)),
                               Money{row.integer(2)}, row.optional_string(3)});
      },
      order.id);
  if (!rows) return std::unexpected(std::move(rows.error()));
  return {};
}

template <class... P>
Result<std::optional<Order>> read_order(db::Session& session, const char* sql, const P&... parameters) {
  std::optional<Order> order;
  Rows rows = session.query(
      sql, [&](const db::Row& row) { order = to_order(row); }, parameters...);
  if (!rows) return std::unexpected(std::move(rows.error()));
  if (order)
    if (auto items = read_items(session, *order); !items) return std::unexpected(std::move(items.error()));
  return order;
}

// Of a statement that answers one number; 0 for NULL.
template <class... P>
Rows read_number(db::Session& session, const char* sql, const P&... parameters) {
  std::int64_t number = 0;
  Rows rows = session.query(
      sql, [&](const db::Row& row) { number = row.integer(0); }, parameters...);
  if (!rows) return rows;
  return number;
}

Result<void> write_order(db::Session& session, const Order& order, const std::optional<std::string>& key) {
  const ShippingAddress* address = order.shipping_address ? &*order.shipping_address : nullptr;
  const bool parts = address && !address->street.empty();
  const std::optional<std::string_view> none;
  const auto optional = [&](const std::optional<std::string>& text) {
    return text ? std::optional<std::string_view>(*text) : none;
  };
  Rows rows = session.execute(
      insert_order, order.id, order.user_id, number(order.status), order.total_amount.hundredths,
      order.created_at, order.updated_at, address ? optional(address->text) : none,
      parts ? std::optional<std::string_view>(address->street) : none,
      parts ? std::optional<std::string_view>(address->city) : none,
      address ? optional(address->postal_code) : none, address ? optional(address->country) : none, key);
  std::int64_t line = 0;
  for (const OrderItem& item : order.items) {
    if (!rows) break;
    rows = session.execute(insert_item, order.id, line++, item.product_id, item.quantity,
                           item.price.hundredths, item.name);
  }
  if (!rows) return std::unexpected(std::move(rows.error()));
  return {};
}

// The position that the event got.
Rows write_event(db::Session& session, OrderEventType type, const Order& order,
                 std::optional<OrderStatus> previous) {
  Rows last = read_number(session, last_event);
  if (!last) return last;
  const auto before = previous ? std::optional(number(*previous)) : std::nullopt;
  Rows rows = session.execute(insert_event, *last + 1, static_cast<std::int64_t>(type), order.id,
                              number(order.status), before, order.updated_at);
  if (!rows) return rows;
  return *last + 1;
}

}  // namespace

std::size_t footprint(const OrderEvent& event) noexcept {
  const auto length = [](const std::optional<std::string>& text) { return text ? text->size() : 0; };
  const Order& order = event.order;
  std::size_t size = sizeof event + order.id.size() + order.user_id.size();
  for (const OrderItem& item : order.items) size += sizeof item + item.product_id.size() + length(item.name);
  if (const auto& address = order.shipping_address)
    size += length(address->text) + address->street.size() + address->city.size() +
            length(address->postal_code) + length(address->country);
  return size;
}

Task<Result<OrderStore::Inventory>> OrderStore::load(CallContext context) {
  auto work = [](db::Session& session) -> Result<Inventory> {
    Inventory found;
    const std::pair<const char*, std::int64_t*> numbers[] = {
        {first_event, &found.first_event}, {last_event, &found.last_event}, {count_keys, &found.keys}};
    for (auto& [sql, into] : numbers) {
      Rows number = read_number(session, sql);
      if (!number) return std::unexpected(std::move(number.error()));
      *into = *number;
    }
    return found;
  };
  return database_.read(std::move(context), std::move(work));
}

Task<Result<OrderStore::Inserted>> OrderStore::insert(CallContext context, Order order,
                                                      std::optional<std::string> key) {
  auto work = [order = std::move(order), key = std::move(key)](db::Session& session) -> Result<Inserted> {
    Inserted inserted;
    if (key) {
      auto earlier = read_order(session, select_by_key, order.user_id, *key);
      if (!earlier) return std::unexpected(std::move(earlier.error()));
      inserted.earlier = std::move(*earlier);
      if (inserted.earlier) return inserted;
    }
    if (auto written = write_order(session, order, key); !written)
      return std::unexpected(std::move(written.error()));
    Rows seq = write_event(session, OrderEventType::created, order, std::nullopt);
    if (!seq) return std::unexpected(std::move(seq.error()));
    inserted.seq = *seq;
    return inserted;
  };
  return database_.write(std::move(context), std::move(work));
}

Task<Result<std::optional<Order>>> OrderStore::find(CallContext context, std::string id) {
  auto work = [id = std::move(id)](db::Session& session) { return read_order(session, select_order, id); };
  return database_.read(std::move(context), std::move(work));
}

Task<Result<std::optional<Order>>> OrderStore::find_by_key(CallContext context, std::string user_id,
                                                           std::string key) {
  auto work = [user_id = std::move(user_id), key = std::move(key)](db::Session& session) {
    return read_order(session, select_by_key, user_id, key);
  };
  return database_.read(std::move(context), std::move(work));
}

Task<Result<OrderStore::Changed>> OrderStore::set_status(CallContext context, std::string id,
                                                         OrderStatus status, Timestamp now) {
  auto work = [id = std::move(id), status, now](db::Session& session) -> Result<Changed> {
    auto found = read_order(session, select_order, id);
    if (!found) return std::unexpected(std::move(found.error()));
    if (!*found) return fail(Code::not_found, "there is no such order");
    Changed changed{std::move(**found), std::nullopt, (**found).status};
    Order& order = changed.order;
    const OrderStatus previous = changed.previous;
    if (previous == status) return changed;
    if (auto allowed = may_go(previous, status); !allowed) return std::unexpected(std::move(allowed.error()));
    order.status = status;
    order.updated_at = now;
    Rows rows = session.execute(update_status, id, number(status), now);
    if (rows) rows = write_event(session, OrderEventType::status_changed, order, previous);
    if (!rows) return std::unexpected(std::move(rows.error()));
    changed.seq = *rows;
    return changed;
  };
  return database_.write(std::move(context), std::move(work));
}

Task<Result<OrderPage>> OrderStore::list(CallContext context, ListUserOrders request) {
  auto work = [request = std::move(request)](db::Session& session) -> Result<OrderPage> {
    OrderPage page;
    page.page = request.page;
    page.page_size = request.page_size;
    Rows total = read_number(session, count_orders, request.user_id);
    if (!total) return std::unexpected(std::move(total.error()));
    page.total = *total;
    const std::int64_t offset = (static_cast<std::int64_t>(request.page) - 1) * request.page_size;
    if (offset >= page.total) return page;
    Rows rows = session.query(
        select_page, [&](const db::Row& row) { page.orders.push_back(to_order(row)); }, request.user_id,
        request.page_size, offset);
    if (!rows) return std::unexpected(std::move(rows.error()));
    for (Order& order : page.orders)
      if (auto items = read_items(session, order); !items) return std::unexpected(std::move(items.error()));
    return page;
  };
  return database_.read(std::move(context), std::move(work));
}

Task<Result<std::vector<Order>>> OrderStore::list_behind(CallContext context, const std::string& user_id,
                                                         const Order* last, std::int32_t limit) {
  auto work = [user_id, time = last ? last->created_at : Timestamp::max(),
               id = last ? last->id : std::string(),
               limit](db::Session& session) -> Result<std::vector<Order>> {
    std::vector<Order> orders;
    Rows rows = session.query(
        select_behind, [&](const db::Row& row) { orders.push_back(to_order(row)); }, user_id, time, id,
        limit);
    if (!rows) return std::unexpected(std::move(rows.error()));
    for (Order& order : orders)
      if (auto items = read_items(session, order); !items) return std::unexpected(std::move(items.error()));
    return orders;
  };
  return database_.read(std::move(context), std::move(work));
}

Task<Result<LogPage<OrderUpdate>>> OrderStore::read_log(CallContext context, std::int64_t position,
                                                        std::int32_t limit) {
  auto work = [position, limit](db::Session& session) -> Result<LogPage<OrderUpdate>> {
    LogPage<OrderUpdate> page;
    Rows first = read_number(session, first_event);
    Rows last = first ? read_number(session, last_event) : std::move(first);
    if (!last) return std::unexpected(std::move(last.error()));
    page.position = position;
    if (position > *last) {
      page.update.gap = LogGap{*last + 1, position};
      page.position = 0;
    }
    auto& events = page.update.events;
    Rows rows = session.query(
        select_events,
        [&](const db::Row& row) {
          OrderEvent& event = events.emplace_back();
          event.order = to_order(row);
          event.seq = row.integer(order_columns);
          event.type = static_cast<OrderEventType>(row.integer(order_columns + 1));
          event.order.status = to_status(row.integer(order_columns + 2));
          if (!row.is_null(order_columns + 3)) event.previous = to_status(row.integer(order_columns + 3));
          event.at = event.order.updated_at = row.timestamp(order_columns + 4);
        },
        page.position, limit);
    if (!rows) return std::unexpected(std::move(rows.error()));
    for (OrderEvent& event : events)
      if (auto items = read_items(session, event.order); !items)
        return std::unexpected(std::move(items.error()));

    if (!page.update.gap && !events.empty() && events.front().seq > position + 1)
      page.update.gap = LogGap{position + 1, events.front().seq - 1};
    page.empty = events.empty() && !page.update.gap;
    if (!events.empty()) page.position = events.back().seq;
    return page;
  };
  return database_.read(std::move(context), std::move(work));
}

Task<Result<void>> OrderStore::remove_events(CallContext context, std::int64_t seq) {
  auto work = [seq](db::Session& session) -> Result<void> {
    Rows rows = session.execute(delete_events, seq);
    if (!rows) return std::unexpected(std::move(rows.error()));
    return {};
  };
  return database_.write(std::move(context), std::move(work));
}

Task<Result<std::int64_t>> OrderStore::forget_keys(CallContext context, Timestamp until, std::int64_t limit) {
  auto work = [until, limit](db::Session& session) -> Rows {
    return session.execute(clear_keys, until, limit);
  };
  return database_.write(std::move(context), std::move(work));
}

}  // namespace parley::orders
