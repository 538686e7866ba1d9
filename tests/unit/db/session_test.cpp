#include "session.hpp"

#include "connection.hpp"
#include "fixture.hpp"

#include <sqlite3.h>

#include <cerrno>
#include <limits>
#include <stdexcept>

using namespace parley;
using namespace parley::test;

namespace {

struct Note {
  bool no_text = true, no_data = true;
  std::string text, data;
  std::int64_t number = 0;
  double ratio = 0;
};

Result<Note> load(db::Session& session, std::int64_t id) {
  Note note;
  auto rows = session.query(
      "SELECT text, number, ratio, data FROM notes WHERE id = $1",
      [&](const db::Row& row) {
        note = {row.is_null(0), row.is_null(3), row.string(0), row.string(3), row.integer(1), row.number(2)};
      },
      id);
  if (!rows) return std::unexpected(rows.error());
  if (*rows != 1) return fail(Code::not_found, "no such note");
  return note;
}

}  // namespace

TEST_CASE("values come back as they were stored", "[db]") {
  Fixture fixture;
  const bool memory = GENERATE(false, true);
  auto database = fixture.open(memory ? ":memory:" : fixture.directory.file("test.db"));

  SECTION("numbers at their limits") {
    for (const std::int64_t number : {std::numeric_limits<std::int64_t>::min(), std::int64_t(-1),
                                      std::int64_t(0), std::numeric_limits<std::int64_t>::max()}) {
      auto done = fixture.write(*database, [number](db::Session& session) -> Result<Note> {
        auto changed = session.execute(
            "INSERT INTO notes(id, owner, number, ratio) VALUES(7, 'a', $1, $2)"
            " ON CONFLICT (id) DO UPDATE SET number = excluded.number",
            number, 0.1);
        if (!changed) return std::unexpected(changed.error());
        return load(session, 7);
      });
      REQUIRE(done);
      CHECK(done->number == number);
      CHECK(done->ratio == 0.1);
    }
  }

  SECTION("text and bytes, empty, with zeros, and null") {
    const std::string odd("a\0b\xc3\xa4", 5);
    for (const std::string& value : {std::string(), odd, std::string("\0", 1)}) {
      auto done = fixture.write(*database, [value](db::Session& session) -> Result<std::int64_t> {
        return session.execute(
            "INSERT INTO notes(id, owner, text, data) VALUES(1, 'a', $1, $2)"
            " ON CONFLICT (id) DO UPDATE SET text = excluded.text, data = excluded.data",
            value, db::Blob{value});
      });
      REQUIRE(done);
      CHECK(*done == 1);
      auto found = fixture.read(*database, [](db::Session& session) { return load(session, 1); });
      REQUIRE(found);
      CHECK(found->text == value);
      CHECK(found->data == value);
      CHECK_FALSE(found->no_text);
      CHECK_FALSE(found->no_data);
    }
    REQUIRE(fixture.write(*database, [](db::Session& session) {
      return session.execute("UPDATE notes SET text = $1, data = $2", std::optional<std::string>(), nullptr);
    }));
    auto found = fixture.read(*database, [](db::Session& session) { return load(session, 1); });
    REQUIRE(found);
    CHECK(found->no_text);
    CHECK(found->no_data);
    CHECK(found->text.empty());
  }

  SECTION("a value of some megabytes") {
    const std::string large(6 << 20, 'x');
    REQUIRE(fixture.write(*database, [large](db::Session& session) {
      return session.execute("INSERT INTO notes(id, owner, data) VALUES(1, 'a', $1)", db::Blob{large});
    }));
    auto found = fixture.read(*database, [](db::Session& session) { return load(session, 1); });
    REQUIRE(found);
    const bool same = found->data == large;  // without Catch printing it
    CHECK(same);
  }

  SECTION("times") {
    const Timestamp time = fixture.time.now() + std::chrono::microseconds(123'456);
    auto found = fixture.write(*database, [time](db::Session& session) -> Result<Timestamp> {
      Timestamp read;
      auto rows = session.query(
          "SELECT $1 + 0", [&](const db::Row& row) { read = row.timestamp(0); }, time);
      if (!rows) return std::unexpected(rows.error());
      return read;
    });
    REQUIRE(found);
    CHECK(*found == time);
  }
}

TEST_CASE("parameters are numbered, whatever their order and however often they are used", "[db]") {
  Fixture fixture;
  auto database = fixture.open(":memory:");
  auto found = fixture.read(*database, [](db::Session& session) -> Result<std::string> {
    std::string text;
    auto rows = session.query(
        "SELECT $2 || $1 || $2 || $10 || $3", [&](const db::Row& row) { text = row.string(0); }, "a", "b",
        "c", 4, 5, 6, 7, 8, 9, "j");
    if (!rows) return std::unexpected(rows.error());
    return text;
  });
  REQUIRE(found);
  CHECK(*found == "babjc");
}

TEST_CASE("a statement tells how many rows it changed or read", "[db]") {
  Fixture fixture;
  auto database = fixture.open(":memory:");
  auto done = fixture.write(*database, [](db::Session& session) -> Result<std::vector<std::int64_t>> {
    std::vector<std::int64_t> counts;
    auto keep = [&](Result<std::int64_t> count) { counts.push_back(count ? *count : -1); };
    keep(session.execute("INSERT INTO notes(owner) VALUES('a'), ('b'), ('c')"));
    keep(session.execute("UPDATE notes SET number = 1 WHERE owner <> 'a'"));
    keep(session.execute("UPDATE notes SET number = 1 WHERE owner = 'nobody'"));
    keep(session.query("SELECT 1 FROM notes", [](const db::Row&) {}));
    keep(session.query("DELETE FROM notes WHERE owner <> 'a' RETURNING id", [](const db::Row&) {}));
    keep(session.execute("SELECT 1"));
    return counts;
  });
  REQUIRE(done);
  CHECK(*done == std::vector<std::int64_t>{3, 2, 0, 3, 2, 0});
}

TEST_CASE("broken constraints have their codes and say nothing of the schema", "[db]") {
  Fixture fixture;
  auto database = fixture.open(":memory:");
  auto attempt = [&](const char* sql) {
    auto done = fixture.write(*database, [sql](db::Session& session) { return session.execute(sql); });
    return done ? Error{Code::ok, ""} : done.error();
  };
  REQUIRE(attempt("INSERT INTO tags(name, weight) VALUES('red', 1)").code == Code::ok);
  REQUIRE(attempt("INSERT INTO notes(id, owner) VALUES(1, 'a')").code == Code::ok);

  CHECK(attempt("INSERT INTO tags(name, weight) VALUES('red', 2)").code == Code::already_exists);
  CHECK(attempt("INSERT INTO notes(id, owner) VALUES(1, 'b')").code == Code::already_exists);
  CHECK(attempt("INSERT INTO tags(name, weight) VALUES('blue', 0)").code == Code::failed_precondition);
  CHECK(attempt("INSERT INTO notes(owner) VALUES(NULL)").code == Code::failed_precondition);
  CHECK(attempt("INSERT INTO nowhere VALUES(1)").code == Code::internal);
  for (const char* sql :
       {"INSERT INTO tags(name, weight) VALUES('red', 2)", "INSERT INTO nowhere VALUES(1)"}) {
    const auto message = attempt(sql).message;
    CHECK(message.find("tags") == std::string::npos);
    CHECK(message.find("nowhere") == std::string::npos);
    CHECK_FALSE(message.empty());
  }
  CHECK(database->healthy());
}

TEST_CASE("what work may not run is refused, and the database goes on", "[db]") {
  Fixture fixture;
  const bool memory = GENERATE(false, true);
  auto database = fixture.open(memory ? ":memory:" : fixture.directory.file("test.db"));
  for (const char* sql : {"BEGIN", "COMMIT", "  -- so\n rollback", "SAVEPOINT a", "PRAGMA synchronous=OFF",
                          "ATTACH 'x' AS y", "/* x */ VACUUM", "", "SELECT 1; SELECT 2", "SELECT ?",
                          "SELECT :a", "SELECT $0", "SELECT $1x", "SELECT $1000"}) {
    INFO(sql);
    auto done = fixture.write(*database, [sql](db::Session& session) { return session.execute(sql); });
    REQUIRE_FALSE(done);
    CHECK(done.error().code == Code::internal);
  }
  auto too_many =
      fixture.write(*database, [](db::Session& session) { return session.execute("SELECT $1", 1, 2); });
  REQUIRE_FALSE(too_many);
  CHECK(too_many.error().code == Code::internal);
  auto too_few =
      fixture.write(*database, [](db::Session& session) { return session.execute("SELECT $1, $2", 1); });
  REQUIRE_FALSE(too_few);

  auto writing = fixture.read(*database, [](db::Session& session) {
    return session.execute("INSERT INTO notes(owner) VALUES('reader')");
  });
  REQUIRE_FALSE(writing);
  CHECK(writing.error().code == Code::internal);
  CHECK(fixture.count_notes(*database) == 0);
  CHECK(fixture.add_note(*database, "a"));
  CHECK(database->healthy());
}

TEST_CASE("an exception in work or in a row is `internal`, is in the log, and leaves nothing", "[db]") {
  LogLines lines;
  Fixture fixture;
  auto database = fixture.open(":memory:");
  auto done = fixture.write(*database, [](db::Session& session) -> Result<int> {
    (void)session.execute("INSERT INTO notes(owner) VALUES('a'), ('b')");
    (void)session.query("SELECT 1 FROM notes", [](const db::Row&) { throw std::runtime_error("row"); });
    return 1;
  });
  REQUIRE_FALSE(done);
  CHECK(done.error().code == Code::internal);
  CHECK(done.error().message.find("row") == std::string::npos);
  CHECK(lines.contains("the storage work failed row"));
  CHECK(fixture.count_notes(*database) == 0);
  CHECK_FALSE(fixture.read(*database, [](db::Session&) -> Result<int> { throw 7; }));
  CHECK(lines.contains("the storage work failed an exception that is no std::exception"));
}

TEST_CASE("a failure is told by its own errno, not by that of an earlier one", "[db]") {
  TemporaryDirectory directory;
  auto connection = db::Connection::open("test", ":memory:", db::Connection::Mode::read_write, 1 << 20);
  REQUIRE(connection);
  errno = ENOSPC;
  (*connection)->note_failure(SQLITE_IOERR);
  CHECK((*connection)->system_error() == ENOSPC);
  REQUIRE((*connection)->control(db::Connection::Control::begin) == SQLITE_OK);
  db::SqliteSession session(**connection, db::SqliteSession::Access::read_write);
  session.begin_work();
  db::Session& work = session;
  CHECK_FALSE(work.execute("SELECT nothing FROM nowhere"));
  CHECK((*connection)->system_error() == 0);
}

TEST_CASE("a statement may be used within its own rows", "[db]") {
  Fixture fixture;
  auto database = fixture.open(":memory:");
  auto sum = fixture.read(*database, [](db::Session& session) -> Result<std::int64_t> {
    std::int64_t total = 0;
    const char* sql = "SELECT $1 + column1 FROM (VALUES (1), (2))";
    auto rows = session.query(
        sql,
        [&](const db::Row& outer) {
          (void)session.query(
              sql, [&](const db::Row& inner) { total += inner.integer(0); }, outer.integer(0));
        },
        100);
    if (!rows) return std::unexpected(rows.error());
    return total;
  });
  REQUIRE(sum);
  CHECK(*sum == 4 * 100 + 2 * (1 + 2) + 2 * (1 + 2));
}

TEST_CASE("other text at a known address is another statement, and their number is bounded", "[db]") {
  Fixture fixture;
  auto database = fixture.open(":memory:");
  auto sum = fixture.read(*database, [](db::Session& session) -> Result<std::int64_t> {
    std::int64_t total = 0;
    std::string sql(64, ' ');
    for (int i = 0; i < 10; ++i) {
      const std::string text = "SELECT " + std::to_string(i);
      std::copy(text.c_str(), text.c_str() + text.size() + 1, sql.data());
      if (!session.query(sql.c_str(), [&](const db::Row& row) { total += row.integer(0); })) return -1;
    }
    std::vector<std::string> many;
    for (int i = 0; i < 600; ++i) many.push_back("SELECT " + std::to_string(i) + "                ");
    for (int round = 0; round < 2; ++round) {
      for (auto& text : many) {
        if (!session.query(text.c_str(), [&](const db::Row& row) { total += row.integer(0); })) return -1;
      }
    }
    return total;
  });
  REQUIRE(sum);
  CHECK(*sum == 45 + 2 * (599 * 600 / 2));
}

TEST_CASE("the options are described", "[db]") {
  const auto& type = describe<db::Options>();
  CHECK(type.fields.size() == 6);
  for (auto& field : type.fields) {
    CHECK_FALSE(field.rules.required);
    CHECK(field.rules.doc != nullptr);
  }
}
