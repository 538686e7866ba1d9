// Orders and their log in the database: all SQL of the module.
#pragma once

#include <parley/db/database.hpp>
#include <parley/orders/orders.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace parley::orders {

// Loop thread; every call is one transaction. Besides the codes named, what the driver answers: unavailable,
// deadline_exceeded, internal. The database outlives the store.
class OrderStore {
 public:
  struct Inventory {
    std::int64_t first_event = 0, last_event = 0;  // 0: none
    std::int64_t keys = 0;                         // idempotency keys that are kept
  };
  struct Inserted {
    std::int64_t seq = 0;          // of its event
    std::optional<Order> earlier;  // the order that has the key; nothing was written then
  };
  struct Changed {
    Order order;
    std::optional<std::int64_t> seq;  // of its event; none: it had the status already
    OrderStatus previous = OrderStatus::pending;
  };

  explicit OrderStore(db::Database& database) : database_(database) {}

  Task<Result<Inventory>> load(CallContext context);

  // Order, items, key and event together.
  Task<Result<Inserted>> insert(CallContext context, Order order, std::optional<std::string> key);
  Task<Result<std::optional<Order>>> find(CallContext context, std::string id);
  Task<Result<std::optional<Order>>> find_by_key(CallContext context, std::string user_id, std::string key);
  // Status and event together. not_found; failed_precondition as may_go() says.
  Task<Result<Changed>> set_status(CallContext context, std::string id, OrderStatus status, Timestamp now);
  // `request` is within its rules. Page and total are of one moment.
  Task<Result<OrderPage>> list(CallContext context, ListUserOrders request);

  // Up to `limit` of the user's orders, newest first, behind `last`, or from the newest for null. What they
  // point to is not used once this has returned.
  Task<Result<std::vector<Order>>> list_behind(CallContext context, const std::string& user_id,
                                               const Order* last, std::int32_t limit);

  // What the log has behind `position`, up to `limit` events; said with a gap where it begins later, or where
  // it ends before `position` and what it has comes from its start.
  Task<Result<LogPage<OrderUpdate>>> read_log(CallContext context, std::int64_t position, std::int32_t limit);

  // Removes the events up to and including `seq`. The caller keeps the newest: positions are counted from it.
  Task<Result<void>> remove_events(CallContext context, std::int64_t seq);
  // Forgets the keys of the oldest orders placed at or before `until`, `limit` at most; how many those were.
  Task<Result<std::int64_t>> forget_keys(CallContext context, Timestamp until, std::int64_t limit);

 private:
  db::Database& database_;
};

// For LogTail: what the newest events take in memory, in bytes, about.
std::size_t footprint(const OrderEvent& event) noexcept;
inline std::int64_t log_seq(const OrderEvent& event) noexcept {
  return event.seq;
}

}  // namespace parley::orders
