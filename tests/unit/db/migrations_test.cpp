#include "fixture.hpp"

using namespace parley;
using namespace parley::test;

namespace {

const db::Migration first{1, "people",
                          "CREATE TABLE people(name TEXT); INSERT INTO people(name) VALUES('Ann; Bob')"};
const db::Migration second{2, "ages",
                           "ALTER TABLE people ADD COLUMN age INTEGER; -- nothing\n"
                           "UPDATE people SET age = 30"};

Result<std::int64_t> sum_of_ages(Fixture& fixture, db::Database& database) {
  return fixture.read(database, [](db::Session& session) -> Result<std::int64_t> {
    std::int64_t sum = 0;
    auto rows = session.query("SELECT age FROM people", [&](const db::Row& row) { sum += row.integer(0); });
    if (!rows) return rows;
    return sum;
  });
}

}  // namespace

TEST_CASE("a database is made and brought up to date, once", "[db]") {
  Fixture fixture;
  LogLines lines;
  const auto path = fixture.directory.file("people.db");
  const db::Migration one[] = {first}, two[] = {first, second};
  { auto database = fixture.open(path, one); }
  CHECK(lines.contains("migrated test people"));
  CHECK_FALSE(lines.contains("migrated test ages"));
  for (int i = 0; i < 2; ++i) {
    auto database = fixture.open(path, two);
    auto sum = sum_of_ages(fixture, *database);
    REQUIRE(sum);
    CHECK(*sum == 30);
  }
  CHECK(lines.contains("migrated test ages"));
}

TEST_CASE("what a migration says to SQLite alone is done, and is a comment to others", "[db]") {
  Fixture fixture;
  const db::Migration migrations[] = {
      {1, "marks",
       "CREATE TABLE marks(name TEXT NOT NULL PRIMARY KEY) /*sqlite WITHOUT ROWID*/; /* no more */\n"
       "INSERT INTO marks(name) VALUES('one') /*sqlite , ('two')*/; -- /*sqlite not ended"}};
  auto database = fixture.open(fixture.directory.file("marks.db"), migrations);
  const auto count = [&](const char* sql) {
    return fixture.read(*database, [sql](db::Session& session) -> Result<std::int64_t> {
      std::int64_t number = -1;
      auto rows = session.query(sql, [&](const db::Row& row) { number = row.integer(0); });
      if (!rows) return rows;
      return number;
    });
  };
  CHECK(count("SELECT count(*) FROM marks") == 2);
  CHECK(count("SELECT wr FROM pragma_table_list('marks')") == 1);
}

TEST_CASE("a newer database is refused, naming both versions", "[db]") {
  Fixture fixture;
  const auto path = fixture.directory.file("people.db");
  const db::Migration one[] = {first}, two[] = {first, second};
  { auto database = fixture.open(path, two); }
  auto opened = fixture.try_open(path, one);
  REQUIRE_FALSE(opened);
  CHECK(opened.error().code == Code::failed_precondition);
  CHECK(opened.error().message.find("version 2") != std::string::npos);
  CHECK(opened.error().message.find("version 1") != std::string::npos);
  CHECK(fixture.try_open(path, two));  // unharmed
}

TEST_CASE("a migration that was changed after it ran is refused", "[db]") {
  Fixture fixture;
  const auto path = fixture.directory.file("people.db");
  const db::Migration one[] = {first};
  { auto database = fixture.open(path, one); }
  const db::Migration changed[] = {{1, "people", "CREATE TABLE people(name TEXT, age INTEGER)"}};
  auto opened = fixture.try_open(path, changed);
  REQUIRE_FALSE(opened);
  CHECK(opened.error().code == Code::failed_precondition);
  CHECK(opened.error().message.find("migration 1 (people)") != std::string::npos);
}

TEST_CASE("a migration that fails leaves nothing and can be mended", "[db]") {
  Fixture fixture;
  const auto path = fixture.directory.file("people.db");
  const db::Migration one[] = {first}, two[] = {first, second};
  { auto database = fixture.open(path, one); }
  for (const char* sql : {"ALTER TABLE people ADD COLUMN age INTEGER; INSERT INTO nowhere VALUES(1)",
                          "ALTER TABLE people ADD COLUMN age INTEGER; COMMIT"}) {
    // What a COMMIT of its own has written cannot be taken back; it is refused all the same.
    const bool commits = std::string_view(sql).ends_with("COMMIT");
    const auto copy = fixture.directory.file(commits ? "copy-a.db" : "copy-b.db");
    std::filesystem::copy_file(path, copy);
    const db::Migration broken[] = {first, {2, "ages", sql}};
    auto opened = fixture.try_open(copy, broken);
    REQUIRE_FALSE(opened);
    CHECK(opened.error().code == Code::internal);
    CHECK(opened.error().message.find("migration 2 (ages)") != std::string::npos);
    CHECK(opened.error().message.find("nowhere") == std::string::npos);
    CHECK((opened.error().message.find("nothing of it was kept") != std::string::npos) == !commits);
    CHECK((opened.error().message.find("restore the database") != std::string::npos) == commits);
    if (!commits) CHECK(fixture.try_open(copy, two));
  }
}

TEST_CASE("migrations must be numbered from 1 without a gap", "[db]") {
  Fixture fixture;
  const db::Migration gap[] = {first, {3, "later", "SELECT 1"}};
  auto opened = fixture.try_open(":memory:", gap);
  REQUIRE_FALSE(opened);
  CHECK(opened.error().code == Code::internal);
  CHECK(fixture.try_open(":memory:", {}));
}
