// A disk that does not give back what is on it for a while.

#include "fixture.hpp"

#include <sqlite3.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <new>

using namespace parley;
using namespace parley::test;

namespace {

// SQLite's files with reads that fail on demand. Everything opened while it lives goes through it.
class FailingReads {
 public:
  FailingReads() {
    real_ = sqlite3_vfs_find(nullptr);
    vfs_ = *real_;
    vfs_.zName = "failing-reads";
    vfs_.pNext = nullptr;
    vfs_.szOsFile = static_cast<int>(sizeof(File)) + real_->szOsFile;
    vfs_.xOpen = [](sqlite3_vfs*, const char* name, sqlite3_file* opened, int flags, int* out) {
      auto* file = ::new (static_cast<void*>(opened)) File{};
      const int code = real_->xOpen(real_, name, file->real(), flags, out);
      if (const auto* methods = file->real()->pMethods) file->pMethods = methods_like(*methods);
      return code;
    };
    sqlite3_vfs_register(&vfs_, 1);
  }
  ~FailingReads() {
    fails = false;
    sqlite3_vfs_unregister(&vfs_);
    sqlite3_vfs_register(real_, 1);
  }
  static inline std::atomic<bool> fails{false};

 private:
  struct File : sqlite3_file {
    sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
  };
  static sqlite3_file* real(sqlite3_file* file) { return static_cast<File*>(file)->real(); }

  // The system's, behind a File.
  static const sqlite3_io_methods* methods_like(const sqlite3_io_methods& system) {
    static const sqlite3_io_methods methods = [&] {
      sqlite3_io_methods m = system;
      m.iVersion = 2;  // with the shared memory of WAL, without memory mapping
      m.xClose = [](sqlite3_file* f) { return real(f)->pMethods->xClose(real(f)); };
      m.xRead = [](sqlite3_file* f, void* to, int size, sqlite3_int64 at) {
        if (!fails) return real(f)->pMethods->xRead(real(f), to, size, at);
        errno = EIO;
        return SQLITE_IOERR_READ;
      };
      m.xWrite = [](sqlite3_file* f, const void* from, int size, sqlite3_int64 at) {
        return real(f)->pMethods->xWrite(real(f), from, size, at);
      };
      m.xTruncate = [](sqlite3_file* f, sqlite3_int64 size) {
        return real(f)->pMethods->xTruncate(real(f), size);
      };
      m.xSync = [](sqlite3_file* f, int flags) { return real(f)->pMethods->xSync(real(f), flags); };
      m.xFileSize = [](sqlite3_file* f, sqlite3_int64* size) {
        return real(f)->pMethods->xFileSize(real(f), size);
      };
      m.xLock = [](sqlite3_file* f, int how) { return real(f)->pMethods->xLock(real(f), how); };
      m.xUnlock = [](sqlite3_file* f, int how) { return real(f)->pMethods->xUnlock(real(f), how); };
      m.xCheckReservedLock = [](sqlite3_file* f, int* held) {
        return real(f)->pMethods->xCheckReservedLock(real(f), held);
      };
      m.xFileControl = [](sqlite3_file* f, int what, void* with) {
        return real(f)->pMethods->xFileControl(real(f), what, with);
      };
      m.xSectorSize = [](sqlite3_file* f) { return real(f)->pMethods->xSectorSize(real(f)); };
      m.xDeviceCharacteristics = [](sqlite3_file* f) {
        return real(f)->pMethods->xDeviceCharacteristics(real(f));
      };
      m.xShmMap = [](sqlite3_file* f, int page, int size, int extend, void volatile** at) {
        return real(f)->pMethods->xShmMap(real(f), page, size, extend, at);
      };
      m.xShmLock = [](sqlite3_file* f, int offset, int count, int flags) {
        return real(f)->pMethods->xShmLock(real(f), offset, count, flags);
      };
      m.xShmBarrier = [](sqlite3_file* f) { real(f)->pMethods->xShmBarrier(real(f)); };
      m.xShmUnmap = [](sqlite3_file* f, int remove) { return real(f)->pMethods->xShmUnmap(real(f), remove); };
      return m;
    }();
    return &methods;
  }

  static inline sqlite3_vfs* real_ = nullptr;
  sqlite3_vfs vfs_;
};

}  // namespace

TEST_CASE("reads that fail are told, and are got over without traffic", "[db]") {
  LogLines lines;
  FailingReads disk;
  Fixture fixture;
  auto database = fixture.open_default();
  REQUIRE(fixture.add_note(*database, "a"));
  REQUIRE(fixture.count_notes(*database) == 1);
  REQUIRE(fixture.add_note(*database, "b"));  // what the readers keep in memory is no longer true

  FailingReads::fails = true;
  const auto count = [](db::Session& session) {
    return session.query("SELECT owner FROM notes", [](const db::Row&) {});
  };
  const auto failed = fixture.read(*database, count);
  REQUIRE_FALSE(failed);
  CHECK(failed.error().code == Code::unavailable);
  CHECK(failed.error().message == "the disk failed");
  CHECK(lines.wait_for("fails; it is tried again until it works test reading the disk failed"));
  CHECK_FALSE(database->healthy());

  FailingReads::fails = false;
  CHECK(lines.wait_for("works again test reading"));
  CHECK(database->healthy());
  CHECK(fixture.count_notes(*database) == 2);
  database->stop();
}
