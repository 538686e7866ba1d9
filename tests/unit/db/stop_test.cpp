#include "fixture.hpp"

using namespace parley;
using namespace parley::test;

TEST_CASE("stop() answers what is queued and refuses what comes later", "[db]") {
  Fixture fixture;
  const bool memory = GENERATE(false, true);
  const auto path = fixture.directory.file("test.db");
  auto database = fixture.open(memory ? ":memory:" : path);
  auto insert = [](db::Session& session) { return session.execute("INSERT INTO notes(owner) VALUES('a')"); };
  auto read = [](db::Session&) -> Result<int> { return 1; };
  std::vector<std::shared_ptr<std::optional<Result<std::int64_t>>>> writes;
  std::vector<std::shared_ptr<std::optional<Result<int>>>> reads;
  for (int i = 0; i < 1000; ++i) {
    writes.push_back(fixture.start_write(*database, insert));
    reads.push_back(fixture.start_read(*database, read));
  }
  database->stop();
  auto late_write = fixture.start_write(*database, insert);
  auto late_read = fixture.start_read(*database, read);
  database->stop();
  fixture.finish();
  for (auto& answer : writes) REQUIRE(answer->value());
  for (auto& answer : reads) REQUIRE(answer->value());
  REQUIRE_FALSE(late_write->value());
  CHECK((*late_write)->error().code == Code::unavailable);
  REQUIRE_FALSE(late_read->value());
  CHECK((*late_read)->error().code == Code::unavailable);
  CHECK(database->statistics().writes == 1000);
  if (!memory) {
    database = fixture.open(path);
    CHECK(fixture.count_notes(*database) == 1000);
  }
}

TEST_CASE("answers arrive although the database is gone", "[db]") {
  Fixture fixture;
  auto database = fixture.open_default();
  auto answer = fixture.start_write(*database, [](db::Session& session) {
    return session.execute("INSERT INTO notes(owner) VALUES('a')");
  });
  database.reset();
  fixture.finish();
  CHECK(answer->value().value() == 1);
}

namespace {

Task<void> write_until_refused(db::Database& database, int& written, std::optional<Error>& refusal) {
  for (;;) {
    auto work = [](db::Session& session) { return session.execute("INSERT INTO notes(owner) VALUES('a')"); };
    CallContext context;
    auto done = co_await database.write(std::move(context), work);
    if (!done) {
      refusal = done.error();
      co_return;
    }
    ++written;
  }
}

}  // namespace

TEST_CASE("stop() under load loses nothing that was answered", "[db]") {
  Fixture fixture;
  const auto path = fixture.directory.file("test.db");
  auto database = fixture.open(path);
  TaskGroup group([](std::exception_ptr) { FAIL("a coroutine threw"); });
  int written = 0;
  std::vector<std::optional<Error>> refusals(50);
  for (auto& refusal : refusals) group.spawn(write_until_refused(*database, written, refusal));
  fixture.time.run_until([&] { return written > 500; });
  database->stop();
  fixture.time.run_until([&] { return group.size() == 0; });
  for (auto& refusal : refusals) CHECK(refusal->code == Code::unavailable);
  database = fixture.open(path);
  CHECK(fixture.count_notes(*database) == written);
}
