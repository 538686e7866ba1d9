// Backup and restore of data folders with two modules of the test's own: a log, and a consumer that follows
// it.
#include "backup/backup.hpp"

#include "backup/archive.hpp"
#include "catch.hpp"
#include "manual_time.hpp"
#include "text.hpp"

#include <parley/db/sqlite.hpp>

#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <thread>

using namespace parley;
using namespace parley::app;
using namespace parley::test;
namespace fs = std::filesystem;

namespace {

constexpr db::Migration source_migrations[] = {
    {1, "log", "CREATE TABLE log(seq INTEGER NOT NULL PRIMARY KEY)"}};
constexpr db::Migration consumer_migrations[] = {
    {1, "cursor", "CREATE TABLE cursor(seq INTEGER NOT NULL); INSERT INTO cursor VALUES(0)"}};
const ModuleDatabase rows[] = {{"source", source_migrations}, {"consumer", consumer_migrations}};

const Progress quiet = [](std::string_view, std::uint64_t, std::uint64_t) { return true; };

class Folder {
 public:
  Folder() {
    char pattern[] = "/tmp/parley-backup-XXXXXX";
    if (!::mkdtemp(pattern)) throw std::runtime_error("no folder");
    path_ = pattern;
  }
  ~Folder() { fs::remove_all(path_); }
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }
  DataFolder data(const std::string& name = "data") const { return {*this / name, rows}; }
  std::size_t entries() const {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(path_), fs::directory_iterator()));
  }

 private:
  std::string path_;
};

// Both databases, open as in a server.
class Server {
 public:
  explicit Server(const DataFolder& data) {
    fs::create_directories(data.path);
    source = open(rows[0], data);
    consumer = open(rows[1], data);
  }
  void append(std::int64_t seq) {
    auto work = [seq](db::Session& session) { return session.execute("INSERT INTO log VALUES($1)", seq); };
    wrote(time.wait(source->write({}, work)));
  }
  void consume(std::int64_t seq) {
    auto work = [seq](db::Session& session) { return session.execute("UPDATE cursor SET seq = $1", seq); };
    wrote(time.wait(consumer->write({}, work)));
  }
  static std::int64_t number(ManualTime& time, db::Database& database, const char* sql) {
    auto work = [sql](db::Session& session) -> Result<std::int64_t> {
      std::int64_t found = -1;
      auto done = session.query(sql, [&](const db::Row& row) { found = row.integer(0); });
      if (!done) return std::unexpected(done.error());
      return found;
    };
    const auto found = time.wait(database.read({}, work));
    REQUIRE(found);
    return *found;
  }
  std::int64_t appended() { return number(time, *source, "SELECT coalesce(max(seq), 0) FROM log"); }
  std::int64_t consumed() { return number(time, *consumer, "SELECT seq FROM cursor"); }

  ManualTime time;
  std::unique_ptr<db::Database> source, consumer;

 private:
  // No assertion: writers stand on threads of their own too, and Catch2 counts on one.
  static void wrote(const Result<std::int64_t>& rows) {
    if (!rows) throw std::runtime_error(rows.error().message);
  }
  std::unique_ptr<db::Database> open(const ModuleDatabase& row, const DataFolder& data) {
    auto opened = db::open_sqlite(row.name, row.path(data.path), row.migrations, {}, time, time);
    if (!opened) throw std::runtime_error(opened.error().message);
    return std::move(*opened);
  }
};

void make_data(const DataFolder& data, std::int64_t entries) {
  Server server(data);
  for (std::int64_t seq = 1; seq <= entries; ++seq) server.append(seq);
  server.consume(entries);
}

std::int64_t entries_of(const DataFolder& data) {
  return Server(data).appended();
}

}  // namespace

TEST_CASE("a consumer in a backup is never ahead of its source", "[backup]") {
  const Folder folder;
  std::atomic<std::int64_t> acknowledged = 0;
  const std::jthread writing([&](const std::stop_token& stop) {
    Server server(folder.data());
    for (std::int64_t seq = 1; !stop.stop_requested(); ++seq) {
      server.append(seq);
      acknowledged = seq;
      server.consume(seq);
    }
  });
  while (acknowledged < 5) std::this_thread::yield();
  std::int64_t last = 0;
  for (int turn = 0; turn < 25; ++turn) {
    const auto file = folder / std::to_string(turn);
    const std::int64_t before = acknowledged;
    const auto written = write_backup(folder.data(), file, false, system_clock(), quiet);
    REQUIRE(written);
    CHECK(written->databases.size() == 2);
    const auto copy = folder.data("copy" + std::to_string(turn));
    REQUIRE(restore_backup(copy, file, system_clock(), quiet));
    Server restored(copy);
    CHECK(restored.appended() >= before);
    CHECK(restored.consumed() <= restored.appended());
    CHECK(restored.appended() >= last);
    last = restored.appended();
  }
  CHECK(last > 5);
}

TEST_CASE("a backup that is interrupted or fails leaves nothing", "[backup]") {
  const Folder folder;
  make_data(folder.data(), 3);
  for (int allowed = 0; allowed < 4; ++allowed) {
    int heard = 0;
    const auto file = folder / "file";
    const auto written =
        write_backup(folder.data(), file, false, system_clock(),
                     [&](std::string_view, std::uint64_t, std::uint64_t) { return heard++ < allowed; });
    if (written) {
      fs::remove(file);
      continue;
    }
    CHECK(written.error().code == Code::cancelled);
    CHECK(folder.entries() == 1);  // the data
  }
}

TEST_CASE("a restore that dies leaves the old data or the new, and never less", "[backup]") {
  const Folder folder;
  const auto file = folder / "file";
  make_data(folder.data(), 7);
  REQUIRE(write_backup(folder.data(), file, false, system_clock(), quiet));
  make_data(folder.data("other"), 2);
  REQUIRE(write_backup(folder.data("other"), folder / "other file", false, system_clock(), quiet));
  fs::remove_all(folder / "other");

  std::vector<std::pair<std::string, bool>> turns;
  for (const bool restored : {false, true}) {
    for (const auto* database : {"source", "consumer"}) turns.emplace_back(database, restored);
    for (const auto step : restore_steps) turns.emplace_back(step, restored);
  }
  for (const auto& [death, restored] : turns) {
    CAPTURE(death, restored);
    fs::remove_all(folder / "data");
    // Data that came out of a restore has that one's manifest in it.
    if (restored) {
      REQUIRE(restore_backup(folder.data(), folder / "other file", system_clock(), quiet));
    } else {
      make_data(folder.data(), 2);
    }
    const pid_t child = ::fork();
    if (child == 0) {
      static_cast<void>(restore_backup(folder.data(), file, system_clock(),
                                       [&](std::string_view step, std::uint64_t, std::uint64_t) {
                                         if (step == death) ::kill(::getpid(), SIGKILL);
                                         return true;
                                       }));
      ::_exit(0);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK(WIFSIGNALED(status));

    const bool exchanged = death == "exchanged" || death == "done";
    CHECK(entries_of(folder.data()) == (exchanged ? 7 : 2));
    // What else there is: pieces of the new, or the whole of the old.
    int kept = 0;
    for (const auto& entry : fs::directory_iterator(folder / "")) {
      const auto name = entry.path().filename().string();
      if (name == "data" || name.ends_with("file")) continue;
      const bool marked = fs::exists(entry.path() / restoring_name);
      CHECK(marked == !exchanged);
      if (!marked) kept += entries_of({entry.path().string(), rows}) == 2;
      fs::remove_all(entry.path());
    }
    CHECK(kept == (exchanged ? 1 : 0));
  }
  // And nothing of that hinders the next one, nor does what it keeps look like pieces.
  std::ofstream(folder / "data/restoring");
  const auto next = restore_backup(folder.data(), file, system_clock(), quiet);
  REQUIRE(next);
  CHECK(entries_of(folder.data()) == 7);
  CHECK_FALSE(fs::exists(folder / "data/restoring"));
  CHECK_FALSE(fs::exists(next->kept + "/restoring"));
}

TEST_CASE("a restore leaves a folder of somebody else alone", "[backup]") {
  const Folder folder;
  make_data(folder.data(), 2);
  REQUIRE(write_backup(folder.data(), folder / "file", false, system_clock(), quiet));
  fs::create_directory(folder / "documents");
  std::ofstream(folder / "documents/letter") << "Dear";
  const auto refused = restore_backup(folder.data("documents"), folder / "file", system_clock(), quiet);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == Code::failed_precondition);
  CHECK(std::distance(fs::directory_iterator(folder / "documents"), fs::directory_iterator()) == 1);
  CHECK(folder.entries() == 3);
}

TEST_CASE("a folder that is reached by another name is the same folder", "[backup]") {
  const Folder folder;
  make_data(folder.data(), 2);
  REQUIRE(write_backup(folder.data(), folder / "file", false, system_clock(), quiet));
  fs::create_directory_symlink(folder / "data", folder / "link");
  const auto restored = restore_backup({folder / "link/", rows}, folder / "file", system_clock(), quiet);
  REQUIRE(restored);
  CHECK(restored->kept.starts_with(folder / "data.before-restore-"));
  CHECK(fs::is_symlink(folder / "link"));
  CHECK(entries_of(folder.data()) == 2);
}

TEST_CASE("a module that the data does not have yet is no hindrance", "[backup]") {
  const Folder folder;
  make_data(folder.data(), 2);
  for (const auto& entry : fs::directory_iterator(folder / "data"))
    if (entry.path().filename().string().starts_with("consumer")) fs::remove(entry.path());
  const auto written = write_backup(folder.data(), folder / "file", false, system_clock(), quiet);
  REQUIRE(written);
  REQUIRE(written->databases.size() == 1);
  CHECK(written->databases.front().name == "source");
  REQUIRE(restore_backup(folder.data("copy"), folder / "file", system_clock(), quiet));
  Server server(folder.data("copy"));
  CHECK(server.appended() == 2);
  CHECK(server.consumed() == 0);
}

TEST_CASE("an older schema is restored and brought up to date by the next start", "[backup]") {
  const Folder folder;
  make_data(folder.data(), 2);
  REQUIRE(write_backup(folder.data(), folder / "file", false, system_clock(), quiet));
  const db::Migration newer[] = {source_migrations[0], {2, "more", "CREATE TABLE more(x INTEGER)"}};
  const ModuleDatabase later[] = {{"source", newer}, {"consumer", consumer_migrations}};
  CHECK(restore_backup({folder / "copy", later}, folder / "file", system_clock(), quiet));

  // The other way round it is refused.
  const auto newer_file = folder / "newer";
  {
    ManualTime time;
    auto opened = db::open_sqlite("source", folder / "copy/source.db", newer, {}, time, time);
    REQUIRE(opened);
    (*opened)->stop();
  }
  REQUIRE(write_backup({folder / "copy", later}, newer_file, false, system_clock(), quiet));
  const auto refused = restore_backup(folder.data(), newer_file, system_clock(), quiet);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == Code::failed_precondition);
  CHECK(refused.error().message.find("version 2, newer than version 1") != std::string::npos);
  CHECK(entries_of(folder.data()) == 2);
}

TEST_CASE("words for a shell and sizes for people") {
  CHECK(shell_word("plain/path-1.db") == "plain/path-1.db");
  CHECK(shell_word("two words") == "'two words'");
  CHECK(shell_word("it's") == "'it'\\''s'");
  CHECK(shell_word("").size() == 2);
  CHECK(readable_size(0) == "0 B");
  CHECK(readable_size(1023) == "1023 B");
  CHECK(readable_size(1536) == "1.5 KiB");
  CHECK(readable_size(std::uint64_t(3) << 30) == "3.0 GiB");
}
