// What a database of an older program has is there after the migrations of this one.
#include "catch.hpp"
#include "manual_time.hpp"

#include <parley/chat/compose.hpp>
#include <parley/db/sqlite.hpp>
#include <parley/notifications/compose.hpp>
#include <parley/orders/compose.hpp>

#include <unistd.h>

#include <filesystem>

using namespace parley;

namespace {

struct Older {
  std::string_view module;
  std::span<const db::Migration> migrations;
  std::size_t version;
  const char* insert;
  const char* table;
};

const Older olders[] = {
    {"orders", orders::migrations(), 1,
     "INSERT INTO orders VALUES ('o1', 'u1', 0, 4548, 1, 2, 'here', NULL, NULL, NULL, NULL, 'key')",
     "orders"},
    {"orders", orders::migrations(), 1, "INSERT INTO order_items VALUES ('o1', 0, 'p1', 2, 1999, NULL)",
     "order_items"},
    {"orders", orders::migrations(), 1, "INSERT INTO order_events VALUES (7, 0, 'o1', 0, NULL, 1)",
     "order_events"},
    {"notifications", notifications::migrations(), 1,
     "INSERT INTO notifications VALUES (7, '', 0, 1, 'n1', 'title', 'message', '{}')", "notifications"},
    {"chat", chat::migrations(), 2,
     "INSERT INTO messages VALUES ('general', 7, 'm1', 'message', 'hello', 'alice', 1, '{}')", "messages"},
};

struct Folder {
  std::string path = (std::filesystem::temp_directory_path() / "parley-migrations-XXXXXX").string();
  Folder() {
    if (!::mkdtemp(path.data())) throw std::runtime_error("no temporary folder");
  }
  ~Folder() { std::filesystem::remove_all(path); }
};

}  // namespace

TEST_CASE("rows outlive the migrations that move them", "[app]") {
  for (const auto& older : olders) {
    CAPTURE(older.module, older.table);
    Folder folder;
    test::ManualTime time;
    const auto open = [&](std::span<const db::Migration> migrations) {
      return db::open_sqlite("test", folder.path + "/test.db", migrations, {}, time, time).value();
    };
    // The whole row as one text.
    const auto row = [&](db::Database& database) {
      return time.wait(database.read({}, [&](db::Session& session) -> Result<std::string> {
        std::string columns;
        const std::string list =
            "SELECT group_concat(quote_of, ' || '','' || ') FROM (SELECT 'quote(' || name || ')' AS quote_of "
            "FROM pragma_table_info('" +
            std::string(older.table) + "'))";
        auto rows = session.query(list.c_str(), [&](const db::Row& found) { columns = found.string(0); });
        std::string text;
        const std::string select = "SELECT " + columns + " FROM " + older.table;
        if (rows)
          rows = session.query(select.c_str(), [&](const db::Row& found) { text += found.string(0); });
        if (!rows) return std::unexpected(rows.error());
        return text;
      }));
    };
    std::string before;
    {
      auto database = open(older.migrations.first(older.version));
      auto inserted =
          time.wait(database->write({}, [&](db::Session& session) { return session.execute(older.insert); }));
      REQUIRE(inserted == 1);
      before = row(*database).value();
      CHECK_FALSE(before.empty());
    }
    auto database = open(older.migrations);
    CHECK(row(*database) == before);
  }
}
