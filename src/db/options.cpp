#include <parley/db/sqlite.hpp>

namespace parley {

template <>
const TypeInfo& describe<db::Options>() {
  using O = db::Options;
  static constexpr Row rows[] = {
      field<&O::write_queue>("write_queue", may_be_absent(), range(1, 1'000'000),
                             doc("Writes that may wait for the disk; more are answered with `unavailable`.")),
      field<&O::read_queue>("read_queue", may_be_absent(), range(1, 1'000'000),
                            doc("Reads that may wait for a reader; more are answered with `unavailable`.")),
      field<&O::readers>("readers", may_be_absent(), range(1, 16), doc("Reader threads of each database.")),
      field<&O::batch>("batch", may_be_absent(), range(1, 4096),
                       doc("Most writes in one commit. 1 commits each on its own.")),
      field<&O::probe>("probe", may_be_absent(), range(10, 60'000),
                       doc("How often a database that fails, on a full disk for one, tries again.")),
      field<&O::cache_bytes>(
          "cache_bytes", may_be_absent(), bytes(), range(64 << 10, std::int64_t(16) << 30),
          doc("Page cache of each connection; a database has one for writing and one per reader.")),
  };
  static const TypeInfo type = object<O>("StorageOptions", rows, "Databases on disk.");
  return type;
}

}  // namespace parley
