// Databases seen from outside: inspected and copied while somebody writes.
#include "fixture.hpp"

#include <parley/db/copy.hpp>
#include <parley/db/ownership.hpp>

#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

using namespace parley;
using namespace parley::test;

namespace {

const auto unhurried = [](std::int64_t, std::int64_t) { return true; };

db::Account inspected(const std::string& path) {
  auto account = db::inspect_database("test", path, notes, db::Depth::full);
  if (!account) throw std::runtime_error(account.error().message);
  return *account;
}

}  // namespace

TEST_CASE("a snapshot is one moment, whatever is written afterwards", "[db]") {
  Fixture fixture;
  const auto path = fixture.directory.file("test.db"), copy = fixture.directory.file("copy.db");
  auto database = fixture.open(path);
  for (int i = 0; i < 50; ++i) REQUIRE(fixture.add_note(*database, "before"));
  auto snapshot = db::Snapshot::take("test", path, notes);
  REQUIRE(snapshot);
  CHECK(snapshot->account().version == 1);
  for (int i = 0; i < 50; ++i) REQUIRE(fixture.add_note(*database, "after"));
  REQUIRE(snapshot->copy_to(copy, unhurried));

  struct stat status;
  REQUIRE(::stat(copy.c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0600);
  for (const auto& file : db::files_of(copy)) CHECK((file == copy || ::access(file.c_str(), F_OK) != 0));
  CHECK(inspected(copy).version == 1);
  auto copied = fixture.open(copy);
  CHECK(fixture.count_notes(*copied, "before") == 50);
  CHECK(fixture.count_notes(*copied, "after") == 0);
  CHECK(fixture.count_notes(*database, "after") == 50);  // and the writer never waited
}

TEST_CASE("a copy goes on while pages change under it", "[db]") {
  Fixture fixture;
  const auto path = fixture.directory.file("test.db"), copy = fixture.directory.file("copy.db");
  auto database = fixture.open(path);
  const std::string large(2000, 'x');
  for (int i = 0; i < 1500; ++i) REQUIRE(fixture.add_note(*database, large));
  auto snapshot = db::Snapshot::take("test", path, notes);
  REQUIRE(snapshot);
  std::int64_t last = 0;
  int steps = 0;
  REQUIRE(snapshot->copy_to(copy, [&](std::int64_t done, std::int64_t total) {
    CHECK(done > last);  // it never starts again
    CHECK(total >= done);
    last = done;
    ++steps;
    auto clear = fixture.write(
        *database, [](db::Session& session) { return session.execute("UPDATE notes SET owner = 'gone'"); });
    return clear.has_value();
  }));
  CHECK(steps >= 2);
  auto copied = fixture.open(copy);
  CHECK(fixture.count_notes(*copied, large) == 1500);
  CHECK(fixture.count_notes(*database, "gone") == 1500);
}

TEST_CASE("a copy that is not wanted any more leaves no file", "[db]") {
  Fixture fixture;
  const auto path = fixture.directory.file("test.db"), copy = fixture.directory.file("copy.db");
  auto database = fixture.open(path);
  for (int i = 0; i < 1500; ++i) REQUIRE(fixture.add_note(*database, std::string(2000, 'x')));
  auto snapshot = db::Snapshot::take("test", path, notes);
  REQUIRE(snapshot);
  const auto stopped = snapshot->copy_to(copy, [](std::int64_t, std::int64_t) { return false; });
  REQUIRE_FALSE(stopped);
  CHECK(stopped.error().code == Code::cancelled);
  for (const auto& file : db::files_of(copy)) CHECK(::access(file.c_str(), F_OK) != 0);
  // A file that is there already is nobody's to replace.
  std::ofstream(copy) << "precious";
  CHECK_FALSE(snapshot->copy_to(copy, unhurried));
  std::string text;
  std::getline(std::ifstream(copy), text);
  CHECK(text == "precious");
}

TEST_CASE("inspecting tells what is wrong, and changes nothing", "[db]") {
  Fixture fixture;
  const auto path = fixture.directory.file("test.db");
  const auto inspect = [&](std::span<const db::Migration> migrations = notes) {
    return db::inspect_database("test", path, migrations, db::Depth::quick);
  };
  CHECK(inspect().error().code == Code::not_found);
  fixture.open(path).reset();
  CHECK(inspect());

  const auto newer = inspect(std::span<const db::Migration>());
  REQUIRE_FALSE(newer);
  CHECK(newer.error().code == Code::failed_precondition);
  CHECK(newer.error().message.find("newer") != std::string::npos);
  const db::Migration other[] = {{1, "notes", "CREATE TABLE other(x INTEGER)"}};
  CHECK(inspect(other).error().code == Code::failed_precondition);

  {  // a page in the middle
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(2 * 4096);
    file << std::string(4096, '\x7f');
  }
  const auto damaged = inspect();
  REQUIRE_FALSE(damaged);
  CHECK(damaged.error().code == Code::data_loss);
  std::filesystem::resize_file(path, 0);
  CHECK(inspect().error().code == Code::data_loss);
}

TEST_CASE("the holder of a database can be asked for", "[db]") {
  Fixture fixture;
  const auto path = fixture.directory.file("test.db");
  CHECK_FALSE(db::Ownership::holder(path));
  auto database = fixture.open(path);
  CHECK(db::Ownership::holder(path) == ::getpid());
  database.reset();
  CHECK_FALSE(db::Ownership::holder(path));
  CHECK(fixture.try_open(path));  // asking took nothing
}

TEST_CASE("a lock whose file was removed by its holder is not taken for the lock", "[db]") {
  Fixture fixture;
  const auto path = fixture.directory.file("test.db");
  std::optional<db::Ownership> first;
  {
    auto taken = db::Ownership::take("test", path);
    REQUIRE(taken);
    first.emplace(std::move(*taken));
  }
  ::unlink((path + ".lock").c_str());
  // Another one is on a new file, and is found there.
  auto second = db::Ownership::take("test", path);
  REQUIRE(second);
  CHECK(db::Ownership::holder(path) == ::getpid());
  first.reset();
  CHECK_FALSE(db::Ownership::take("test", path));
}
