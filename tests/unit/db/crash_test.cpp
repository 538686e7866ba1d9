// kill -9 at any moment: each acknowledged write is there exactly once.

#include "fixture.hpp"

#include <poll.h>
#include <unistd.h>

#include <chrono>
#include <map>
#include <random>

using namespace parley;
using namespace parley::test;

namespace {

constexpr int writers = 8;

struct Acknowledged {
  std::int32_t writer;
  std::int32_t number;
};

Task<void> keep_writing(db::Database& database, std::int32_t writer, std::int32_t from) {
  for (std::int32_t number = from;; ++number) {
    auto work = [writer, number](db::Session& session) -> Result<std::int64_t> {
      auto done =
          session.execute("INSERT INTO notes(owner, number) VALUES($1, $2)", std::to_string(writer), number);
      // Some are taken out of their group on the way.
      if (done && number % 7 == 3) return fail(Code::aborted, "not this one");
      return done;
    };
    CallContext context;
    auto done = co_await database.write(std::move(context), std::move(work));
    if (number % 7 == 3) continue;
    if (!done) co_return;
    const Acknowledged record{writer, number};
    ChildProcess::tell(&record, sizeof record);
  }
}

int write_until_killed(const std::string& path, std::int32_t from) {
  ManualTime time;
  auto opened = db::open_sqlite("test", path, notes, quick_options(), time, time);
  if (!opened) return 1;
  TaskGroup group([](std::exception_ptr) { ::_exit(2); });
  for (std::int32_t writer = 0; writer < writers; ++writer) group.spawn(keep_writing(**opened, writer, from));
  time.run_until([&] { return group.size() == 0; }, std::chrono::seconds(60));
  return 3;
}

}  // namespace

TEST_CASE("a process that is killed loses nothing that it acknowledged", "[db]") {
  Fixture fixture;
  const auto path = fixture.directory.file("test.db");
  const auto seed = std::random_device{}();
  INFO("seed " << seed);
  std::mt19937 random(seed);
  std::map<std::pair<std::int32_t, std::int32_t>, int> acknowledged;
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(4);
  int rounds = 0;
  std::int32_t from = 0;
  // For as long as that, and no fewer rounds on a slow machine.
  for (; rounds < 8 || (rounds < 200 && std::chrono::steady_clock::now() < end);
       ++rounds, from += 1'000'000) {
    {
      ChildProcess child([&] { return write_until_killed(path, from); });
      // Every fourth one dies while it opens the database, the others after some answers.
      if (rounds % 4 == 3) {
        // At its first answer, or before.
        ::pollfd answered{child.pipe(), POLLIN, 0};
        const ::timespec at_most{0, static_cast<long>(random() % 8'000'000)};
        ::ppoll(&answered, 1, &at_most, nullptr);
        child.kill();
      }
      const std::size_t enough = acknowledged.size() + 10 + random() % 90;
      Acknowledged record;
      bool killed = false;
      for (;;) {
        if (!killed && acknowledged.size() >= enough) {
          child.kill();
          killed = true;
        }
        const auto size = ::read(child.pipe(), &record, sizeof record);
        if (size != sizeof record) break;  // records are written whole (POSIX: up to PIPE_BUF)
        ++acknowledged[{record.writer, record.number}];
      }
      CHECK(child.wait() == -1);
    }
    auto database = fixture.open(path);
    auto found = fixture.read(*database, [](db::Session& session) {
      std::map<std::pair<std::int32_t, std::int32_t>, int> rows;
      auto done = session.query("SELECT owner, number FROM notes", [&](const db::Row& row) {
        ++rows[{std::stoi(row.string(0)), static_cast<std::int32_t>(row.integer(1))}];
      });
      return done ? Result<decltype(rows)>(std::move(rows))
                  : Result<decltype(rows)>(std::unexpected(done.error()));
    });
    REQUIRE(found);
    int lost = 0, repeated = 0, unwanted = 0;
    for (auto& [key, times] : acknowledged) lost += !found->contains(key);
    for (auto& [key, times] : *found) {
      repeated += times != 1;
      unwanted += key.second % 7 == 3;
    }
    CHECK(lost == 0);
    CHECK(repeated == 0);
    CHECK(unwanted == 0);
    // At most what was under way was stored without being answered.
    CHECK(found->size() <=
          acknowledged.size() + static_cast<std::size_t>(writers) * static_cast<std::size_t>(rounds + 1));
  }
  CHECK(acknowledged.size() > 50);
}
