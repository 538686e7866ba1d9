// What becomes of work whose call is over: its deadline has passed, or its caller has withdrawn it.
#include "fixture.hpp"

using namespace parley;
using namespace parley::test;

namespace {

// A call that can be ended, in either way.
struct Call {
  explicit Call(Fixture& f) : fixture(f) {
    context.clock = &fixture.time;
    context.deadline = fixture.time.steady() + std::chrono::seconds(1);
    context.cancellation = std::make_shared<Cancellation>();
  }
  void end() {
    if (expected == Code::cancelled)
      context.cancellation->cancel();
    else
      fixture.time.advance(std::chrono::seconds(2));
  }

  Fixture& fixture;
  const Code expected = GENERATE(Code::cancelled, Code::deadline_exceeded);
  CallContext context;
};

std::string storage(Fixture& fixture) {
  return GENERATE(false, true) ? ":memory:" : fixture.directory.file("test.db");
}

// Gives one row at once, and then takes SQLite seconds to find that there is no other.
constexpr const char* long_query = R"sql(
  SELECT a.id FROM notes a, notes b, notes c, notes d WHERE a.id + b.id + c.id + d.id = 4)sql";
constexpr int notes_for_it = 100;

void add_notes(Fixture& fixture, db::Database& database) {
  auto work = [](db::Session& session) -> Result<std::int64_t> {
    Result<std::int64_t> added;
    for (int i = 0; i < notes_for_it && added.has_value(); ++i)
      added = session.execute("INSERT INTO notes(owner) VALUES('a')");
    return added;
  };
  REQUIRE(fixture.write(database, work));
}

}  // namespace

TEST_CASE("work that waits while its call ends is not run", "[db]") {
  Fixture fixture;
  Call call(fixture);
  auto database = fixture.open(storage(fixture));
  Held held(fixture, *database);
  auto over = fixture.start_write(*database, insert("over"), call.context);
  auto good = fixture.start_write(*database, insert("good"));
  call.end();
  held.release();
  REQUIRE_FALSE(over->value());
  CHECK((*over)->error().code == call.expected);
  CHECK((*over)->error().message.ends_with("nothing was stored"));
  CHECK(**good == 1);
  CHECK(fixture.count_notes(*database) == 1);

  auto read = fixture.read(
      *database, [](db::Session&) -> Result<int> { return 1; }, call.context);
  REQUIRE_FALSE(read);
  CHECK(read.error().code == call.expected);
  CHECK(database->statistics().rejected == 2);
  CHECK(database->healthy());
}

TEST_CASE("a read that runs is broken off when its call ends, and no other with it", "[db]") {
  Fixture fixture;
  Call call(fixture);
  auto options = quick_options();
  options.readers = 1;
  auto database = fixture.open(storage(fixture), notes, options);
  add_notes(fixture, *database);
  const bool careless = GENERATE(false, true);  // whether the work looks at what its statement answers

  auto gate = std::make_shared<Gate>();
  auto slow = [gate, careless](db::Session& session) -> Result<std::int64_t> {
    auto rows = session.query(long_query, [&](const db::Row&) { gate->pass(); });
    if (!rows && careless) return 0;
    return rows;
  };
  auto quick = [](db::Session& session) -> Result<std::int64_t> {
    return session.query("SELECT id FROM notes", [](const db::Row&) {});
  };
  auto broken_off = fixture.start_read(*database, slow, call.context);
  gate->wait_until_reached();
  auto neighbour = fixture.start_read(*database, quick);
  call.end();
  gate->open();
  fixture.finish();
  REQUIRE_FALSE(broken_off->value());
  CHECK((*broken_off)->error().code == call.expected);
  CHECK(neighbour->value() == notes_for_it);
  // The statement and its connection are as good as before.
  auto again = fixture.read(*database, [](db::Session& session) -> Result<std::int64_t> {
    return session.query("SELECT id FROM notes", [](const db::Row&) {});
  });
  CHECK(again == notes_for_it);
  CHECK(database->statistics().reads == 3);
  CHECK(database->healthy());
}

TEST_CASE("a write that runs is stored, whatever becomes of its call", "[db]") {
  Fixture fixture;
  Call call(fixture);
  auto database = fixture.open(storage(fixture));
  add_notes(fixture, *database);
  auto gate = std::make_shared<Gate>();
  auto work = [gate](db::Session& session) -> Result<std::int64_t> {
    gate->pass();
    // Long enough to be broken off, if it were.
    return session.execute(
        "INSERT INTO notes(owner) SELECT 'over' FROM notes a, notes b, notes c "
        "WHERE a.id + b.id + c.id = 3");
  };
  auto over = fixture.start_write(*database, work, call.context);
  gate->wait_until_reached();
  call.end();
  gate->open();
  fixture.finish();
  CHECK(over->value() == 1);
  CHECK(fixture.count_notes(*database, "over") == 1);
}
