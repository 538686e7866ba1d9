#include "fixture.hpp"

#include <sched.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <fstream>

using namespace parley;
using namespace parley::test;

namespace {

constexpr int skipped = 77;

auto add(std::string owner, std::size_t size) {
  return [owner, size](db::Session& session) {
    return session.execute("INSERT INTO notes(owner, data) VALUES($1, $2)", owner,
                           db::Blob{std::string(size, 'x')});
  };
}

// The story of a full disk, in a child process: `fill` takes the room away, `free_room` gives it back. Gives
// the number of the step that went wrong.
int live_through(const std::string& path, const std::function<void()>& fill,
                 const std::function<void()>& free_room) {
  LogLines lines;
  Fixture fixture;
  auto database = fixture.open(path);
  for (int i = 0; i < 20; ++i) {
    if (!fixture.write(*database, add("before", 2000))) return 1;
  }
  fill();
  std::vector<std::shared_ptr<std::optional<Result<std::int64_t>>>> lost;
  for (int i = 0; i < 10; ++i) lost.push_back(fixture.start_write(*database, add("lost", 200'000)));
  fixture.finish();
  std::int64_t stored = 0;
  for (auto& answer : lost) {
    if (answer->value()) {
      ++stored;
    } else if ((*answer)->error().code != Code::unavailable) {
      return 2;
    } else if ((*answer)->error().message.find("the disk is full") == std::string::npos) {
      return 3;
    }
  }
  if (stored == 10) return 4;
  if (!lines.wait_for("fails; it is tried again until it works test writing")) return 5;
  if (database->statistics().failed_commits == 0) return 6;
  // Reads go on, and see what was acknowledged and nothing else.
  if (fixture.count_notes(*database, "before") != 20) return 7;
  if (fixture.count_notes(*database, "lost") != stored) return 8;

  free_room();
  // Without any traffic it finds out by itself.
  if (!database->healthy() && !lines.wait_for("works again test writing")) return 9;
  if (!fixture.write(*database, add("after", 200'000))) return 10;
  if (!database->healthy()) return 11;
  if (fixture.count_notes(*database) != 21 + stored) return 12;
  database->stop();
  database = fixture.open(path);
  return fixture.count_notes(*database) == 21 + stored ? 0 : 13;
}

}  // namespace

TEST_CASE("a full disk refuses writes, serves reads, and is got over: limit of the file size", "[db]") {
  TemporaryDirectory directory;
  const auto path = directory.file("test.db");
  ChildProcess child([&] {
    std::signal(SIGXFSZ, SIG_IGN);
    rlimit before;
    ::getrlimit(RLIMIT_FSIZE, &before);
    return live_through(
        path,
        [&] {
          rlimit tight = before;
          tight.rlim_cur = std::filesystem::file_size(path + "-wal") + 1000;
          ::setrlimit(RLIMIT_FSIZE, &tight);
        },
        [&] { ::setrlimit(RLIMIT_FSIZE, &before); });
  });
  CHECK(child.wait() == 0);
}

TEST_CASE("a full disk refuses writes, serves reads, and is got over: a file system of 2 MiB", "[db]") {
  TemporaryDirectory directory;
  const auto mount_point = directory.file("small");
  std::filesystem::create_directory(mount_point);
  ChildProcess child([&] {
    // A name space of its own, so that the mount goes with the process; not every machine allows it.
    const int how = ::geteuid() == 0 ? CLONE_NEWNS : CLONE_NEWNS | CLONE_NEWUSER;
    if (::unshare(how) != 0 || ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
        ::mount("tmpfs", mount_point.c_str(), "tmpfs", 0, "size=2m") != 0) {
      return skipped;
    }
    const std::string ballast = mount_point + "/ballast";
    return live_through(
        mount_point + "/test.db",
        [&] {
          std::ofstream file(ballast);
          const std::string block(4096, 'b');
          while (file.write(block.data(), 4096).flush()) {
          }
        },
        [&] { std::filesystem::remove(ballast); });
  });
  const int status = child.wait();
  if (status == skipped) {
    WARN("no mount allowed here: skipped");
  } else {
    CHECK(status == 0);
  }
}

TEST_CASE("a new database on a full disk is refused and can be made later", "[db]") {
  TemporaryDirectory directory;
  const auto path = directory.file("test.db");
  ChildProcess child([&] {
    std::signal(SIGXFSZ, SIG_IGN);
    rlimit before;
    ::getrlimit(RLIMIT_FSIZE, &before);
    rlimit tight = before;
    tight.rlim_cur = 6000;
    ::setrlimit(RLIMIT_FSIZE, &tight);
    Fixture fixture;
    auto refused = fixture.try_open(path);
    if (refused) return 1;
    if (refused.error().code != Code::unavailable) return 2;
    if (refused.error().message.find("full") == std::string::npos) return 3;
    ::setrlimit(RLIMIT_FSIZE, &before);
    return fixture.try_open(path) ? 0 : 4;
  });
  CHECK(child.wait() == 0);
}
