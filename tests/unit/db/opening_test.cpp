#include "fixture.hpp"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <set>

using namespace parley;
using namespace parley::test;

namespace {

std::string content(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string bytes(std::filesystem::file_size(path), '\0');
  file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  return bytes;
}

void replace(const std::string& path, std::string_view bytes) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

// A closed database with a few hundred pages.
std::string make_database(Fixture& fixture) {
  const auto path = fixture.directory.file("test.db");
  auto database = fixture.open(path);
  auto done = fixture.write(*database, [](db::Session& session) -> Result<std::int64_t> {
    for (int i = 0; i < 300; ++i) {
      auto row =
          session.execute("INSERT INTO notes(owner, data) VALUES('a', $1)", db::Blob{std::string(3000, 'd')});
      if (!row) return row;
    }
    return 1;
  });
  REQUIRE(done);
  database->stop();
  return path;
}

void refuses(Fixture& fixture, const std::string& path, Code code, std::string_view says) {
  auto opened = fixture.try_open(path);
  REQUIRE_FALSE(opened);
  CHECK(opened.error().code == code);
  CHECK(opened.error().message.find(says) != std::string::npos);
  CHECK(opened.error().message.find("database 'test'") == 0);
  CHECK(opened.error().message.find(fixture.directory.path().string()) == std::string::npos);
}

}  // namespace

TEST_CASE("what was written is there after a restart, and nothing but the file and its lock is left",
          "[db]") {
  Fixture fixture;
  const auto path = make_database(fixture);
  std::set<std::string> names;
  for (auto& entry : std::filesystem::directory_iterator(fixture.directory.path()))
    names.insert(entry.path().filename());
  CHECK(names == std::set<std::string>{"test.db", "test.db.lock"});
  struct stat status;
  REQUIRE(::stat(path.c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0600);
  auto database = fixture.open(path);
  CHECK(fixture.count_notes(*database) == 300);
}

TEST_CASE("files that are not whole are refused", "[db]") {
  Fixture fixture;
  const auto path = make_database(fixture);
  const std::string whole = content(path);
  REQUIRE(whole.size() > 200 * 4096);

  SECTION("garbage") {
    std::string garbage(8192, '\0');
    for (std::size_t i = 0; i < garbage.size(); ++i) garbage[i] = static_cast<char>(i * 131 + i / 7);
    replace(path, garbage);
    refuses(fixture, path, Code::data_loss, "not a database");
  }
  SECTION("text") {
    replace(path, "hello");
    refuses(fixture, path, Code::data_loss, "not a database");
  }
  SECTION("zeros") {
    replace(path, std::string(whole.size(), '\0'));
    refuses(fixture, path, Code::data_loss, "not a database");
  }
  SECTION("nothing") {
    replace(path, "");
    refuses(fixture, path, Code::data_loss, "empty");
  }
  SECTION("cut off") {
    for (const std::size_t size :
         {std::size_t(100), std::size_t(4096), whole.size() / 2, whole.size() - 4096}) {
      replace(path, std::string_view(whole).substr(0, size));
      refuses(fixture, path, Code::data_loss, "damaged");
    }
  }
  SECTION("a page overwritten") {
    std::string broken = whole;
    std::fill_n(broken.begin() + 4096 * 20, 4096, '\xff');
    replace(path, broken);
    refuses(fixture, path, Code::data_loss, "damaged");
  }
  SECTION("the log without its file") {
    std::filesystem::rename(path, path + "-wal");
    refuses(fixture, path, Code::data_loss, "missing");
  }
  SECTION("each byte of the header flipped: refused, or nothing is lost") {
    const TemporaryDirectory fast(true);
    const auto copy = fast.file("test.db");
    for (std::size_t at = 0; at < 100; ++at) {
      INFO("byte " << at);
      std::string flipped = whole;
      flipped[at] = static_cast<char>(~flipped[at]);
      replace(copy, flipped);
      auto opened = fixture.try_open(copy);
      if (opened) {
        CHECK(fixture.count_notes(**opened) == 300);
        CHECK(fixture.add_note(**opened, "b"));
      } else {
        const auto code = opened.error().code;
        CHECK((code == Code::data_loss || code == Code::failed_precondition));
        // Damage is not for the program to mend, and what was refused stays as it was.
        const bool untouched = content(copy) == flipped;
        CHECK(untouched);
      }
      opened = {};
      for (const char* suffix : {"-wal", "-shm"}) std::filesystem::remove(copy + suffix);
    }
  }
  replace(path, whole);
  for (const char* suffix : {"-wal", "-shm"}) std::filesystem::remove(path + suffix);
  auto database = fixture.open(path);
  CHECK(fixture.count_notes(*database) == 300);
}

TEST_CASE("another program's database is refused and not touched", "[db]") {
  Fixture fixture;
  const auto path = fixture.directory.file("foreign.db");
  sqlite3* foreign = nullptr;
  REQUIRE(sqlite3_open(path.c_str(), &foreign) == SQLITE_OK);
  REQUIRE(sqlite3_exec(foreign, "CREATE TABLE theirs(a)", nullptr, nullptr, nullptr) == SQLITE_OK);
  sqlite3_close(foreign);
  const auto before = content(path);
  refuses(fixture, path, Code::data_loss, "is not a Parley database");
  CHECK(content(path) == before);
}

TEST_CASE("a half made file of an earlier start is no obstacle", "[db]") {
  Fixture fixture;
  const auto path = fixture.directory.file("test.db");
  replace(path + ".new", "half");
  auto database = fixture.open(path);
  CHECK(fixture.add_note(*database, "a"));
}

TEST_CASE("places where no database can be", "[db]") {
  Fixture fixture;
  refuses(fixture, fixture.directory.file("no/such/test.db"), Code::failed_precondition,
          "directory does not exist");
  CHECK_FALSE(std::filesystem::exists(fixture.directory.file("no")));
  std::filesystem::create_directory(fixture.directory.file("folder"));
  refuses(fixture, fixture.directory.file("folder"), Code::failed_precondition, "regular file");
  refuses(fixture, "", Code::failed_precondition, "path");
}

TEST_CASE("missing permissions are told", "[db]") {
  Fixture fixture;
  const auto path = make_database(fixture);
  std::filesystem::permissions(fixture.directory.path(), std::filesystem::perms(0755));
  auto attempt = [&] {
    ChildProcess child([&] {
      if (::geteuid() == 0 && ::setuid(65534) != 0) return 97;  // permissions do not bind the superuser
      auto opened = fixture.try_open(path);
      if (opened) return 1;
      return opened.error().code == Code::failed_precondition ? 0 : 2;
    });
    return child.wait();
  };
  SECTION("of the directory") {
    std::filesystem::remove(path + ".lock");
    std::filesystem::permissions(fixture.directory.path(), std::filesystem::perms(0555));
    CHECK(attempt() == 0);
  }
  SECTION("of the file") {
    std::filesystem::permissions(fixture.directory.path(), std::filesystem::perms(0777));
    std::filesystem::permissions(path + ".lock", std::filesystem::perms(0666));
    std::filesystem::permissions(path, std::filesystem::perms(0444));
    CHECK(attempt() == 0);
  }
}

TEST_CASE("one process at a time", "[db]") {
  Fixture fixture;
  const auto path = make_database(fixture);
  {
    ChildProcess child([&] {
      auto database = fixture.open(path);
      ChildProcess::tell('o');
      ::pause();
      return 0;
    });
    REQUIRE(child.hear() == 'o');
    // Its process is named, so it was the lock of the file that told, without waiting for one of SQLite's.
    refuses(fixture, path, Code::unavailable, "is held by another process (process ");
    // By another name too.
    const auto link = fixture.directory.file("link.db");
    std::filesystem::create_symlink(path, link);
    refuses(fixture, link, Code::unavailable, "is held by another process");
    child.kill();
    child.wait();
  }
  auto database = fixture.open(path);
  CHECK(fixture.count_notes(*database) == 300);
  refuses(fixture, path, Code::unavailable, "is held by another process");  // nor twice in one process
  database->stop();
  CHECK(fixture.try_open(path));
}

TEST_CASE("damage that is met while it runs is told and stays told", "[db]") {
  Fixture fixture;
  const auto path = make_database(fixture);
  // Not closed before the database is: that would drop SQLite's locks.
  const int file = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
  REQUIRE(file >= 0);
  {
    auto options = quick_options();
    options.cache_bytes = 64 << 10;
    auto database = fixture.open(path, notes, options);
    const std::string garbage(4096 * 40, '\xff');
    REQUIRE(::pwrite(file, garbage.data(), garbage.size(), 4096 * 40) ==
            static_cast<ssize_t>(garbage.size()));
    CHECK(database->healthy());
    auto scan = fixture.read(*database, [](db::Session& session) {
      return session.query("SELECT data FROM notes", [](const db::Row& row) { (void)row.text(0); });
    });
    REQUIRE_FALSE(scan);
    CHECK(scan.error().code == Code::unavailable);
    CHECK_FALSE(database->healthy());
    // What is whole still answers.
    auto other = fixture.read(*database, [](db::Session& session) {
      return session.query("SELECT 1 FROM tags", [](const db::Row&) {});
    });
    CHECK(other);
    CHECK_FALSE(database->healthy());
  }
  ::close(file);
  refuses(fixture, path, Code::data_loss, "damaged");
}
