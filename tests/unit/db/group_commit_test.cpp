#include "fixture.hpp"

#include <atomic>

using namespace parley;
using namespace parley::test;

TEST_CASE("writes that wait are committed together and answered in their order", "[db]") {
  Fixture fixture;
  auto database = fixture.open_default();
  std::vector<int> order;
  std::vector<std::shared_ptr<std::optional<Result<int>>>> answers;
  Held held(fixture, *database);
  const auto before = database->statistics();
  auto note = [](db::Database& db, int number, std::vector<int>& answered) -> Task<Result<int>> {
    auto work = [number](db::Session& session) -> Result<std::int64_t> {
      return session.query(
          "INSERT INTO notes(owner, number) VALUES('a', $1) RETURNING id", [](const db::Row&) {}, number);
    };
    CallContext context;
    auto done = co_await db.write(std::move(context), std::move(work));
    if (!done) co_return std::unexpected(done.error());
    answered.push_back(number);
    co_return number;
  };
  TaskGroup group([](std::exception_ptr) { FAIL("a coroutine threw"); });
  auto run = [](Task<Result<int>> task) -> Task<void> { (void)co_await std::move(task); };
  for (int i = 0; i < 300; ++i) group.spawn(run(note(*database, i, order)));
  CHECK(database->statistics().write_queue == 300);
  held.release();
  fixture.time.run_until([&] { return group.size() == 0; });

  REQUIRE(order.size() == 300);
  CHECK(std::is_sorted(order.begin(), order.end()));
  const auto after = database->statistics();
  CHECK(after.writes == 301);
  CHECK(after.write_queue == 0);
  // The one that was held, 256 (the cap) and the rest.
  CHECK(after.commits - before.commits == 3);
  CHECK(after.commit_seconds > 0);
  auto sorted = fixture.read(*database, [](db::Session& session) -> Result<bool> {
    bool good = true;
    (void)session.query("SELECT id, number FROM notes",
                        [&](const db::Row& row) { good = good && row.integer(0) == row.integer(1) + 1; });
    return good;
  });
  CHECK(*sorted);
}

TEST_CASE("an error takes only its own work out of the group", "[db]") {
  Fixture fixture;
  const bool memory = GENERATE(false, true);
  auto database = fixture.open(memory ? ":memory:" : fixture.directory.file("test.db"));
  auto runs = std::make_shared<std::atomic<int>>(0);
  Held held(fixture, *database);
  auto first = fixture.start_write(*database, [runs](db::Session& session) {
    ++*runs;
    return session.execute("INSERT INTO notes(owner) VALUES('first')");
  });
  auto bad = fixture.start_write(*database, [](db::Session& session) -> Result<std::int64_t> {
    auto done = session.execute("INSERT INTO notes(owner) VALUES('bad')");
    if (!done) return done;
    return fail(Code::aborted, "changed its mind");
  });
  auto last = fixture.start_write(*database, [](db::Session& session) -> Result<std::int64_t> {
    std::int64_t count = 0;
    auto rows =
        session.query("SELECT count(*) FROM notes", [&](const db::Row& row) { count = row.integer(0); });
    if (!rows) return rows;
    auto done = session.execute("INSERT INTO notes(owner) VALUES('last')");
    if (!done) return done;
    return count;
  });
  held.release();

  CHECK(**first == 1);
  REQUIRE_FALSE(**bad);
  CHECK((*bad)->error().code == Code::aborted);
  CHECK((*bad)->error().message == "changed its mind");
  CHECK(**last == 1);  // it saw the first and not the bad one
  CHECK(*runs == 2);   // once with the bad one, once without
  CHECK(fixture.count_notes(*database) == 2);
  CHECK(fixture.count_notes(*database, "bad") == 0);
  CHECK(database->statistics().commits == 2);
  CHECK(database->statistics().writes == 3);  // with the one that was held
  CHECK(database->healthy());
}

TEST_CASE("an error that changed nothing costs no second run", "[db]") {
  Fixture fixture;
  auto database = fixture.open(":memory:");
  REQUIRE(fixture.write(*database, [](db::Session& session) {
    return session.execute("INSERT INTO tags(name) VALUES('red')");
  }));
  auto runs = std::make_shared<std::atomic<int>>(0);
  Held held(fixture, *database);
  auto good = fixture.start_write(*database, [runs](db::Session& session) {
    ++*runs;
    return session.execute("INSERT INTO notes(owner) VALUES('a')");
  });
  auto unique = fixture.start_write(*database, [](db::Session& session) {
    return session.execute("INSERT INTO tags(name) VALUES('blue'), ('red')");
  });
  auto missing = fixture.start_write(
      *database, [](db::Session&) -> Result<std::int64_t> { return fail(Code::not_found, "no such note"); });
  held.release();
  CHECK(**good == 1);
  CHECK((*unique)->error().code == Code::already_exists);
  CHECK((*missing)->error().code == Code::not_found);
  CHECK(*runs == 1);
  auto tags = fixture.read(*database, [](db::Session& session) {
    return session.query("SELECT 1 FROM tags", [](const db::Row&) {});
  });
  CHECK(*tags == 1);  // not even 'blue'
  CHECK(database->statistics().writes == 3);
}

TEST_CASE("a schema change of work that fails is taken back too", "[db]") {
  Fixture fixture;
  auto database = fixture.open_default();
  Held held(fixture, *database);
  auto good = fixture.start_write(*database, insert("a"));
  auto bad = fixture.start_write(*database, [](db::Session& session) -> Result<std::int64_t> {
    auto done = session.execute("CREATE TABLE extra(id INTEGER PRIMARY KEY)");
    if (!done) return done;
    return fail(Code::aborted, "no");
  });
  held.release();
  CHECK(good->value());
  CHECK_FALSE(bad->value());
  auto extra = fixture.read(*database, [](db::Session& session) {
    return session.query("SELECT 1 FROM sqlite_schema WHERE name = 'extra'", [](const db::Row&) {});
  });
  CHECK(*extra == 0);
  CHECK(fixture.count_notes(*database) == 1);
}

TEST_CASE("a constraint that is checked at the commit hits the one that broke it", "[db]") {
  Fixture fixture;
  const db::Migration migrations[] = {
      {1, "tables",
       "CREATE TABLE notes(id INTEGER PRIMARY KEY, owner TEXT);"
       "CREATE TABLE replies(note INTEGER REFERENCES notes(id) DEFERRABLE INITIALLY DEFERRED)"}};
  auto database = fixture.open(fixture.directory.file("test.db"), migrations);
  Held held(fixture, *database);
  auto good = fixture.start_write(*database, insert("a"));
  auto bad = fixture.start_write(*database, [](db::Session& session) {
    return session.execute("INSERT INTO replies(note) VALUES(99)");
  });
  auto also = fixture.start_write(*database, insert("b"));
  held.release();
  CHECK(**good == 1);
  REQUIRE_FALSE(bad->value());
  CHECK((*bad)->error().code == Code::failed_precondition);
  CHECK(**also == 1);
  CHECK(fixture.count_notes(*database) == 2);
  CHECK(database->healthy());
  CHECK(database->statistics().writes == 3);
}

TEST_CASE("a statement that ends the transaction harms no neighbour", "[db]") {
  Fixture fixture;
  auto database = fixture.open_default();
  REQUIRE(fixture.write(*database, [](db::Session& session) {
    return session.execute("INSERT INTO tags(name) VALUES('red')");
  }));
  Held held(fixture, *database);
  auto good = fixture.start_write(*database, insert("a"));
  auto bad = fixture.start_write(*database, [](db::Session& session) -> Result<std::int64_t> {
    (void)session.execute("INSERT OR ROLLBACK INTO tags(name) VALUES('red')");
    return session.execute("INSERT INTO notes(owner) VALUES('escaped')");
  });
  auto silent = fixture.start_write(*database, [](db::Session& session) -> Result<std::int64_t> {
    (void)session.execute("INSERT INTO notes(owner) VALUES('silent')");
    (void)session.execute("INSERT OR ROLLBACK INTO tags(name) VALUES('red')");
    return 1;
  });
  auto also = fixture.start_write(*database, insert("b"));
  held.release();
  CHECK(**good == 1);
  CHECK((*bad)->error().code == Code::aborted);
  CHECK((*silent)->error().code == Code::aborted);
  CHECK(**also == 1);
  CHECK(fixture.count_notes(*database) == 2);
  CHECK(fixture.count_notes(*database, "a") == 1);
}

TEST_CASE("the queues are bounded", "[db]") {
  Fixture fixture;
  auto options = quick_options();
  options.write_queue = 3;
  options.read_queue = 2;
  auto database = fixture.open(fixture.directory.file("test.db"), notes, options);
  Held held(fixture, *database);
  std::vector<Answer> waiting;
  for (int i = 0; i < 3; ++i) waiting.push_back(fixture.start_write(*database, insert("a")));
  auto refused = fixture.start_write(*database, insert("b"));
  REQUIRE(refused->has_value());  // at once
  CHECK((*refused)->error().code == Code::unavailable);
  CHECK((*refused)->error().retry_after > std::chrono::milliseconds(0));
  CHECK(database->statistics().rejected == 1);

  auto gate = std::make_shared<Gate>();
  auto reading = fixture.start_read(*database, [gate](db::Session&) -> Result<int> {
    gate->pass();
    return 1;
  });
  gate->wait_until_reached();
  auto read = [](db::Session&) -> Result<int> { return 2; };
  auto second = fixture.start_read(*database, read), third = fixture.start_read(*database, read),
       fourth = fixture.start_read(*database, read);
  CHECK_FALSE(second->has_value());
  CHECK_FALSE(third->has_value());
  REQUIRE(fourth->has_value());
  CHECK((*fourth)->error().code == Code::unavailable);
  gate->open();
  held.release();
  CHECK(**reading == 1);
  CHECK(**third == 2);
  for (auto& answer : waiting) CHECK(answer->value());
  CHECK(fixture.count_notes(*database) == 3);
}

TEST_CASE("a read sees one state, and every write that was answered before", "[db]") {
  Fixture fixture;
  auto options = quick_options();
  options.readers = 2;
  auto database = fixture.open(fixture.directory.file("test.db"), notes, options);
  REQUIRE(fixture.add_note(*database, "a"));
  auto gate = std::make_shared<Gate>();
  auto slow =
      fixture.start_read(*database, [gate](db::Session& session) -> Result<std::vector<std::int64_t>> {
        std::vector<std::int64_t> counts;
        auto count = [&](const db::Row& row) { counts.push_back(row.integer(0)); };
        (void)session.query("SELECT count(*) FROM notes", count);
        gate->pass();
        (void)session.query("SELECT count(*) FROM notes", count);
        return counts;
      });
  gate->wait_until_reached();
  REQUIRE(fixture.add_note(*database, "b"));   // a reader does not hold up the writer
  CHECK(fixture.count_notes(*database) == 2);  // nor the other reader
  gate->open();
  fixture.finish();
  CHECK(slow->value().value() == std::vector<std::int64_t>{1, 1});
  CHECK(fixture.count_notes(*database) == 2);
  CHECK(database->statistics().reads == 3);
}

TEST_CASE("the write-ahead log does not grow without end", "[db]") {
  Fixture fixture;
  const auto path = fixture.directory.file("test.db");
  auto database = fixture.open(path);
  std::uintmax_t largest = 0;
  for (int i = 0; i < 60; ++i) {
    auto done = fixture.write(*database, [](db::Session& session) {
      return session.execute("INSERT INTO notes(owner, data) VALUES('a', $1)",
                             db::Blob{std::string(400'000, 'x')});
    });
    REQUIRE(done);
    largest = std::max(largest, std::filesystem::file_size(path + "-wal"));
  }
  // 24 MB went through it; it is emptied at 1,000 pages of 4 KiB.
  CHECK(largest > 4'000'000);
  CHECK(largest < 6'000'000);
  CHECK(fixture.count_notes(*database) == 60);
}
