// The orders database, version by version. A migration that has shipped is never changed.
#include <parley/orders/compose.hpp>

namespace {

// Times are microseconds since 1970, amounts are hundredths. orders_user serves the pages of a list. An order
// keeps its idempotency key for as long as it is honoured: orders_key finds it, orders_keyed tells which keys
// are old. order_events is the log of all orders (an outbox); its newest entry is never removed, so that no
// position is given twice.
constexpr parley::db::Migration all[] = {
    {1, "orders, their items, and the log of what happens to them", R"sql(
CREATE TABLE orders (
  id TEXT PRIMARY KEY,
  user_id TEXT NOT NULL,
  status INTEGER NOT NULL,
  total BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  ship_text TEXT,
  ship_street TEXT,
  ship_city TEXT,
  ship_postal_code TEXT,
  ship_country TEXT,
  idempotency_key TEXT
);
CREATE INDEX orders_user ON orders (user_id, created_at, id);
CREATE UNIQUE INDEX orders_key ON orders (user_id, idempotency_key) WHERE idempotency_key IS NOT NULL;
CREATE INDEX orders_keyed ON orders (created_at) WHERE idempotency_key IS NOT NULL;
CREATE TABLE order_items (
  order_id TEXT NOT NULL,
  line INTEGER NOT NULL,
  product_id TEXT NOT NULL,
  quantity INTEGER NOT NULL,
  price BIGINT NOT NULL,
  name TEXT,
  PRIMARY KEY (order_id, line)
);
CREATE TABLE order_events (
  seq BIGINT PRIMARY KEY,
  type INTEGER NOT NULL,
  order_id TEXT NOT NULL,
  became INTEGER NOT NULL,
  previous INTEGER,
  happened_at BIGINT NOT NULL
);
)sql"},
    {2, "rows in the order of their keys", R"sql(
CREATE TABLE orders_2 (
  id TEXT NOT NULL PRIMARY KEY,
  user_id TEXT NOT NULL,
  status INTEGER NOT NULL,
  total BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  ship_text TEXT,
  ship_street TEXT,
  ship_city TEXT,
  ship_postal_code TEXT,
  ship_country TEXT,
  idempotency_key TEXT
) /*sqlite WITHOUT ROWID*/;
INSERT INTO orders_2 SELECT * FROM orders;
DROP TABLE orders;
ALTER TABLE orders_2 RENAME TO orders;
CREATE INDEX orders_user ON orders (user_id, created_at, id);
CREATE UNIQUE INDEX orders_key ON orders (user_id, idempotency_key) WHERE idempotency_key IS NOT NULL;
CREATE INDEX orders_keyed ON orders (created_at) WHERE idempotency_key IS NOT NULL;
CREATE TABLE order_items_2 (
  order_id TEXT NOT NULL,
  line INTEGER NOT NULL,
  product_id TEXT NOT NULL,
  quantity INTEGER NOT NULL,
  price BIGINT NOT NULL,
  name TEXT,
  PRIMARY KEY (order_id, line)
) /*sqlite WITHOUT ROWID*/;
INSERT INTO order_items_2 SELECT * FROM order_items;
DROP TABLE order_items;
ALTER TABLE order_items_2 RENAME TO order_items;
CREATE TABLE order_events_2 (
  seq BIGINT NOT NULL PRIMARY KEY,
  type INTEGER NOT NULL,
  order_id TEXT NOT NULL,
  became INTEGER NOT NULL,
  previous INTEGER,
  happened_at BIGINT NOT NULL
) /*sqlite WITHOUT ROWID*/;
INSERT INTO order_events_2 SELECT * FROM order_events;
DROP TABLE order_events;
ALTER TABLE order_events_2 RENAME TO order_events;
)sql"},
};

}  // namespace

std::span<const parley::db::Migration> parley::orders::migrations() {
  return all;
}
